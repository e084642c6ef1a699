-- What of a closed shift is still in its drawer.
-- name: verify_shift_cash
-- in: merchant:i64
-- out: id:id what:text expected:i64 found:i64
SELECT id, 'cash of a closed shift, ' || currency, 0, CAST(SUM(amount) AS BIGINT) FROM (
    SELECT s.id, e.currency, e.amount FROM shift s JOIN ledger_entry e ON e.merchant = s.merchant AND e.debit_of = s.id
    WHERE s.merchant = :merchant AND s.state = 'closed'
    UNION ALL
    SELECT s.id, e.currency, -e.amount FROM shift s
    JOIN ledger_entry e ON e.merchant = s.merchant AND e.credit_of = s.id
    WHERE s.merchant = :merchant AND s.state = 'closed'
) AS both_sides GROUP BY id, currency HAVING SUM(amount) <> 0;

-- What was done at a drawer and is not booked so; the same of what was counted when its shift was closed.
-- name: verify_shift_booked
-- in: merchant:i64
-- out: id:id what:text expected:i64 found:i64
SELECT id, what, CAST(SUM(due) AS BIGINT), CAST(SUM(booked) AS BIGINT) FROM (
    SELECT id, 'in the drawer, ' || currency AS what, CASE WHEN kind IN ('float', 'pay_in') THEN amount
        WHEN kind IN ('pay_out', 'drop', 'late') THEN -amount ELSE 0 END AS due, 0 AS booked
    FROM shift_action WHERE merchant = :merchant
    UNION ALL SELECT e.document_id, 'in the drawer, ' || e.currency, 0, e.amount
    FROM ledger_entry e JOIN shift_action a ON a.merchant = e.merchant AND a.id = e.document_id AND a.shift = e.debit_of
    WHERE e.merchant = :merchant
    UNION ALL SELECT e.document_id, 'in the drawer, ' || e.currency, 0, -e.amount
    FROM ledger_entry e JOIN shift_action a ON a.merchant = e.merchant AND a.id = e.document_id AND a.shift = e.credit_of
    WHERE e.merchant = :merchant
    UNION ALL SELECT t.shift, 'over, ' || t.currency, t.counted - t.expected, 0
    FROM shift_total t WHERE t.merchant = :merchant AND t.tender = 'cash'
    UNION ALL SELECT t.shift, 'to the safe, ' || t.currency, t.counted - t.kept, 0
    FROM shift_total t WHERE t.merchant = :merchant AND t.tender = 'cash'
    UNION ALL SELECT s.id, 'over, ' || e.currency, 0, CASE WHEN e.credit = 'cash_over_short' THEN e.amount ELSE -e.amount END
    FROM shift s JOIN ledger_entry e ON e.merchant = s.merchant AND e.document_id = s.id AND e.code = 'till_count'
    WHERE s.merchant = :merchant
    UNION ALL SELECT s.id, 'to the safe, ' || e.currency, 0, e.amount
    FROM shift s JOIN ledger_entry e ON e.merchant = s.merchant AND e.document_id = s.id AND e.debit = 'safe:' || s.location
    WHERE s.merchant = :merchant
) AS both_sides GROUP BY id, what HAVING SUM(due) <> SUM(booked);

-- Shifts whose state, report and workers do not fit.
-- name: verify_shift_states
-- in: merchant:i64
-- out: id:id what:text expected:i64 found:i64
SELECT s.id, 'a Z report of a shift that is ' || s.state, s.z_number, coalesce(z.number, 0)
FROM shift s LEFT JOIN z_report z ON z.merchant = s.merchant AND z.shift = s.id AND z.location = s.location
WHERE s.merchant = :merchant
  AND (s.z_number <> coalesce(z.number, 0) OR (s.state = 'closed') <> (s.z_number > 0) OR (s.state = 'closed') <> (s.closed_at_ms > 0))
UNION ALL
SELECT k.shift, 'somebody works at a shift that is closed', 0, 1
FROM shift_key k LEFT JOIN shift s ON s.merchant = k.merchant AND s.id = k.shift AND s.location = k.location
WHERE k.merchant = :merchant AND (s.id IS NULL OR s.state = 'closed')
UNION ALL
SELECT s.id, 'a drawer that is not there', 1, 0
FROM shift s LEFT JOIN drawer d ON d.merchant = s.merchant AND d.location = s.location AND d.code = s.drawer
WHERE s.merchant = :merchant AND d.code IS NULL
UNION ALL
SELECT a.shift, 'something of a shift that is not there', 1, 0 FROM (
    SELECT shift FROM shift_action WHERE merchant = :merchant UNION SELECT shift FROM shift_count WHERE merchant = :merchant
    UNION SELECT shift FROM shift_total WHERE merchant = :merchant UNION SELECT shift FROM shift_sale WHERE merchant = :merchant
    UNION SELECT shift FROM shift_tender WHERE merchant = :merchant
) AS a LEFT JOIN shift s ON s.merchant = :merchant AND s.id = a.shift WHERE s.id IS NULL
UNION ALL
SELECT t.shift, 'a count of ' || t.tender, c.amount, t.counted FROM shift_total t
JOIN shift_count c ON c.merchant = t.merchant AND c.shift = t.shift AND c.tender = t.tender AND c.currency = t.currency
    AND c.n = (SELECT MAX(m.n) FROM shift_count m WHERE m.merchant = c.merchant AND m.shift = c.shift)
WHERE t.merchant = :merchant AND c.amount <> t.counted;

