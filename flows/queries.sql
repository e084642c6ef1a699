-- What flows read across capabilities; they write through the capabilities only.

-- Which promotions and limits hold, and the merchant's own currency: all that a basket asks each time, at once.
-- name: rules_state
-- in: merchant:i64
-- out: version:i64 currency:text limits:text
SELECT coalesce((SELECT s.version FROM promotion_set s WHERE s.merchant = m.merchant), 0), m.currency,
    coalesce((SELECT g.body FROM guardrail_version g WHERE g.merchant = m.merchant ORDER BY g.version DESC LIMIT 1), '')
FROM merchant m WHERE m.merchant = :merchant;

-- name: import_item
-- in: merchant:i64 sku:text
-- out: id:id tax_class:text stocked:bool
SELECT id, tax_class, stocked FROM item WHERE merchant = :merchant AND sku = :sku;

-- name: import_free_stock
-- in: merchant:i64 item:id location:text
-- out: free:i64
SELECT CASE WHEN backroom < held + committed THEN floor + backroom - held - committed ELSE floor END FROM stock_level
WHERE merchant = :merchant AND item = :item AND location = :location;

-- name: import_match
-- in: merchant:i64 customer:id item:id unit_price:i64 qty:i64 at_ms:i64
-- out: order_id:id n:i64 left_over:i64
SELECT l.order_id, l.n, l.qty - l.returned
FROM sale_order o JOIN order_line l ON l.merchant = o.merchant AND l.order_id = o.id
WHERE o.merchant = :merchant AND o.customer = :customer AND o.state = 'paid' AND o.made_at_ms <= :at_ms
  AND l.item = :item AND l.unit_price = :unit_price AND l.discount = 0 AND l.qty - l.returned >= :qty
ORDER BY o.made_at_ms DESC, o.number DESC, l.n LIMIT 20;

-- The packs of an item, the largest first; of two barcodes of one size the first.

-- name: goods_packs
-- in: merchant:i64 item:id
-- out: gtin:text qty:i64
SELECT MIN(printed), qty FROM barcode WHERE merchant = :merchant AND item = :item AND qty > 1000
GROUP BY qty ORDER BY qty DESC;

-- Past orders, as a promotion is tried on them.

-- name: simulate_versions
-- in: merchant:i64 from_ms:i64 until_ms:i64
-- out: version:i64 body:text published_at_ms:i64 over_at_ms:i64
SELECT version, body, published_at_ms, CASE state WHEN 'published' THEN CAST(9223372036854775807 AS BIGINT) ELSE state_at_ms END
FROM promotion_version
WHERE merchant = :merchant AND published_at_ms > 0 AND published_at_ms < :until_ms AND state <> 'draft'
  AND (state = 'published' OR state_at_ms > :from_ms)
ORDER BY code, version;

-- name: simulate_orders
-- in: merchant:i64 after_ms:i64 after:blob until_ms:i64 count:i64
-- out: id:id made_at_ms:i64 currency:text tender:text
SELECT o.id, o.made_at_ms, o.currency, (SELECT CASE WHEN COUNT(*) = 1 THEN MIN(p.kind) ELSE '' END FROM payment p
    WHERE p.merchant = o.merchant AND p.order_id = o.id)
FROM sale_order o
WHERE o.merchant = :merchant AND (o.made_at_ms, o.id) > (:after_ms, :after) AND o.made_at_ms < :until_ms
  AND o.state = 'paid'
ORDER BY o.made_at_ms, o.id LIMIT :count;

-- name: simulate_lines
-- in: merchant:i64 order_id:id
-- out: item:id sku:text name:text tax_class:text price_list:text qty:i64 unit_price:i64 cost:i64 reduced:bool
SELECT item, sku, name, tax_class, price_list, qty, unit_price, cost, reduced FROM order_line
WHERE merchant = :merchant AND order_id = :order_id ORDER BY n;

-- name: simulate_earlier
-- in: merchant:i64 customer:id before_ms:i64
-- out: yes:i64
SELECT 1 AS yes FROM sale_order
WHERE merchant = :merchant AND customer = :customer AND customer IS NOT NULL AND made_at_ms < :before_ms
  AND state <> 'cancelled' LIMIT 1;

-- Each verify_… statement returns the rows that break one invariant; empty is good. `id` is the document,
-- order, return or item it is about (or NULL), `what` says more, then what should be there and what is.

-- name: verify_merchants
-- in: after:i64
-- out: merchant:i64
SELECT merchant FROM merchant WHERE merchant > :after ORDER BY merchant;

-- name: verify_counts
-- in: merchant:i64
-- out: orders:i64 order_lines:i64 payments:i64 returns:i64 return_lines:i64 refunds:i64 moves:i64 levels:i64 claims:i64 entries:i64 items:i64 prices:i64 events:i64 audits:i64 keys:i64 series:i64 versions:i64 uses:i64 count_lines:i64 adjustments:i64 serials:i64 lots:i64 fulfilments:i64 fulfilment_lines:i64 purchase_lines:i64 receipt_lines:i64 transfer_lines:i64 loyalty_moves:i64 gift_cards:i64 credits:i64 shifts:i64
SELECT (SELECT COUNT(*) FROM sale_order WHERE merchant = :merchant),
    (SELECT COUNT(*) FROM order_line WHERE merchant = :merchant),
    (SELECT COUNT(*) FROM payment WHERE merchant = :merchant),
    (SELECT COUNT(*) FROM sale_return WHERE merchant = :merchant),
    (SELECT COUNT(*) FROM return_line WHERE merchant = :merchant),
    (SELECT COUNT(*) FROM refund WHERE merchant = :merchant),
    (SELECT COUNT(*) FROM stock_move WHERE merchant = :merchant),
    (SELECT COUNT(*) FROM stock_level WHERE merchant = :merchant),
    (SELECT COUNT(*) FROM claim WHERE merchant = :merchant),
    (SELECT COUNT(*) FROM ledger_entry WHERE merchant = :merchant),
    (SELECT COUNT(*) FROM item WHERE merchant = :merchant),
    (SELECT COUNT(*) FROM price WHERE merchant = :merchant),
    (SELECT COUNT(*) FROM event WHERE merchant = :merchant),
    (SELECT COUNT(*) FROM audit_log WHERE merchant = :merchant),
    (SELECT COUNT(*) FROM idempotency_key WHERE merchant = :merchant),
    (SELECT COUNT(*) FROM receipt_series WHERE merchant = :merchant),
    (SELECT COUNT(*) FROM promotion_version WHERE merchant = :merchant),
    (SELECT COUNT(*) FROM promotion_use WHERE merchant = :merchant),
    (SELECT COUNT(*) FROM stock_count_line WHERE merchant = :merchant),
    (SELECT COUNT(*) FROM stock_adjustment WHERE merchant = :merchant),
    (SELECT COUNT(*) FROM serial WHERE merchant = :merchant),
    (SELECT COUNT(*) FROM stock_lot WHERE merchant = :merchant),
    (SELECT COUNT(*) FROM fulfilment WHERE merchant = :merchant),
    (SELECT COUNT(*) FROM fulfilment_line WHERE merchant = :merchant),
    (SELECT COUNT(*) FROM purchase_line WHERE merchant = :merchant),
    (SELECT COUNT(*) FROM receipt_line WHERE merchant = :merchant),
    (SELECT COUNT(*) FROM transfer_line WHERE merchant = :merchant),
    (SELECT COUNT(*) FROM loyalty_move WHERE merchant = :merchant),
    (SELECT COUNT(*) FROM gift_card WHERE merchant = :merchant), (SELECT COUNT(*) FROM customer_account WHERE merchant = :merchant),
    (SELECT COUNT(*) FROM shift WHERE merchant = :merchant);

