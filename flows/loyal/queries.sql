-- What of a member's points does not add up.
-- name: verify_points
-- in: merchant:i64
-- out: id:id what:text expected:i64 found:i64
SELECT customer, 'points ' || what, CAST(SUM(due) AS BIGINT), CAST(SUM(kept) AS BIGINT) FROM (
    SELECT customer, state AS what, rest AS due, 0 AS kept FROM loyalty_lot WHERE merchant = :merchant
    UNION ALL SELECT customer, 'available', 0, available FROM loyalty_account WHERE merchant = :merchant
    UNION ALL SELECT customer, 'pending', 0, pending FROM loyalty_account WHERE merchant = :merchant
    UNION ALL SELECT customer, 'in all', points, 0 FROM loyalty_move WHERE merchant = :merchant AND lot IS NOT NULL
    UNION ALL SELECT customer, 'in all', 0, available + pending FROM loyalty_account WHERE merchant = :merchant
    UNION ALL SELECT customer, 'owed', points, 0 FROM loyalty_move
    WHERE merchant = :merchant AND kind IN ('owe', 'owed')
    UNION ALL SELECT customer, 'owed', 0, owed FROM loyalty_account WHERE merchant = :merchant
) AS both_sides GROUP BY customer, what HAVING SUM(due) <> SUM(kept)
UNION ALL
SELECT l.customer, 'a lot of ' || l.kind, CAST(coalesce(SUM(m.points), 0) AS BIGINT), l.rest
FROM loyalty_lot l LEFT JOIN loyalty_move m ON m.merchant = l.merchant AND m.lot = l.id
WHERE l.merchant = :merchant GROUP BY l.id, l.customer, l.kind, l.rest HAVING coalesce(SUM(m.points), 0) <> l.rest
UNION ALL
SELECT customer, 'owes points and has some', 0, available + pending FROM loyalty_account
WHERE merchant = :merchant AND owed > 0 AND available + pending > 0;

-- What of the worth of points is not in the books.
-- name: verify_points_worth
-- in: merchant:i64
-- out: id:id what:text expected:i64 found:i64
SELECT customer, 'worth of points in the books', CAST(SUM(value) AS BIGINT), CAST(SUM(booked) AS BIGINT) FROM (
    SELECT customer, value, 0 AS booked FROM loyalty_account WHERE merchant = :merchant
    UNION ALL SELECT credit_of, 0, amount FROM ledger_entry WHERE merchant = :merchant AND credit = 'loyalty'
    UNION ALL SELECT debit_of, 0, -amount FROM ledger_entry WHERE merchant = :merchant AND debit = 'loyalty'
) AS both_sides GROUP BY customer HAVING SUM(value) <> SUM(booked)
UNION ALL
SELECT customer, 'worth of points', (available + pending) * worth_amount / worth_points, value FROM loyalty_account
WHERE merchant = :merchant AND value <> (available + pending) * worth_amount / worth_points;

-- Points of orders that are not those of their lines, and of goods that came back.
-- name: verify_points_earned
-- in: merchant:i64
-- out: id:id what:text expected:i64 found:i64
SELECT o.order_id, 'points of an order', CAST(coalesce(SUM(s.points), 0) AS BIGINT), o.points
FROM loyalty_order o LEFT JOIN loyalty_share s ON s.merchant = o.merchant AND s.order_id = o.order_id
WHERE o.merchant = :merchant GROUP BY o.order_id, o.points HAVING coalesce(SUM(s.points), 0) <> o.points
UNION ALL
SELECT o.order_id, 'points taken back', CAST(coalesce(SUM(
        CASE WHEN s.back >= s.qty THEN s.points ELSE (2 * s.points * s.back + s.qty) / (2 * s.qty) END), 0) AS BIGINT),
    o.points_back
FROM loyalty_order o LEFT JOIN loyalty_share s ON s.merchant = o.merchant AND s.order_id = o.order_id
WHERE o.merchant = :merchant GROUP BY o.order_id, o.points_back
HAVING coalesce(SUM(CASE WHEN s.back >= s.qty THEN s.points ELSE (2 * s.points * s.back + s.qty) / (2 * s.qty) END), 0)
    <> o.points_back
UNION ALL
SELECT s.order_id, 'points of goods that came back', coalesce(p.returned, l.returned, 0), s.back
FROM loyalty_share s
LEFT JOIN order_line l ON l.merchant = s.merchant AND l.order_id = s.order_id AND l.n = s.line
LEFT JOIN order_part p ON p.merchant = s.merchant AND p.order_id = s.order_id AND p.line = s.line AND p.n = s.part
WHERE s.merchant = :merchant AND s.back <> coalesce(p.returned, l.returned, 0)
UNION ALL
SELECT o.order_id, 'a lot of an order', o.points, coalesce(l.points, 0)
FROM loyalty_order o LEFT JOIN loyalty_lot l ON l.merchant = o.merchant AND l.id = o.lot
WHERE o.merchant = :merchant AND o.points <> coalesce(l.points, 0)
UNION ALL
SELECT e.customer, 'points of an event', e.points, coalesce(l.points, 0)
FROM loyalty_event e LEFT JOIN loyalty_lot l ON l.merchant = e.merchant AND l.customer = e.customer
    AND l.kind = 'given' AND l.document = e.id
WHERE e.merchant = :merchant AND e.points <> coalesce(l.points, 0);

-- Payments and rewards that did not take the points they say.
-- name: verify_points_spent
-- in: merchant:i64
-- out: id:id what:text expected:i64 found:i64
SELECT s.id, 'points of a payment or reward', s.points - s.points_back, CAST(coalesce(-SUM(m.points), 0) AS BIGINT)
FROM loyalty_spend s LEFT JOIN loyalty_move m ON m.merchant = s.merchant AND m.document = s.id
    AND m.kind IN ('spend', 'reward', 'back')
WHERE s.merchant = :merchant GROUP BY s.id, s.points, s.points_back
HAVING coalesce(-SUM(m.points), 0) <> s.points - s.points_back
UNION ALL
SELECT m.document, 'points were spent for nothing', 0, CAST(-SUM(m.points) AS BIGINT)
FROM loyalty_move m LEFT JOIN loyalty_spend s ON s.merchant = m.merchant AND s.id = m.document
WHERE m.merchant = :merchant AND m.kind IN ('spend', 'reward', 'back') AND s.id IS NULL GROUP BY m.document;

-- Members, lots and consents of customers who are not there; one consent at most is in force.
-- name: verify_members
-- in: merchant:i64
-- out: id:id what:text expected:i64 found:i64
SELECT x.customer, x.what || ' of nobody', 0, COUNT(*) FROM (
    SELECT customer, 'account' AS what FROM loyalty_account WHERE merchant = :merchant
    UNION ALL SELECT customer, 'consent' FROM consent WHERE merchant = :merchant
) AS x LEFT JOIN customer c ON c.merchant = :merchant AND c.id = x.customer
WHERE c.id IS NULL GROUP BY x.customer, x.what
UNION ALL
SELECT l.customer, 'points of who is no member', 0, COUNT(*) FROM loyalty_lot l
LEFT JOIN loyalty_account a ON a.merchant = l.merchant AND a.customer = l.customer
WHERE l.merchant = :merchant AND a.customer IS NULL GROUP BY l.customer
UNION ALL
SELECT customer, 'consents to ' || what || ' in force', 1, COUNT(*) FROM consent
WHERE merchant = :merchant AND withdrawn_at_ms = 0 GROUP BY customer, what HAVING COUNT(*) > 1;
