-- name: closing_holds
-- in: merchant:i64 location:text
-- out: id:id
SELECT DISTINCT h.id FROM stock_hold h
JOIN claim c ON c.merchant = h.merchant AND c.owner_id = h.id AND c.state = 'held'
WHERE h.merchant = :merchant AND h.state = 'open' AND c.location = :location ORDER BY h.id;

-- name: closing_fulfilments
-- in: merchant:i64 location:text
-- out: id:id
SELECT id FROM fulfilment WHERE merchant = :merchant AND location = :location AND state = 'open' ORDER BY id;

-- name: closing_shares
-- in: merchant:i64 location:text
-- out: item:id channel:text
SELECT item, channel FROM channel_share WHERE merchant = :merchant AND location = :location ORDER BY item, channel;

-- name: closing_goods
-- in: merchant:i64 location:text
-- out: sku:text free:i64
WITH asked AS (
    SELECT l.item, CAST(SUM(l.qty) AS BIGINT) AS qty
    FROM stock_transfer t JOIN transfer_line l ON l.merchant = t.merchant AND l.transfer_id = t.id
    WHERE t.merchant = :merchant AND t.from_location = :location AND t.state IN ('draft', 'requested', 'approved')
    GROUP BY l.item
), goods AS (
    SELECT i.sku, s.item, s.floor + s.backroom - s.held - s.committed
           - COALESCE((SELECT a.qty FROM asked a WHERE a.item = s.item), 0) AS free
    FROM stock_level s JOIN item i ON i.merchant = s.merchant AND i.id = s.item
    WHERE s.merchant = :merchant AND s.location = :location AND s.floor + s.backroom > 0
)
SELECT sku, free FROM goods WHERE free > 0 ORDER BY item;

-- name: closing_keys
-- in: merchant:i64 location:text
-- out: id:id
SELECT k.id FROM register r JOIN api_key k ON k.merchant = r.merchant AND k.id = r.api_key
WHERE r.merchant = :merchant AND r.location = :location AND k.revoked_at_ms = 0 ORDER BY k.id;

-- name: closing_cash
-- in: merchant:i64 account:text
-- out: currency:text balance:i64
SELECT currency, CAST(SUM(amount) AS BIGINT) FROM (
    SELECT currency, amount FROM ledger_entry WHERE merchant = :merchant AND debit = :account
    UNION ALL
    SELECT currency, -amount FROM ledger_entry WHERE merchant = :merchant AND credit = :account
) AS both_sides GROUP BY currency HAVING SUM(amount) <> 0 ORDER BY currency;

-- name: closing_left
-- in: merchant:i64 location:text
-- out: items:i64 units:i64 on_order:i64 transfers:i64 deliveries:i64 claims:i64
SELECT
    (SELECT COUNT(*) FROM stock_level s WHERE s.merchant = :merchant AND s.location = :location
     AND s.floor + s.backroom + s.picked + s.in_transit + s.damaged + s.quarantine <> 0),
    (SELECT CAST(COALESCE(SUM(s.floor + s.backroom + s.picked + s.in_transit + s.damaged + s.quarantine), 0) AS BIGINT)
     FROM stock_level s WHERE s.merchant = :merchant AND s.location = :location),
    (SELECT CAST(COALESCE(SUM(s.on_order), 0) AS BIGINT)
     FROM stock_level s WHERE s.merchant = :merchant AND s.location = :location),
    (SELECT COUNT(*) FROM stock_transfer t WHERE t.merchant = :merchant
     AND (t.from_location = :location OR t.to_location = :location)
     AND t.state IN ('draft', 'requested', 'approved', 'picking', 'shipped', 'receiving')),
    (SELECT COUNT(*) FROM fulfilment f WHERE f.merchant = :merchant
     AND (f.location = :location OR f.store = :location)
     AND f.state NOT IN ('delivered', 'handed_over', 'cancelled', 'rejected', 'no_show', 'returned_to_stock')),
    (SELECT COUNT(*) FROM stock_level s WHERE s.merchant = :merchant AND s.location = :location
     AND s.held + s.committed + s.backordered > 0);