-- name: verify_stock_sums
-- in: merchant:i64
-- out: id:id what:text expected:i64 found:i64
SELECT item, location || ' ' || state, CAST(SUM(moved) AS BIGINT), CAST(SUM(level) AS BIGINT) FROM (
    SELECT item, to_location AS location, to_state AS state, qty AS moved, 0 AS level
    FROM stock_move WHERE merchant = :merchant AND to_location <> ''
    UNION ALL
    SELECT item, from_location, from_state, -qty, 0 FROM stock_move WHERE merchant = :merchant AND from_location <> ''
    UNION ALL SELECT item, location, 'floor', 0, floor FROM stock_level WHERE merchant = :merchant
    UNION ALL SELECT item, location, 'backroom', 0, backroom FROM stock_level WHERE merchant = :merchant
    UNION ALL SELECT item, location, 'in_transit', 0, in_transit FROM stock_level WHERE merchant = :merchant
    UNION ALL SELECT item, location, 'damaged', 0, damaged FROM stock_level WHERE merchant = :merchant
    UNION ALL SELECT item, location, 'quarantine', 0, quarantine FROM stock_level WHERE merchant = :merchant
    UNION ALL SELECT item, location, 'picked', 0, picked FROM stock_level WHERE merchant = :merchant
    UNION ALL SELECT item, location, 'held', 0, held FROM stock_level WHERE merchant = :merchant
    UNION ALL SELECT item, location, 'committed', 0, committed FROM stock_level WHERE merchant = :merchant
    UNION ALL SELECT item, location, 'backordered', 0, backordered FROM stock_level WHERE merchant = :merchant
    UNION ALL SELECT item, location, 'on_order', 0, on_order FROM stock_level WHERE merchant = :merchant
) AS both_sides GROUP BY item, location, state HAVING SUM(moved) <> SUM(level);

-- name: verify_stock_sold
-- in: merchant:i64
-- out: id:id what:text expected:i64 found:i64
SELECT order_id, 'item ' || MAX(sku), CAST(SUM(sold) AS BIGINT), CAST(SUM(moved) AS BIGINT) FROM (
    SELECT l.order_id, l.item, l.sku, l.qty AS sold, 0 AS moved
    FROM order_line l JOIN sale_order o ON o.merchant = l.merchant AND o.id = l.order_id
        JOIN item i ON i.merchant = l.merchant AND i.id = l.item
    WHERE l.merchant = :merchant AND o.state = 'paid' AND (i.stocked = 1 OR i.kit = 'virtual')
      AND NOT EXISTS (SELECT 1 FROM order_kit_part k WHERE k.merchant = l.merchant AND k.order_id = l.order_id
          AND k.line = l.n AND k.moved = 1)
    UNION ALL
    SELECT k.order_id, k.part, k.sku, k.qty * (l.qty / 1000), 0
    FROM order_kit_part k JOIN order_line l ON l.merchant = k.merchant AND l.order_id = k.order_id AND l.n = k.line
        JOIN sale_order o ON o.merchant = k.merchant AND o.id = k.order_id
    WHERE k.merchant = :merchant AND o.state = 'paid' AND k.moved = 1
    UNION ALL
    SELECT m.document_id, m.item, '', 0, CASE WHEN m.to_state = 'customer' THEN m.qty ELSE -m.qty END FROM stock_move m
    WHERE m.merchant = :merchant AND m.cause = 'sale' AND (m.to_state = 'customer' OR m.from_state = 'customer')
    UNION ALL
    SELECT f.order_id, l.item, '', 0, l.qty - l.moved_on
    FROM fulfilment f JOIN fulfilment_line l ON l.merchant = f.merchant AND l.fulfilment_id = f.id
        JOIN sale_order o ON o.merchant = f.merchant AND o.id = f.order_id
    WHERE f.merchant = :merchant AND o.state = 'paid' AND l.instead_of = 0
) AS both_sides GROUP BY order_id, item HAVING SUM(sold) <> SUM(moved);

-- name: verify_stock_returned
-- in: merchant:i64
-- out: id:id what:text expected:i64 found:i64
SELECT return_id, MAX(sku) || ' to ' || state, CAST(SUM(taken) AS BIGINT), CAST(SUM(moved) AS BIGINT) FROM (
    SELECT l.return_id, l.item, l.sku, l.disposition AS state, l.qty AS taken, 0 AS moved
    FROM return_line l JOIN item i ON i.merchant = l.merchant AND i.id = l.item
    WHERE l.merchant = :merchant AND l.disposition <> 'none' AND i.stocked = 1
      AND NOT EXISTS (SELECT 1 FROM return_goods g WHERE g.merchant = l.merchant AND g.return_id = l.return_id
          AND g.line = l.n)
    UNION ALL
    SELECT g.return_id, g.item, g.sku, g.disposition, g.qty, 0
    FROM return_goods g JOIN item i ON i.merchant = g.merchant AND i.id = g.item
    WHERE g.merchant = :merchant AND g.disposition <> 'missing' AND i.stocked = 1
    UNION ALL
    SELECT m.document_id, m.item, '', m.to_state, 0, m.qty FROM stock_move m
    WHERE m.merchant = :merchant AND m.cause = 'return' AND m.from_state = 'customer'
) AS both_sides GROUP BY return_id, item, state HAVING SUM(taken) <> SUM(moved);

-- name: verify_stock_places
-- in: merchant:i64
-- out: id:id what:text expected:i64 found:i64
SELECT document_id, from_location || ' ' || from_state || ' to ' || to_location || ' ' || to_state, 0, n
FROM stock_move WHERE merchant = :merchant
  AND (CASE WHEN from_location = '' THEN from_state IN ('customer', 'vendor', 'adjustment', 'loss', 'production', 'promise')
            ELSE from_state IN ('floor', 'backroom', 'picked', 'in_transit', 'damaged', 'quarantine', 'held',
                'committed', 'backordered', 'on_order') END
       AND CASE WHEN to_location = '' THEN to_state IN ('customer', 'vendor', 'adjustment', 'loss', 'production', 'promise')
            ELSE to_state IN ('floor', 'backroom', 'picked', 'in_transit', 'damaged', 'quarantine', 'held',
                'committed', 'backordered', 'on_order') END
       AND (from_state IN ('promise', 'held', 'committed', 'backordered', 'on_order'))
           = (to_state IN ('promise', 'held', 'committed', 'backordered', 'on_order'))
       AND (from_location <> to_location OR from_state <> to_state) AND qty > 0) = (1 = 0);