-- Safes and bags that are not booked as they say.
-- name: verify_safes
-- in: merchant:i64
-- out: id:id what:text expected:i64 found:i64
SELECT id, what, CAST(SUM(due) AS BIGINT), CAST(SUM(booked) AS BIGINT) FROM (
    SELECT id, 'safe' AS what, amount AS due, 0 AS booked FROM safe_move WHERE merchant = :merchant AND kind <> 'gather'
    UNION ALL SELECT id, 'safe', -amount, 0 FROM bank_bag WHERE merchant = :merchant
    UNION ALL SELECT id, 'bank', CASE WHEN state = 'credited' THEN credited ELSE amount END, 0
    FROM bank_bag WHERE merchant = :merchant
    UNION ALL SELECT e.document_id, 'safe', 0, e.amount
    FROM ledger_entry e JOIN safe_move m ON m.merchant = e.merchant AND m.id = e.document_id AND e.debit = 'safe:' || m.location
    WHERE e.merchant = :merchant AND m.kind <> 'gather'
    UNION ALL SELECT e.document_id, 'safe', 0, -e.amount
    FROM ledger_entry e JOIN safe_move m ON m.merchant = e.merchant AND m.id = e.document_id AND e.credit = 'safe:' || m.location
    WHERE e.merchant = :merchant AND m.kind <> 'gather'
    UNION ALL SELECT e.document_id, 'safe', 0, -e.amount
    FROM ledger_entry e JOIN bank_bag b ON b.merchant = e.merchant AND b.id = e.document_id AND e.credit = 'safe:' || b.location
    WHERE e.merchant = :merchant
    UNION ALL SELECT e.document_id, 'bank', 0, CASE WHEN e.debit = 'bank' THEN e.amount ELSE -e.amount END
    FROM ledger_entry e JOIN bank_bag b ON b.merchant = e.merchant AND b.id = e.document_id
    WHERE e.merchant = :merchant AND (e.debit = 'bank' OR e.credit = 'bank')
) AS both_sides GROUP BY id, what HAVING SUM(due) <> SUM(booked);

-- Approvals that were not another person's, or not for what is there.
-- name: verify_approvals
-- in: merchant:i64
-- out: id:id what:text expected:i64 found:i64
SELECT m.order_id, 'approved by who gave the discount', 0, m.line FROM order_manual m
WHERE m.merchant = :merchant AND m.approved_by IS NOT NULL AND m.approved_by = m.given_by
UNION ALL
SELECT a.id, 'a ' || a.kind || ' that is not there was approved', 1, 0 FROM approval a
    LEFT JOIN sale_order o ON o.merchant = a.merchant AND o.id = a.used_for
    LEFT JOIN shift s ON s.merchant = a.merchant AND s.id = a.used_for
WHERE a.merchant = :merchant AND a.used_for IS NOT NULL
  AND CASE WHEN a.kind = 'discount' THEN o.id IS NULL
      WHEN a.kind IN ('pay_in', 'pay_out', 'drop', 'no_sale', 'void_line', 'void_sale', 'difference') THEN s.id IS NULL
      ELSE 1 = 0 END
UNION ALL
SELECT m.order_id, 'an approval that nobody gave', 1, 0 FROM order_manual m
    LEFT JOIN approval a ON a.merchant = m.merchant AND a.used_for = m.order_id AND a.approver = m.approved_by
WHERE m.merchant = :merchant AND m.approved_by IS NOT NULL AND a.id IS NULL
UNION ALL
SELECT t.id, 'approved by who did it', 0, 1 FROM shift_action t JOIN shift s ON s.merchant = t.merchant AND s.id = t.shift
WHERE t.merchant = :merchant AND t.approved_by IS NOT NULL AND s.offline = 0
  AND (t.approved_by = t.done_by OR NOT EXISTS (SELECT 1 FROM approval a WHERE a.merchant = t.merchant
      AND a.used_for = t.shift AND a.kind = t.kind AND a.approver = t.approved_by));

-- Sales and returns that a shift notes otherwise than they are.
-- name: verify_shift_notes
-- in: merchant:i64
-- out: id:id what:text expected:i64 found:i64
SELECT id, what, CAST(SUM(due) AS BIGINT), CAST(SUM(noted) AS BIGINT) FROM (
    SELECT s.document AS id, 'net and tax at a shift' AS what, 0 AS due, s.net * 3 + s.tax * 5 + s.number * 7 AS noted
    FROM shift_sale s WHERE s.merchant = :merchant AND s.n = 1
    UNION ALL SELECT o.id, 'net and tax at a shift', o.net * 3 + o.tax * 5 + o.number * 7, 0
    FROM shift_sale s JOIN sale_order o ON o.merchant = s.merchant AND o.id = s.document AND o.state = 'paid'
    WHERE s.merchant = :merchant AND s.n = 1 AND s.kind = 'sale'
    UNION ALL SELECT r.id, 'net and tax at a shift', r.net * 3 + r.tax * 5 + r.number * 7, 0
    FROM shift_sale s JOIN sale_return r ON r.merchant = s.merchant AND r.id = s.document
    WHERE s.merchant = :merchant AND s.n = 1 AND s.kind = 'return'
    UNION ALL SELECT s.document, 'tax by rates at a shift', s.tax, s.tax_amount FROM shift_sale s WHERE s.merchant = :merchant
    UNION ALL SELECT s.document, 'documents at two shifts', 0, 1 FROM shift_sale s JOIN shift_sale t
        ON t.merchant = s.merchant AND t.document = s.document AND t.n = 1 AND t.shift <> s.shift
    WHERE s.merchant = :merchant AND s.n = 1
) AS both_sides GROUP BY id, what HAVING SUM(due) <> SUM(noted);