-- name: closing_transfers
-- in: merchant:i64 location:text most:i64
-- out: id:id number:i64 state:text from_location:text to_location:text units:i64
SELECT id, number, state, from_location, to_location, units FROM stock_transfer
WHERE merchant = :merchant AND (from_location = :location OR to_location = :location)
  AND state IN ('draft', 'requested', 'approved', 'picking', 'shipped', 'receiving')
ORDER BY number LIMIT :most;

-- name: closing_deliveries
-- in: merchant:i64 location:text most:i64
-- out: id:id order_id:id method:text state:text location:text
SELECT id, order_id, method, state, location FROM fulfilment
WHERE merchant = :merchant AND (location = :location OR store = :location)
  AND state NOT IN ('delivered', 'handed_over', 'cancelled', 'rejected', 'no_show', 'returned_to_stock')
ORDER BY id LIMIT :most;


-- name: verify_openings
-- in: merchant:i64
-- out: id:id what:text expected:i64 found:i64
SELECT r.api_key, 'register ' || r.code || ': without a key, an opening or a channel', 1, 0 FROM register r
WHERE r.merchant = :merchant
  AND (NOT EXISTS (SELECT 1 FROM api_key k WHERE k.merchant = r.merchant AND k.id = r.api_key)
       OR NOT EXISTS (SELECT 1 FROM location_opening o WHERE o.merchant = r.merchant AND o.code = r.location)
       OR NOT EXISTS (SELECT 1 FROM channel_location s WHERE s.merchant = r.merchant
                      AND s.channel = r.channel AND s.location = r.location))
UNION ALL
SELECT CAST(NULL AS BYTEA), 'opening ' || o.code || ': without its location, channel or price list', 1, 0
FROM location_opening o
WHERE o.merchant = :merchant
  AND (NOT EXISTS (SELECT 1 FROM location l WHERE l.merchant = o.merchant AND l.code = o.code)
       OR (o.channel <> '' AND NOT EXISTS (SELECT 1 FROM channel c WHERE c.merchant = o.merchant AND c.code = o.channel))
       OR (o.price_list <> '' AND NOT EXISTS (SELECT 1 FROM price_list p WHERE p.merchant = o.merchant
                                              AND p.code = o.price_list AND p.channel = o.channel)));

-- name: verify_closings
-- in: merchant:i64
-- out: id:id what:text expected:i64 found:i64
SELECT CAST(NULL AS BYTEA), 'closed location ' || o.code || ': still sells, or its registers do', 1, 0
FROM location_opening o JOIN location l ON l.merchant = o.merchant AND l.code = o.code
WHERE o.merchant = :merchant AND o.state = 'closed'
  AND (l.active = 1 OR EXISTS (SELECT 1 FROM register r JOIN api_key k ON k.merchant = r.merchant AND k.id = r.api_key
                               WHERE r.merchant = o.merchant AND r.location = o.code AND k.revoked_at_ms = 0));

-- name: verify_tills
-- in: merchant:i64
-- out: id:id what:text expected:i64 found:i64
SELECT id, account, CAST(SUM(due) AS BIGINT), CAST(SUM(booked) AS BIGINT) FROM (
    SELECT id, 'cash:' || location AS account, -expected AS due, 0 AS booked
    FROM till_settlement WHERE merchant = :merchant
    UNION ALL SELECT id, 'cash_over_short', expected - counted, 0 FROM till_settlement WHERE merchant = :merchant
    UNION ALL SELECT id, account, counted, 0 FROM till_settlement WHERE merchant = :merchant
    UNION ALL SELECT e.document_id, e.debit, 0, e.amount
    FROM ledger_entry e JOIN till_settlement t ON t.merchant = e.merchant AND t.id = e.document_id
    WHERE e.merchant = :merchant
    UNION ALL SELECT e.document_id, e.credit, 0, -e.amount
    FROM ledger_entry e JOIN till_settlement t ON t.merchant = e.merchant AND t.id = e.document_id
    WHERE e.merchant = :merchant
) AS both_sides GROUP BY id, account HAVING SUM(due) <> SUM(booked);

-- Locations of all merchants that close; the jobs look at them.
-- name: closing_open
-- in: limit:i64
-- out: merchant:i64 code:text
SELECT merchant, code FROM location_opening WHERE state = 'closing' ORDER BY merchant, code LIMIT :limit;