-- name: verify_claims
-- in: merchant:i64
-- out: id:id what:text expected:i64 found:i64
SELECT item, location || ' ' || state, CAST(SUM(claimed) AS BIGINT), CAST(SUM(level) AS BIGINT) FROM (
    SELECT item, location, state, qty - taken - released AS claimed, 0 AS level FROM claim
    WHERE merchant = :merchant AND state <> 'closed'
    UNION ALL SELECT item, location, 'held', 0, held FROM stock_level WHERE merchant = :merchant
    UNION ALL SELECT item, location, 'committed', 0, committed FROM stock_level WHERE merchant = :merchant
    UNION ALL SELECT item, location, 'backordered', 0, backordered FROM stock_level WHERE merchant = :merchant
) AS both_sides GROUP BY item, location, state HAVING SUM(claimed) <> SUM(level);

-- name: verify_claim_ends
-- in: merchant:i64
-- out: id:id what:text expected:i64 found:i64
SELECT owner_id, 'a claim is ' || state, qty, taken + released FROM claim
WHERE merchant = :merchant AND (taken + released > qty OR (taken + released = qty) <> (state = 'closed')
    OR (state = 'held') > (owner = 'cart') OR share > qty - taken - released);

-- name: verify_claim_states
-- in: merchant:i64
-- out: id:id what:text expected:i64 found:i64
SELECT c.owner_id, 'a claim is ' || c.state || ', its order ' || o.state, o.number, c.n
FROM claim c JOIN sale_order o ON o.merchant = c.merchant AND o.id = c.owner_id
WHERE c.merchant = :merchant AND c.owner = 'order' AND (CASE o.state WHEN 'placed' THEN c.state = 'committed'
    WHEN 'paid' THEN c.taken = c.qty ELSE c.released = c.qty END) = (1 = 0);

-- name: verify_stock_negative
-- in: merchant:i64
-- out: id:id what:text expected:i64 found:i64
SELECT l.item, l.location, l.held + l.committed, l.floor + l.backroom FROM stock_level l
WHERE l.merchant = :merchant AND (l.floor < 0 OR l.backroom < 0 OR l.picked < 0 OR l.in_transit < 0 OR l.damaged < 0
    OR l.quarantine < 0 OR l.held < 0 OR l.committed < 0 OR l.backordered < 0 OR l.on_order < 0
    OR (l.floor + l.backroom < l.held + l.committed
        AND NOT EXISTS (SELECT 1 FROM stock_move m WHERE m.merchant = l.merchant AND m.item = l.item
            AND m.from_location = l.location AND m.to_state IN ('adjustment', 'loss', 'damaged', 'quarantine'))));

-- name: verify_order_lines
-- in: merchant:i64
-- out: id:id what:text expected:i64 found:i64
SELECT l.order_id, 'line ' || CAST(l.n AS TEXT), l.net + l.tax, l.total
FROM order_line l JOIN sale_order o ON o.merchant = l.merchant AND o.id = l.order_id
WHERE l.merchant = :merchant AND (l.total <> l.net + l.tax OR l.qty <= 0 OR l.discount < 0 OR l.fees < 0
    OR ABS(l.qty * l.unit_price - (CASE WHEN o.prices_include_tax = 1 THEN l.total ELSE l.net END + l.discount
           - l.fees) * 1000) >= 1000 AND NOT EXISTS (SELECT 1 FROM order_exemption e
           WHERE e.merchant = o.merchant AND e.order_id = o.id));

-- name: verify_order_sums
-- in: merchant:i64
-- out: id:id what:text expected:i64 found:i64
SELECT o.id, 'order ' || o.location || ' ' || CAST(o.number AS TEXT),
    CAST(SUM(coalesce(l.total, 0)) AS BIGINT) + coalesce(s.total, 0), o.total
FROM sale_order o LEFT JOIN order_line l ON l.merchant = o.merchant AND l.order_id = o.id
    LEFT JOIN order_shipping s ON s.merchant = o.merchant AND s.order_id = o.id
WHERE o.merchant = :merchant
GROUP BY o.id, o.location, o.number, o.total, o.net, o.tax, o.discount, o.subtotal, o.fees, o.prices_include_tax,
    s.total, s.net, s.tax, s.amount, s.discount, o.gift_cards
HAVING o.total <> SUM(coalesce(l.total, 0)) + coalesce(s.total, 0)
    OR o.net <> SUM(coalesce(l.net, 0)) + coalesce(s.net, 0)
    OR o.tax <> SUM(coalesce(l.tax, 0)) + coalesce(s.tax, 0)
    OR o.discount <> SUM(coalesce(l.discount, 0)) OR o.fees <> SUM(coalesce(l.fees, 0))
    OR o.total <> o.net + o.tax OR (COUNT(l.n) = 0 AND o.gift_cards = 0) OR coalesce(MIN(l.n), 1) <> 1
    OR coalesce(MAX(l.n), 0) <> COUNT(l.n)
    OR o.subtotal - o.discount + o.fees + coalesce(s.amount - s.discount, 0)
           <> CASE WHEN o.prices_include_tax = 1 THEN o.total ELSE o.net END
       AND NOT EXISTS (SELECT 1 FROM order_exemption e WHERE e.merchant = :merchant AND e.order_id = o.id);

-- name: verify_order_parts
-- in: merchant:i64
-- out: id:id what:text expected:i64 found:i64
SELECT p.order_id, 'parts of line ' || CAST(p.line AS TEXT), CAST(coalesce(MAX(l.total), 0) AS BIGINT),
    CAST(SUM(p.total) AS BIGINT)
FROM order_part p LEFT JOIN order_line l ON l.merchant = p.merchant AND l.order_id = p.order_id AND l.n = p.line
WHERE p.merchant = :merchant GROUP BY p.order_id, p.line
HAVING MAX(l.total) IS NULL OR SUM(p.total) <> MAX(l.total) OR SUM(p.net) <> MAX(l.net) OR SUM(p.tax) <> MAX(l.tax)
    OR SUM(p.discount) <> MAX(l.discount) OR SUM(p.qty) <> MAX(l.qty) OR SUM(p.returned) <> MAX(l.returned)
    OR SUM(p.refunded) <> MAX(l.refunded) OR MAX(ABS(p.total - p.net - p.tax)) <> 0 OR MAX(p.n) <> COUNT(*)
    OR MAX(p.refunded - p.total) > 0 OR MIN(p.refunded) < 0;

-- name: verify_order_shipping
-- in: merchant:i64
-- out: id:id what:text expected:i64 found:i64
SELECT order_id, 'shipping given back', CAST(SUM(given) AS BIGINT), CAST(SUM(refunded) AS BIGINT) FROM (
    SELECT order_id, refunded, 0 AS given, total - net - tax AS odd FROM order_shipping WHERE merchant = :merchant
    UNION ALL SELECT order_id, 0, shipping, 0 FROM sale_return WHERE merchant = :merchant AND order_id IS NOT NULL
) AS both_sides GROUP BY order_id HAVING SUM(given) <> SUM(refunded) OR SUM(ABS(odd)) <> 0;

-- name: verify_order_discounts
-- in: merchant:i64
-- out: id:id what:text expected:i64 found:i64
SELECT u.order_id, 'promotions took off more than all discounts', o.discount + coalesce(s.discount, 0),
    CAST(SUM(u.amount) AS BIGINT)
