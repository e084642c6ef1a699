-- What fulfilments need across capabilities; see flows/queries.sql.

-- What is to be picked, in the order in which one walks; an item without a zone is in that of its category.
-- name: pick_rows
-- in: merchant:i64 location:text zone:text due_before:i64 only:id after_zone:text after_bin:text after_sku:text after_id:blob after_n:i64 limit:i64
-- out: fulfilment:id n:i64 zone:text bin:text sku:text name:text to_pick:i64 method:text due_at_ms:i64 substitutes:bool
SELECT id, n, zone, bin, sku, name, to_pick, method, due_at_ms, substitutes FROM (
    SELECT f.id, l.n, CASE WHEN coalesce(b.zone, '') = '' THEN i.category ELSE b.zone END AS zone,
        coalesce(b.bin, '') AS bin, l.sku, l.name, f.method, f.due_at_ms, f.substitutes,
        l.qty - l.picked - l.moved_on - l.dropped - l.substituted AS to_pick
    FROM fulfilment f JOIN fulfilment_line l ON l.merchant = f.merchant AND l.fulfilment_id = f.id
        JOIN item i ON i.merchant = l.merchant AND i.id = l.item
        LEFT JOIN bin b ON b.merchant = l.merchant AND b.location = f.location AND b.item = l.item
    WHERE f.merchant = :merchant AND f.location = :location AND f.state IN ('open', 'picking')
      AND f.due_at_ms < :due_before AND (:only IS NULL OR f.id = :only)
) AS rows_to_pick
WHERE to_pick > 0 AND (:zone = '' OR zone = :zone)
  AND (zone, bin, sku, id, n) > (:after_zone, :after_bin, :after_sku, :after_id, :after_n)
ORDER BY zone, bin, sku, id, n LIMIT :limit;

-- name: pick_place
-- in: merchant:i64 location:text fulfilment_id:id n:i64
-- out: zone:text bin:text sku:text
SELECT CASE WHEN coalesce(b.zone, '') = '' THEN i.category ELSE b.zone END, coalesce(b.bin, ''), l.sku
FROM fulfilment_line l JOIN item i ON i.merchant = l.merchant AND i.id = l.item
    LEFT JOIN bin b ON b.merchant = l.merchant AND b.location = :location AND b.item = l.item
WHERE l.merchant = :merchant AND l.fulfilment_id = :fulfilment_id AND l.n = :n;

-- name: bin_page
-- in: merchant:i64 location:text after:text limit:i64
-- out: sku:text zone:text bin:text
SELECT i.sku, b.zone, b.bin FROM bin b JOIN item i ON i.merchant = b.merchant AND i.id = b.item
WHERE b.merchant = :merchant AND b.location = :location AND i.sku > :after ORDER BY i.sku LIMIT :limit;

-- name: verify_fulfilment_claims
-- in: merchant:i64
-- out: id:id what:text expected:i64 found:i64
SELECT id, 'claim of line ' || CAST(n AS TEXT), CAST(SUM(open) AS BIGINT), CAST(SUM(claimed) AS BIGINT) FROM (
    SELECT fulfilment_id AS id, n, qty - picked - moved_on - dropped - substituted AS open, 0 AS claimed
    FROM fulfilment_line WHERE merchant = :merchant
    UNION ALL SELECT owner_id, n, 0, qty - taken - released FROM claim
    WHERE merchant = :merchant AND owner = 'fulfilment' AND state <> 'closed'
) AS both_sides GROUP BY id, n HAVING SUM(open) <> SUM(claimed);

-- name: verify_fulfilment_goods
-- in: merchant:i64
-- out: id:id what:text expected:i64 found:i64
SELECT id, CASE WHEN SUM(here) <> SUM(moved_here) THEN 'goods that are here' ELSE 'goods that are gone' END,
    CAST(SUM(here) + SUM(gone) AS BIGINT), CAST(SUM(moved_here) + SUM(moved_gone) AS BIGINT) FROM (
    SELECT fulfilment_id AS id, item, picked - gone - put_back AS here, gone, 0 AS moved_here, 0 AS moved_gone
    FROM fulfilment_line WHERE merchant = :merchant
    UNION ALL
    SELECT m.document_id, m.item, 0, 0,
        CASE WHEN m.to_state IN ('picked', 'in_transit') THEN m.qty ELSE 0 END
            - CASE WHEN m.from_state IN ('picked', 'in_transit') THEN m.qty ELSE 0 END,
        CASE WHEN m.to_state = 'customer' THEN m.qty WHEN m.from_state = 'customer' THEN -m.qty ELSE 0 END
    FROM stock_move m JOIN fulfilment f ON f.merchant = m.merchant AND f.id = m.document_id
    WHERE m.merchant = :merchant
) AS both_sides GROUP BY id, item HAVING SUM(here) <> SUM(moved_here) OR SUM(gone) <> SUM(moved_gone);