FROM promotion_use u JOIN sale_order o ON o.merchant = u.merchant AND o.id = u.order_id
    LEFT JOIN order_shipping s ON s.merchant = o.merchant AND s.order_id = o.id
WHERE u.merchant = :merchant GROUP BY u.order_id, o.discount, s.discount
HAVING SUM(u.amount) > o.discount + coalesce(s.discount, 0)
UNION ALL
SELECT o.id, 'order with promotions of which none is known', 1, 0 FROM sale_order o
    LEFT JOIN promotion_use u ON u.merchant = o.merchant AND u.order_id = o.id
WHERE o.merchant = :merchant AND (o.extras / 16) % 2 = 1 AND u.order_id IS NULL;

-- Each line (and shipping) with its taxes by rates, then the taxes of the order.
-- name: verify_line_taxes
-- in: merchant:i64
-- out: id:id kind:i64 n:i64 amount:i64 taxes:text
SELECT order_id, CAST(0 AS BIGINT) AS kind, n, tax, taxes FROM order_line WHERE merchant = :merchant AND taxes <> ''
UNION ALL SELECT order_id, CAST(0 AS BIGINT), CAST(0 AS BIGINT), tax, taxes FROM order_shipping WHERE merchant = :merchant AND taxes <> ''
UNION ALL SELECT t.order_id, CAST(1 AS BIGINT), t.n, t.amount, '' FROM order_tax t
WHERE t.merchant = :merchant AND t.order_id IN (
    SELECT order_id FROM order_line WHERE merchant = :merchant GROUP BY order_id HAVING MIN(taxes) <> '')
ORDER BY 1, 2, 3;

-- name: verify_order_taxes
-- in: merchant:i64
-- out: id:id what:text expected:i64 found:i64
SELECT id, 'taxes by rate', CAST(SUM(tax) AS BIGINT), CAST(SUM(rated) AS BIGINT) FROM (
    SELECT id, tax, 0 AS rated FROM sale_order WHERE merchant = :merchant
    UNION ALL SELECT order_id, 0, amount FROM order_tax WHERE merchant = :merchant
) AS both_sides GROUP BY id HAVING SUM(tax) <> SUM(rated);

-- name: verify_payment_holds
-- in: merchant:i64
-- out: id:id what:text expected:i64 found:i64
SELECT order_id, what || ' of payment ' || CAST(n AS TEXT), CAST(SUM(told) AS BIGINT), CAST(SUM(found) AS BIGINT) FROM (
    SELECT order_id, n, 'held' AS what, held AS told, 0 AS found FROM payment_hold WHERE merchant = :merchant
    UNION ALL SELECT h.order_id, h.n, 'held', 0, p.amount FROM payment_hold h JOIN payment p
        ON p.merchant = h.merchant AND p.order_id = h.order_id AND p.n = h.n AND p.kind = 'card'
    WHERE h.merchant = :merchant
    UNION ALL SELECT order_id, n, 'captured', captured, 0 FROM payment_hold WHERE merchant = :merchant
    UNION ALL SELECT order_id, payment_n, 'captured', 0, amount FROM payment_capture
    WHERE merchant = :merchant AND state <> 'declined'
    UNION ALL SELECT order_id, n, 'declined', failed, 0 FROM payment_hold WHERE merchant = :merchant
    UNION ALL SELECT order_id, payment_n, 'declined', 0, amount FROM payment_capture
    WHERE merchant = :merchant AND state = 'declined'
    UNION ALL SELECT order_id, n, 'released', released, 0 FROM payment_hold WHERE merchant = :merchant
    UNION ALL SELECT order_id, payment_n, 'released', 0, amount FROM refund
    WHERE merchant = :merchant AND account = 'card_held'
    UNION ALL SELECT order_id, n, 'forgiven', forgiven, 0 FROM payment_hold WHERE merchant = :merchant
    UNION ALL SELECT order_id, payment_n, 'forgiven', 0, amount FROM refund
    WHERE merchant = :merchant AND account = 'customer_owes'
) AS both_sides GROUP BY order_id, n, what HAVING SUM(told) <> SUM(found)
UNION ALL
SELECT h.order_id, 'a hold is ' || h.state || ', its order ' || o.state, h.held,
    h.captured + h.released + h.failed
FROM payment_hold h JOIN sale_order o ON o.merchant = h.merchant AND o.id = h.order_id
WHERE h.merchant = :merchant AND (h.captured + h.released + h.failed > h.held OR h.forgiven > h.failed
    OR (o.state = 'paid' AND (h.state = 'wanted'
        OR (h.state IN ('closing', 'closed') AND h.captured + h.released + h.failed <> h.held)))
    OR (o.state <> 'paid' AND h.captured + h.released + h.failed <> 0)
    OR (o.state = 'cancelled' AND h.state <> 'closed'));

-- name: verify_return_lines
-- in: merchant:i64
-- out: id:id what:text expected:i64 found:i64
SELECT order_id, 'line ' || CAST(n AS TEXT) || ' given back', CAST(SUM(taken) AS BIGINT),
    CAST(SUM(returned) AS BIGINT)
FROM (
    SELECT order_id, n, returned, refunded, 0 AS taken, 0 AS paid, qty, total
    FROM order_line WHERE merchant = :merchant
    UNION ALL
    SELECT r.order_id, l.order_line, 0, 0, l.qty, l.total, 0, 0
    FROM return_line l JOIN sale_return r ON r.merchant = l.merchant AND r.id = l.return_id
    WHERE l.merchant = :merchant AND r.order_id IS NOT NULL
) AS both_sides GROUP BY order_id, n
HAVING SUM(returned) <> SUM(taken) OR SUM(refunded) <> SUM(paid) OR SUM(returned) > SUM(qty)
    OR SUM(refunded) > SUM(total);

-- name: verify_return_sums
-- in: merchant:i64
-- out: id:id what:text expected:i64 found:i64
SELECT r.id, 'return ' || r.location || ' ' || CAST(r.number AS TEXT), CAST(SUM(coalesce(l.total, 0)) AS BIGINT)
    + r.shipping, r.total
FROM sale_return r LEFT JOIN return_line l ON l.merchant = r.merchant AND l.return_id = r.id
WHERE r.merchant = :merchant
GROUP BY r.id, r.location, r.number, r.total, r.net, r.tax, r.shipping, r.shipping_tax, r.fee, r.fee_tax
HAVING r.total <> SUM(coalesce(l.total, 0)) + r.shipping - r.fee
    OR r.net <> SUM(coalesce(l.net, 0)) + r.shipping - r.shipping_tax - r.fee + r.fee_tax
    OR r.tax <> SUM(coalesce(l.tax, 0)) + r.shipping_tax - r.fee_tax
    OR r.fee <> SUM(coalesce(l.fee, 0)) OR r.fee_tax <> SUM(coalesce(l.fee_tax, 0))
    OR coalesce(MIN(l.fee), 0) < 0 OR coalesce(MAX(l.fee - l.total), 0) > 0 OR r.total <> r.net + r.tax
    OR COUNT(l.n) = 0 AND r.shipping = 0 OR coalesce(MIN(l.n), 1) <> 1 OR coalesce(MAX(l.n), 0) <> COUNT(l.n)
    OR coalesce(MAX(ABS(l.total - l.net - l.tax)), 0) <> 0 OR coalesce(MIN(l.net), 0) < 0 OR coalesce(MIN(l.tax), 0) < 0;