-- name: verify_fulfilment_lines
-- in: merchant:i64
-- out: id:id what:text expected:i64 found:i64
SELECT f.id, 'line ' || CAST(l.n AS TEXT) || ' of one that is ' || f.state, l.qty, l.picked
FROM fulfilment f JOIN fulfilment_line l ON l.merchant = f.merchant AND l.fulfilment_id = f.id
WHERE f.merchant = :merchant AND (l.picked + l.moved_on + l.dropped + l.substituted > l.qty
    OR l.gone + l.put_back > l.picked
    OR f.state IN ('waiting', 'backordered', 'open') AND l.picked <> 0
    OR f.state NOT IN ('waiting', 'backordered', 'open', 'picking') AND l.picked + l.moved_on + l.dropped + l.substituted <> l.qty
    OR f.state IN ('delivered', 'handed_over', 'with_courier') AND l.gone <> l.picked
    OR f.state IN ('cancelled', 'rejected') AND l.picked <> 0
    OR f.state IN ('no_show', 'returned_to_stock') AND l.put_back <> l.picked);

-- name: verify_fulfilment_later
-- in: merchant:i64
-- out: id:id what:text expected:i64 found:i64
SELECT f.id, 'claims that wait, of one that is ' || f.state,
    CAST(CASE f.state WHEN 'backordered' THEN 1 ELSE 0 END AS BIGINT), COUNT(c.n)
FROM fulfilment f
LEFT JOIN claim c ON c.merchant = f.merchant AND c.owner_id = f.id AND c.state = 'backordered'
WHERE f.merchant = :merchant AND f.state <> 'waiting' GROUP BY f.id, f.state
HAVING (f.state = 'backordered') <> (COUNT(c.n) > 0);

-- name: verify_fulfilment_states
-- in: merchant:i64
-- out: id:id method:text state:text order_state:text
SELECT f.id, f.method, f.state, coalesce(o.state, '') FROM fulfilment f
LEFT JOIN sale_order o ON o.merchant = f.merchant AND o.id = f.order_id WHERE f.merchant = :merchant;

-- name: verify_packages
-- in: merchant:i64
-- out: id:id what:text expected:i64 found:i64
SELECT l.fulfilment_id, 'packed of line ' || CAST(l.n AS TEXT), l.picked - l.put_back, p.qty
FROM fulfilment_line l JOIN (SELECT x.fulfilment_id, x.line, CAST(SUM(x.qty) AS BIGINT) AS qty
    FROM package_line x JOIN package y ON y.merchant = x.merchant AND y.fulfilment_id = x.fulfilment_id AND y.n = x.package
    WHERE x.merchant = :merchant AND y.state <> 'undone' GROUP BY x.fulfilment_id, x.line) AS p
    ON p.fulfilment_id = l.fulfilment_id AND p.line = l.n
WHERE l.merchant = :merchant AND p.qty <> l.picked - l.put_back;

-- name: verify_labels
-- in: merchant:i64
-- out: id:id what:text expected:i64 found:i64
SELECT l.id, 'a label of a package that is not there', 1, 0
FROM package_label l LEFT JOIN package p
    ON p.merchant = l.merchant AND p.fulfilment_id = l.fulfilment_id AND p.n = l.package
WHERE l.merchant = :merchant AND p.n IS NULL AND l.package > 0
UNION ALL
SELECT l.id, 'a label of an RMA that is not there', 1, 0
FROM package_label l LEFT JOIN rma r ON r.merchant = l.merchant AND r.id = l.fulfilment_id
WHERE l.merchant = :merchant AND l.package = 0 AND r.id IS NULL
UNION ALL
SELECT l.fulfilment_id, 'labels of package ' || CAST(l.package AS TEXT), 1, COUNT(*) FROM package_label l
WHERE l.merchant = :merchant AND l.state IN ('asked', 'bought') GROUP BY l.fulfilment_id, l.package HAVING COUNT(*) > 1
UNION ALL
SELECT l.id, 'a label is bought, its package is ' || p.state, 1, 0
FROM package_label l JOIN package p
    ON p.merchant = l.merchant AND p.fulfilment_id = l.fulfilment_id AND p.n = l.package
WHERE l.merchant = :merchant AND l.state = 'bought' AND (p.state IN ('packed', 'undone') OR p.tracking <> l.tracking)
UNION ALL
SELECT l.id, 'nobody asks about a label that is ' || l.state, 1, 0 FROM package_label l
WHERE l.merchant = :merchant AND l.next_ask_ms = 0 AND l.state IN ('asked', 'bought', 'moving', 'voiding');

-- What a delivery waits for comes later than was promised.
-- name: fulfilment_comes_later
-- in: merchant:i64 id:id at_ms:i64
UPDATE fulfilment SET promised_at_ms = :at_ms, due_at_ms = :at_ms
WHERE merchant = :merchant AND id = :id AND state IN ('waiting', 'backordered') AND promised_at_ms < :at_ms;