-- name: verify_ledger_zero
-- in: merchant:i64
-- out: id:id what:text expected:i64 found:i64
SELECT document_id, debit || ' from ' || credit, 0, amount FROM ledger_entry
WHERE merchant = :merchant AND (amount <= 0 OR debit = '' OR credit = '' OR currency = ''
    OR (debit = credit AND (debit_of IS NULL OR credit_of IS NULL OR debit_of = credit_of)));

-- name: verify_numbers
-- in: merchant:i64
-- out: id:id what:text expected:i64 found:i64
SELECT CAST(NULL AS BYTEA), location || ' ' || kind, CAST(SUM(last) AS BIGINT), CAST(SUM(numbers) AS BIGINT) FROM (
    SELECT location, kind, last, 0 AS low, 0 AS high, 0 AS numbers FROM receipt_series WHERE merchant = :merchant
    UNION ALL
    SELECT location, 'sale', 0, MIN(number), MAX(number), COUNT(DISTINCT number)
    FROM sale_order WHERE merchant = :merchant GROUP BY location
    UNION ALL
    SELECT location, 'return', 0, MIN(number), MAX(number), COUNT(DISTINCT number)
    FROM sale_return WHERE merchant = :merchant GROUP BY location
) AS both_sides GROUP BY location, kind
HAVING SUM(last) <> SUM(numbers) OR SUM(last) <> SUM(high) OR SUM(low) <> 1;

-- name: verify_keys
-- in: merchant:i64
-- out: id:id what:text expected:i64 found:i64
-- only: sqlite
SELECT CAST(NULL AS BYTEA), 'key ' || k.name, 1, 0 FROM idempotency_key k
WHERE k.merchant = :merchant AND k.status = 0 AND replace(k.body, '-', '') NOT IN (
    SELECT lower(hex(id)) FROM sale_order WHERE merchant = :merchant
    UNION ALL SELECT lower(hex(id)) FROM sale_return WHERE merchant = :merchant
    UNION ALL SELECT lower(hex(id)) FROM package_label WHERE merchant = :merchant);

-- name: verify_keys
-- in: merchant:i64
-- out: id:id what:text expected:i64 found:i64
-- only: pg
SELECT CAST(NULL AS BYTEA), 'key ' || k.name, 1::bigint, 0::bigint FROM idempotency_key k
WHERE k.merchant = :merchant AND k.status = 0 AND replace(k.body, '-', '') NOT IN (
    SELECT encode(id, 'hex') FROM sale_order WHERE merchant = :merchant
    UNION ALL SELECT encode(id, 'hex') FROM sale_return WHERE merchant = :merchant
    UNION ALL SELECT encode(id, 'hex') FROM package_label WHERE merchant = :merchant);

-- name: verify_orphans
-- in: merchant:i64
-- out: id:id what:text expected:i64 found:i64
SELECT x.parent, x.what, 1, 0 FROM (
    SELECT 'order_line without order' AS what, order_id AS parent FROM order_line WHERE merchant = :merchant
    UNION SELECT 'order_tax without order', order_id FROM order_tax WHERE merchant = :merchant
    UNION SELECT 'order_part without order', order_id FROM order_part WHERE merchant = :merchant
    UNION SELECT 'order_manual without order', order_id FROM order_manual WHERE merchant = :merchant
    UNION SELECT 'order_shipping without order', order_id FROM order_shipping WHERE merchant = :merchant
    UNION SELECT 'order_explanation without order', order_id FROM order_explanation WHERE merchant = :merchant
    UNION SELECT 'payment without order', order_id FROM payment WHERE merchant = :merchant
    UNION SELECT 'payment_hold without order', order_id FROM payment_hold WHERE merchant = :merchant
    UNION SELECT 'payment_capture without order', order_id FROM payment_capture WHERE merchant = :merchant
    UNION SELECT 'claim without order', owner_id FROM claim WHERE merchant = :merchant AND owner = 'order'
    UNION SELECT 'fulfilment without order', order_id FROM fulfilment WHERE merchant = :merchant
    UNION SELECT 'return without order', order_id FROM sale_return WHERE merchant = :merchant AND order_id IS NOT NULL
) AS x LEFT JOIN sale_order o ON o.merchant = :merchant AND o.id = x.parent WHERE o.id IS NULL
UNION ALL
SELECT x.parent, x.what, 1, 0 FROM (
    SELECT 'return_line without return' AS what, return_id AS parent FROM return_line WHERE merchant = :merchant
    UNION SELECT 'refund without return', return_id FROM refund WHERE merchant = :merchant
) AS x LEFT JOIN sale_return r ON r.merchant = :merchant AND r.id = x.parent WHERE r.id IS NULL
UNION ALL
SELECT x.parent, x.what, 1, 0 FROM (
    SELECT 'stock_level without item' AS what, item AS parent FROM stock_level WHERE merchant = :merchant
    UNION SELECT 'stock_move without item', item FROM stock_move WHERE merchant = :merchant
    UNION SELECT 'price without item', item FROM price WHERE merchant = :merchant
    UNION SELECT 'barcode without item', item FROM barcode WHERE merchant = :merchant
    UNION SELECT 'item_word without item', item FROM item_word WHERE merchant = :merchant
    UNION SELECT 'fulfilment_line without item', item FROM fulfilment_line WHERE merchant = :merchant
    UNION SELECT 'bin without item', item FROM bin WHERE merchant = :merchant
    UNION SELECT 'order_line without item', item FROM order_line WHERE merchant = :merchant
    UNION SELECT 'return_line without item', item FROM return_line WHERE merchant = :merchant
) AS x LEFT JOIN item i ON i.merchant = :merchant AND i.id = x.parent WHERE i.id IS NULL;

-- name: verify_orphan_codes
-- in: merchant:i64
-- out: id:id what:text expected:i64 found:i64
SELECT CAST(NULL AS BYTEA), x.what || ' ' || x.code, 1, 0 FROM (
    SELECT 'stock at an unknown location' AS what, location AS code FROM stock_level WHERE merchant = :merchant
    UNION SELECT 'order at an unknown location', location FROM sale_order WHERE merchant = :merchant
    UNION SELECT 'fulfilment at an unknown location', location FROM fulfilment WHERE merchant = :merchant
    UNION SELECT 'return at an unknown location', location FROM sale_return WHERE merchant = :merchant
    UNION SELECT 'channel at an unknown location', location FROM channel_location WHERE merchant = :merchant
) AS x LEFT JOIN location l ON l.merchant = :merchant AND l.code = x.code WHERE l.code IS NULL
UNION ALL
SELECT CAST(NULL AS BYTEA), x.what || ' ' || x.code, 1, 0 FROM (
    SELECT 'order through an unknown channel' AS what, channel AS code FROM sale_order WHERE merchant = :merchant
    UNION SELECT 'location of an unknown channel', channel FROM channel_location WHERE merchant = :merchant
) AS x LEFT JOIN channel c ON c.merchant = :merchant AND c.code = x.code WHERE c.code IS NULL
UNION ALL
SELECT CAST(NULL AS BYTEA), 'price on an unknown list ' || x.list, 1, 0
FROM (SELECT DISTINCT list FROM price WHERE merchant = :merchant) AS x
LEFT JOIN price_list p ON p.merchant = :merchant AND p.code = x.list WHERE p.code IS NULL
UNION ALL
SELECT x.customer, x.what, 1, 0 FROM (
    SELECT 'order of an unknown customer' AS what, customer FROM sale_order
    WHERE merchant = :merchant AND customer IS NOT NULL
    UNION SELECT 'return of an unknown customer', customer FROM sale_return
    WHERE merchant = :merchant AND customer IS NOT NULL
) AS x LEFT JOIN customer c ON c.merchant = :merchant AND c.id = x.customer WHERE c.id IS NULL;

-- name: verify_strangers
-- in: merchant:i64
-- out: id:id what:text expected:i64 found:i64
SELECT CAST(NULL AS BYTEA), x.what, 0, x.number FROM (
    SELECT 'orders' AS what, COUNT(*) AS number FROM sale_order WHERE merchant NOT IN (SELECT merchant FROM merchant)
    UNION ALL SELECT 'items', COUNT(*) FROM item WHERE merchant NOT IN (SELECT merchant FROM merchant)
    UNION ALL SELECT 'stock levels', COUNT(*) FROM stock_level WHERE merchant NOT IN (SELECT merchant FROM merchant)
    UNION ALL SELECT 'ledger entries', COUNT(*) FROM ledger_entry
    WHERE merchant NOT IN (SELECT merchant FROM merchant)
) AS x WHERE x.number > 0 AND :merchant > 0;

-- name: verify_storage
-- in: merchant:i64
-- out: id:id what:text expected:i64 found:i64
-- only: sqlite
SELECT CAST(NULL AS BYTEA), integrity_check, 0, 1 FROM pragma_integrity_check WHERE integrity_check <> 'ok' AND :merchant > 0;

-- name: verify_texts
-- in: merchant:i64
-- out: id:id what:text text:text
SELECT id, 'item.name', name FROM item WHERE merchant = :merchant
UNION ALL SELECT CAST(NULL AS BYTEA), 'vendor', name || ' ' || contact FROM vendor WHERE merchant = :merchant
UNION ALL SELECT id, 'purchase_order', ref || ' ' || note FROM purchase_order WHERE merchant = :merchant
UNION ALL SELECT id, 'asn', ref || ' ' || carrier FROM asn WHERE merchant = :merchant
UNION ALL SELECT id, 'goods_receipt', ref || ' ' || note FROM goods_receipt WHERE merchant = :merchant
UNION ALL SELECT receipt_id, 'receipt_line.reason', reason FROM receipt_line WHERE merchant = :merchant AND reason <> ''
UNION ALL SELECT id, 'vendor_return', ref || ' ' || reason || ' ' || credit_ref FROM vendor_return WHERE merchant = :merchant
UNION ALL SELECT id, 'settlement.ref', ref FROM settlement WHERE merchant = :merchant AND ref <> ''
UNION ALL SELECT id, 'stock_transfer', ref || ' ' || reason FROM stock_transfer WHERE merchant = :merchant
UNION ALL SELECT CAST(NULL AS BYTEA), 'location_template', name || ' ' || body FROM location_template WHERE merchant = :merchant
UNION ALL SELECT CAST(NULL AS BYTEA), 'location_opening', note FROM location_opening WHERE merchant = :merchant AND note <> ''
UNION ALL SELECT id, 'item.description', description FROM item WHERE merchant = :merchant AND description <> ''
UNION ALL SELECT id, 'item.options', options FROM item WHERE merchant = :merchant AND options <> ''
UNION ALL SELECT id, 'item.media', media FROM item WHERE merchant = :merchant AND media <> ''
UNION ALL SELECT id, 'item.brand', brand FROM item WHERE merchant = :merchant AND brand <> ''
UNION ALL SELECT id, 'item.tags', tags FROM item WHERE merchant = :merchant AND tags <> ''
UNION ALL SELECT id, 'item.fees', fees FROM item WHERE merchant = :merchant AND fees <> ''
UNION ALL SELECT CAST(NULL AS BYTEA), 'category.name', name FROM category WHERE merchant = :merchant
UNION ALL SELECT id, 'customer.ref', ref FROM customer WHERE merchant = :merchant
UNION ALL SELECT id, 'customer.name', name FROM customer WHERE merchant = :merchant
UNION ALL SELECT id, 'customer.email', email FROM customer WHERE merchant = :merchant AND email <> ''
UNION ALL SELECT id, 'consent.wording', wording FROM consent WHERE merchant = :merchant
UNION ALL SELECT CAST(NULL AS BYTEA), 'receipt_template', header || ' / ' || footer || ' / ' || legal || ' / ' || optin FROM receipt_template WHERE merchant = :merchant
UNION ALL SELECT id, 'receipt_mail', address || ' / ' || reason FROM receipt_mail WHERE merchant = :merchant
UNION ALL SELECT CAST(NULL AS BYTEA), 'loyalty_programme', name || ' / ' || terms || ' / ' || marketing FROM loyalty_programme WHERE merchant = :merchant
UNION ALL SELECT CAST(NULL AS BYTEA), 'loyalty_rule', rule FROM loyalty_rule WHERE merchant = :merchant
UNION ALL SELECT id, 'loyalty_event', event || ' / ' || reference FROM loyalty_event WHERE merchant = :merchant
UNION ALL SELECT CAST(NULL AS BYTEA), 'loyalty_reward.name', name FROM loyalty_reward WHERE merchant = :merchant
UNION ALL SELECT CAST(NULL AS BYTEA), 'loyalty_tier.name', name FROM loyalty_tier WHERE merchant = :merchant
UNION ALL SELECT customer, 'customer_external', external_id FROM customer_external WHERE merchant = :merchant
UNION ALL SELECT id, 'customer_merge', reason || ' / ' || profile FROM customer_merge WHERE merchant = :merchant
UNION ALL SELECT id, 'customer_erasure.reason', reason FROM customer_erasure WHERE merchant = :merchant
UNION ALL SELECT id, 'customer.note', note FROM customer WHERE merchant = :merchant AND note <> ''
UNION ALL SELECT id, 'customer.groups', groups FROM customer WHERE merchant = :merchant AND groups <> ''
UNION ALL SELECT id, 'customer.tier', tier FROM customer WHERE merchant = :merchant AND tier <> ''
UNION ALL SELECT id, 'sale_order.ref', ref FROM sale_order WHERE merchant = :merchant AND ref <> ''
UNION ALL SELECT id, 'sale_order.note', note FROM sale_order WHERE merchant = :merchant AND note <> ''
UNION ALL SELECT id, 'sale_order.tax_zone', tax_zone FROM sale_order WHERE merchant = :merchant AND tax_zone <> ''
UNION ALL SELECT order_id, 'order_line.name', name FROM order_line WHERE merchant = :merchant
UNION ALL SELECT order_id, 'order_line.fee_list', fee_list FROM order_line WHERE merchant = :merchant AND fee_list <> ''
UNION ALL SELECT order_id, 'order_manual.reason', reason FROM order_manual WHERE merchant = :merchant
UNION ALL SELECT order_id, 'order_explanation.steps', steps FROM order_explanation WHERE merchant = :merchant
UNION ALL SELECT id, 'approval.reason', reason FROM approval WHERE merchant = :merchant AND reason <> ''
UNION ALL SELECT CAST(NULL AS BYTEA), 'drawer.name', name FROM drawer WHERE merchant = :merchant
UNION ALL SELECT id, 'shift', cashier || ' / ' || till FROM shift WHERE merchant = :merchant
UNION ALL SELECT id, 'shift_action', reason || ' / ' || reference FROM shift_action WHERE merchant = :merchant AND kind <> 'late'
UNION ALL SELECT shift, 'shift_count.tender', tender FROM shift_count WHERE merchant = :merchant
UNION ALL SELECT shift, 'z_report.body', body FROM z_report WHERE merchant = :merchant
UNION ALL SELECT id, 'safe_move.reason', reason FROM safe_move WHERE merchant = :merchant
UNION ALL SELECT id, 'parked_basket', note || ' / ' || body FROM parked_basket WHERE merchant = :merchant
UNION ALL SELECT id, 'bank_bag', bag || ' / ' || reference FROM bank_bag WHERE merchant = :merchant
UNION ALL SELECT order_id, 'payment.reference', reference FROM payment WHERE merchant = :merchant AND reference <> ''
UNION ALL SELECT order_id, 'payment.brand', brand FROM payment WHERE merchant = :merchant AND brand <> ''
UNION ALL SELECT order_id, 'payment.last4', last4 FROM payment WHERE merchant = :merchant AND last4 <> ''
UNION ALL SELECT order_id, 'payment_capture.reason', reason FROM payment_capture WHERE merchant = :merchant AND reason <> ''
UNION ALL SELECT order_id, 'payment.reason', reason FROM payment WHERE merchant = :merchant AND reason <> ''
UNION ALL SELECT return_id, 'refund.reason', reason FROM refund WHERE merchant = :merchant AND reason <> ''
UNION ALL SELECT id, 'gift_card', last4 || ' / ' || note FROM gift_card WHERE merchant = :merchant
UNION ALL SELECT id, 'gift_card_event.reason', reason FROM gift_card_event WHERE merchant = :merchant
UNION ALL SELECT id, 'account_event.reason', reason FROM account_event WHERE merchant = :merchant
UNION ALL SELECT payment, 'payment_route', card || ' / ' || wallet FROM payment_route WHERE merchant = :merchant
UNION ALL SELECT about, 'payment_notice', reference || ' / ' || reason FROM payment_notice WHERE merchant = :merchant
UNION ALL SELECT CAST(NULL AS BYTEA), 'payment_service', url || ' / ' || account FROM payment_service WHERE merchant = :merchant
UNION ALL SELECT CAST(NULL AS BYTEA), 'terminal', reader || ' / ' || url FROM terminal WHERE merchant = :merchant
UNION ALL SELECT id, 'sale_return.ref', ref FROM sale_return WHERE merchant = :merchant AND ref <> ''
UNION ALL SELECT id, 'sale_return.reason', reason FROM sale_return WHERE merchant = :merchant AND reason <> ''
UNION ALL SELECT CAST(NULL AS BYTEA), 'location.name', name FROM location WHERE merchant = :merchant
UNION ALL SELECT CAST(NULL AS BYTEA), 'shipping_zone.name', name FROM shipping_zone WHERE merchant = :merchant
UNION ALL SELECT CAST(NULL AS BYTEA), 'shipping_service', name || ' ' || carrier FROM shipping_service WHERE merchant = :merchant
UNION ALL SELECT CAST(NULL AS BYTEA), 'location.address', address FROM location WHERE merchant = :merchant
UNION ALL SELECT CAST(NULL AS BYTEA), 'idempotency_key.name', name FROM idempotency_key WHERE merchant = :merchant
UNION ALL SELECT CAST(NULL AS BYTEA), 'idempotency_key.body', body FROM idempotency_key WHERE merchant = :merchant
UNION ALL SELECT id, 'tax_certificate.number', number FROM tax_certificate WHERE merchant = :merchant
UNION ALL SELECT id, 'tax_certificate.reason', reason FROM tax_certificate WHERE merchant = :merchant AND reason <> ''
UNION ALL SELECT order_id, 'order_exemption.number', number FROM order_exemption WHERE merchant = :merchant
UNION ALL SELECT subject, 'event.body', body FROM event WHERE merchant = :merchant
UNION ALL SELECT subject, 'audit_log.detail', detail FROM audit_log WHERE merchant = :merchant
UNION ALL SELECT CAST(NULL AS BYTEA), 'import_invoice.number', number FROM import_invoice WHERE merchant = :merchant
UNION ALL SELECT CAST(NULL AS BYTEA), 'promotion_version.body', body FROM promotion_version WHERE merchant = :merchant
UNION ALL SELECT item, 'lot.lot', lot FROM lot WHERE merchant = :merchant
UNION ALL SELECT item, 'lot.recall_reason', recall_reason FROM lot WHERE merchant = :merchant AND recall_reason <> ''
UNION ALL SELECT document_id, 'lot_override.reason', reason FROM lot_override WHERE merchant = :merchant
UNION ALL SELECT item, 'serial.serial', serial FROM serial WHERE merchant = :merchant
UNION ALL SELECT order_id, 'order_kit_part.name', name FROM order_kit_part WHERE merchant = :merchant
UNION ALL SELECT order_id, 'order_goods.lot', lot FROM order_goods WHERE merchant = :merchant AND lot <> ''
UNION ALL SELECT order_id, 'order_goods.serial', serial FROM order_goods WHERE merchant = :merchant AND serial <> ''
UNION ALL SELECT return_id, 'return_goods.lot', lot FROM return_goods WHERE merchant = :merchant AND lot <> ''
UNION ALL SELECT return_id, 'return_goods.serial', serial FROM return_goods WHERE merchant = :merchant AND serial <> ''
UNION ALL SELECT CAST(NULL AS BYTEA), 'coupon_batch.prefix', prefix FROM coupon_batch WHERE merchant = :merchant
UNION ALL SELECT id, 'stock_count.note', note FROM stock_count WHERE merchant = :merchant AND note <> ''
UNION ALL SELECT id, 'stock_count.reference', reference FROM stock_count WHERE merchant = :merchant AND reference <> ''
UNION ALL SELECT count_id, 'stock_count_entry', shelf || ' ' || serials FROM stock_count_entry WHERE merchant = :merchant
UNION ALL SELECT id, 'stock_adjustment.note', note FROM stock_adjustment WHERE merchant = :merchant AND note <> ''
UNION ALL SELECT adjustment_id, 'stock_adjustment_line.lot', lot || ' ' || serials FROM stock_adjustment_line WHERE merchant = :merchant AND lot || serials <> ''
UNION ALL SELECT CAST(NULL AS BYTEA), 'location.region', region FROM location WHERE merchant = :merchant AND region <> ''
UNION ALL SELECT id, 'fulfilment.contact', contact_name || ' ' || contact_email FROM fulfilment WHERE merchant = :merchant
UNION ALL SELECT id, 'fulfilment.address', street || ' ' || city FROM fulfilment WHERE merchant = :merchant
UNION ALL SELECT id, 'fulfilment.note', note || ' ' || reason FROM fulfilment WHERE merchant = :merchant
UNION ALL SELECT id, 'fulfilment.place', shelf || ' ' || bay || ' ' || car FROM fulfilment WHERE merchant = :merchant
UNION ALL SELECT id, 'fulfilment.handed_to', handed_to FROM fulfilment WHERE merchant = :merchant
UNION ALL SELECT id, 'package_label', service || ' ' || tracking || ' ' || reason FROM package_label WHERE merchant = :merchant
UNION ALL SELECT id, 'rma', serial || ' ' || lot || ' ' || new_serial || ' ' || fault || ' ' || note FROM rma WHERE merchant = :merchant
UNION ALL SELECT id, 'rma.contact', contact_name || ' ' || contact_email || ' ' || street || ' ' || city FROM rma WHERE merchant = :merchant
UNION ALL SELECT id, 'return_work', lot || ' ' || serial || ' ' || note FROM return_work WHERE merchant = :merchant
UNION ALL SELECT return_id, 'return_flag.why', why FROM return_flag WHERE merchant = :merchant
UNION ALL SELECT CAST(NULL AS BYTEA), 'return_rule', rule FROM return_rule WHERE merchant = :merchant
UNION ALL SELECT CAST(NULL AS BYTEA), 'disposition_rule', rule FROM disposition_rule WHERE merchant = :merchant
UNION ALL SELECT CAST(NULL AS BYTEA), 'warranty_plan', plan FROM warranty_plan WHERE merchant = :merchant
UNION ALL SELECT id, 'owed.note', note FROM owed WHERE merchant = :merchant;

-- name: verify_items
-- in: merchant:i64 after:blob limit:i64
-- out: id:id sku:text name:text description:text options:text brand:text tags:text
SELECT id, sku, name, description, options, brand, tags FROM item
WHERE merchant = :merchant AND id > :after ORDER BY id LIMIT :limit;

-- name: verify_item_words
-- in: merchant:i64 item:id
-- out: word:blob
SELECT word FROM item_word WHERE merchant = :merchant AND item = :item ORDER BY word;

-- name: verify_item_barcodes
-- in: merchant:i64 item:id
-- out: printed:text
SELECT printed FROM barcode WHERE merchant = :merchant AND item = :item;

-- Events are dropped when they are old: only what was told since the oldest that is kept must have one.
-- name: verify_events
-- in: merchant:i64
-- out: id:id what:text expected:i64 found:i64
WITH kept AS (SELECT coalesce(min(at_ms), 0) AS since FROM event WHERE merchant = :merchant)
SELECT d.id, 'event or audit row ' || d.kind, 1, 0 FROM (
    SELECT id, 'order.' || state AS kind FROM sale_order WHERE merchant = :merchant
) AS d
CROSS JOIN kept
LEFT JOIN (SELECT DISTINCT subject, kind FROM event WHERE merchant = :merchant AND kind LIKE 'order.%') AS e
    ON e.subject = d.id AND e.kind = d.kind
LEFT JOIN (SELECT subject, action, max(at_ms) AS at_ms FROM audit_log
           WHERE merchant = :merchant AND action LIKE 'order.%' GROUP BY subject, action) AS a
    ON a.subject = d.id AND a.action = d.kind
WHERE a.action IS NULL OR (e.kind IS NULL AND a.at_ms >= kept.since)
UNION ALL
SELECT subject, 'events order.returned', CAST(SUM(due) AS BIGINT), CAST(SUM(told) AS BIGINT) FROM (
    SELECT coalesce(r.order_id, r.id) AS subject, 1 AS due, 0 AS told
    FROM sale_return r JOIN audit_log l ON l.merchant = r.merchant AND l.subject = r.id
        AND l.action = 'order.returned', kept
    WHERE r.merchant = :merchant AND l.at_ms >= kept.since
    UNION ALL SELECT subject, 0, 1 FROM event, kept
    WHERE merchant = :merchant AND kind = 'order.returned' AND at_ms >= kept.since
) AS both_sides GROUP BY subject HAVING SUM(due) <> SUM(told)
UNION ALL
SELECT subject, 'audit rows order.returned', CAST(SUM(due) AS BIGINT), CAST(SUM(told) AS BIGINT) FROM (
    SELECT id AS subject, 1 AS due, 0 AS told FROM sale_return WHERE merchant = :merchant
    UNION ALL SELECT subject, 0, 1 FROM audit_log WHERE merchant = :merchant AND action = 'order.returned'
) AS both_sides GROUP BY subject HAVING SUM(due) <> SUM(told);

-- name: verify_stock_counts
-- in: merchant:i64
-- out: id:id what:text expected:i64 found:i64
SELECT count_id, 'a difference at ' || location, counted - ledger, diff FROM stock_count_line
WHERE merchant = :merchant AND state = 'approved' AND diff <> counted - ledger
UNION ALL
SELECT document, location || ' ' || zone, CAST(SUM(due) AS BIGINT), CAST(SUM(moved) AS BIGINT) FROM (
    SELECT count_id AS document, item, location, zone, diff AS due, 0 AS moved FROM stock_count_line
    WHERE merchant = :merchant AND state IN ('approved', 'moved')
    UNION ALL
    SELECT document_id, item, to_location, to_state, 0, qty FROM stock_move
    WHERE merchant = :merchant AND cause IN ('count', 'stock_import') AND to_location <> ''
    UNION ALL
    SELECT document_id, item, from_location, from_state, 0, -qty FROM stock_move
    WHERE merchant = :merchant AND cause IN ('count', 'stock_import') AND from_location <> ''
) AS both_sides GROUP BY document, item, location, zone HAVING SUM(due) <> SUM(moved)
UNION ALL
SELECT c.id, 'a count is ' || c.state || ', a line ' || l.state, 0, 1
FROM stock_count c JOIN stock_count_line l ON l.merchant = c.merchant AND l.count_id = c.id
WHERE c.merchant = :merchant
  AND CASE WHEN c.state = 'approved' THEN l.state IN ('open', 'counted', 'recount')
        ELSE l.state IN ('approved', 'superseded', 'moved') END;

-- name: verify_stock_adjustments
-- in: merchant:i64
-- out: id:id what:text expected:i64 found:i64
SELECT document, 'from ' || from_state || ' to ' || to_state, CAST(SUM(due) AS BIGINT), CAST(SUM(moved) AS BIGINT)
FROM (
    SELECT a.id AS document, l.item, l.from_state, l.to_state, l.qty AS due, 0 AS moved
    FROM stock_adjustment a JOIN stock_adjustment_line l ON l.merchant = a.merchant AND l.adjustment_id = a.id
    WHERE a.merchant = :merchant AND a.state = 'posted'
    UNION ALL
    SELECT document_id, item, from_state, to_state, 0, qty FROM stock_move
    WHERE merchant = :merchant AND cause LIKE 'adjust.%'
) AS both_sides GROUP BY document, item, from_state, to_state HAVING SUM(due) <> SUM(moved)
UNION ALL
SELECT id, 'approved by who made it', 0, 1 FROM stock_adjustment
WHERE merchant = :merchant AND state = 'posted' AND decided_at_ms > 0 AND decided_by = made_by;
