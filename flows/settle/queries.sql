-- Set-wise statements of settlement files: each takes the lines of a part as a JSON list. Ids in it are hexadecimal.

-- Which keys are in.
-- name: settle_seen
-- in: merchant:i64 list:text
-- out: i:i64 file:id
-- only: sqlite
SELECT e.key, l.file FROM json_each(:list) AS e
CROSS JOIN recon_line l ON l.merchant = :merchant AND l.line_key = unhex(e.value);

-- name: settle_seen
-- in: merchant:i64 list:text
-- out: i:i64 file:id
-- only: pg
SELECT e.i - 1, l.file FROM jsonb_array_elements_text(CAST(:list AS jsonb)) WITH ORDINALITY AS e (v, i)
JOIN recon_line l ON l.merchant = :merchant AND l.line_key = decode(e.v, 'hex');

-- The payments of lines [line, our key, the service's reference]: by our key, or else by the reference.
-- name: settle_payments
-- in: merchant:i64 service:text list:text
-- out: i:i64 payment:id order_id:id n:i64 state:text amount:i64 currency:text settled:i64 sent:i64 disputed:i64
-- only: sqlite
WITH asked AS (
    SELECT e.value ->> 0 AS i, unhex(e.value ->> 1) AS k, e.value ->> 2 AS ref FROM json_each(:list) AS e
), known AS (
    SELECT a.i, r.order_id, r.n FROM asked a
    CROSS JOIN payment_route r ON r.merchant = :merchant AND r.payment = a.k
    UNION ALL
    SELECT a.i, p.order_id, p.n FROM asked a
    CROSS JOIN payment p INDEXED BY payment_by_reference
        ON p.merchant = :merchant AND p.reference = a.ref AND p.reference <> ''
    CROSS JOIN payment_route r ON r.merchant = p.merchant AND r.payment = p.id
    WHERE a.k IS NULL AND a.ref <> '' AND r.service = :service
)
SELECT k.i, p.id, p.order_id, p.n, p.state, coalesce(h.captured, p.amount + p.tip + p.surcharge), o.currency,
    coalesce((SELECT SUM(l.books) FROM recon_line l
        WHERE l.merchant = p.merchant AND l.payment = p.id AND l.kind = 'charge'), 0),
    coalesce((SELECT SUM(CASE WHEN l.currency = o.currency THEN l.amount ELSE l.books END) FROM recon_line l
        WHERE l.merchant = p.merchant AND l.payment = p.id AND l.kind = 'charge'), 0),
    coalesce((SELECT SUM(l.amount) FROM recon_line l
        WHERE l.merchant = p.merchant AND l.payment = p.id AND l.kind IN ('chargeback', 'chargeback_back')), 0)
FROM known k
CROSS JOIN payment p ON p.merchant = :merchant AND p.order_id = k.order_id AND p.n = k.n
CROSS JOIN sale_order o ON o.merchant = p.merchant AND o.id = p.order_id
LEFT JOIN payment_hold h ON h.merchant = p.merchant AND h.order_id = p.order_id AND h.n = p.n;

-- name: settle_payments
-- in: merchant:i64 service:text list:text
-- out: i:i64 payment:id order_id:id n:i64 state:text amount:i64 currency:text settled:i64 sent:i64 disputed:i64
-- only: pg
WITH asked AS (
    SELECT CAST(e.v ->> 0 AS BIGINT) AS i, decode(e.v ->> 1, 'hex') AS k, e.v ->> 2 AS ref
    FROM jsonb_array_elements(CAST(:list AS jsonb)) AS e (v)
), known AS (
    SELECT a.i, r.order_id, r.n FROM asked a
    JOIN payment_route r ON r.merchant = :merchant AND r.payment = a.k
    UNION ALL
    SELECT a.i, p.order_id, p.n FROM asked a
    JOIN payment p ON p.merchant = :merchant AND p.reference = a.ref AND p.reference <> ''
    JOIN payment_route r ON r.merchant = p.merchant AND r.payment = p.id
    WHERE a.k IS NULL AND a.ref <> '' AND r.service = :service
)
SELECT k.i, p.id, p.order_id, p.n, p.state, coalesce(h.captured, p.amount + p.tip + p.surcharge), o.currency,
    CAST(coalesce((SELECT SUM(l.books) FROM recon_line l
        WHERE l.merchant = p.merchant AND l.payment = p.id AND l.kind = 'charge'), 0) AS BIGINT),
    CAST(coalesce((SELECT SUM(CASE WHEN l.currency = o.currency THEN l.amount ELSE l.books END) FROM recon_line l
        WHERE l.merchant = p.merchant AND l.payment = p.id AND l.kind = 'charge'), 0)
        AS BIGINT),
    CAST(coalesce((SELECT SUM(l.amount) FROM recon_line l
        WHERE l.merchant = p.merchant AND l.payment = p.id AND l.kind IN ('chargeback', 'chargeback_back')), 0) AS BIGINT)
FROM known k
JOIN payment p ON p.merchant = :merchant AND p.order_id = k.order_id AND p.n = k.n
JOIN sale_order o ON o.merchant = p.merchant AND o.id = p.order_id
LEFT JOIN payment_hold h ON h.merchant = p.merchant AND h.order_id = p.order_id AND h.n = p.n;

-- The refunds of lines [line, our key, order, payment, amount]: by our key, or else those of the payment.
-- name: settle_refunds
-- in: merchant:i64 list:text
-- out: i:i64 refund:id order_id:id amount:i64 currency:text before:bool
-- only: sqlite
WITH asked AS (
    SELECT e.value ->> 0 AS i, unhex(e.value ->> 1) AS k, unhex(e.value ->> 2) AS o, e.value ->> 3 AS n,
        e.value ->> 4 AS amount FROM json_each(:list) AS e
), known AS (
    SELECT a.i, f.return_id, f.n FROM asked a CROSS JOIN refund f ON f.merchant = :merchant AND f.id = a.k
    UNION ALL
    SELECT a.i, f.return_id, f.n FROM asked a
    CROSS JOIN refund f INDEXED BY refund_by_order
        ON f.merchant = :merchant AND f.order_id = a.o AND f.payment_n = a.n AND f.amount = a.amount
    WHERE a.k IS NULL
)
SELECT k.i, f.id, f.order_id, f.amount, r.currency,
    EXISTS (SELECT 1 FROM recon_line l WHERE l.merchant = f.merchant AND l.refund = f.id)
FROM known k
CROSS JOIN refund f ON f.merchant = :merchant AND f.return_id = k.return_id AND f.n = k.n
CROSS JOIN sale_return r ON r.merchant = f.merchant AND r.id = f.return_id
WHERE f.account LIKE 'clearing:%' ORDER BY k.i, f.id;

-- name: settle_refunds
-- in: merchant:i64 list:text
-- out: i:i64 refund:id order_id:id amount:i64 currency:text before:bool
-- only: pg
WITH asked AS (
    SELECT CAST(e.v ->> 0 AS BIGINT) AS i, decode(e.v ->> 1, 'hex') AS k, decode(e.v ->> 2, 'hex') AS o,
        CAST(e.v ->> 3 AS BIGINT) AS n, CAST(e.v ->> 4 AS BIGINT) AS amount
    FROM jsonb_array_elements(CAST(:list AS jsonb)) AS e (v)
), known AS (
    SELECT a.i, f.return_id, f.n FROM asked a JOIN refund f ON f.merchant = :merchant AND f.id = a.k
    UNION ALL
    SELECT a.i, f.return_id, f.n FROM asked a
    JOIN refund f ON f.merchant = :merchant AND f.order_id = a.o AND f.payment_n = a.n AND f.amount = a.amount
    WHERE a.k IS NULL
)
SELECT k.i, f.id, f.order_id, f.amount, r.currency,
    CAST(EXISTS (SELECT 1 FROM recon_line l WHERE l.merchant = f.merchant AND l.refund = f.id) AS INT)
FROM known k
JOIN refund f ON f.merchant = :merchant AND f.return_id = k.return_id AND f.n = k.n
JOIN sale_return r ON r.merchant = f.merchant AND r.id = f.return_id
WHERE f.account LIKE 'clearing:%' ORDER BY k.i, f.id;

-- name: settle_lines_put
-- in: merchant:i64 file:id service:text list:text
-- only: sqlite
INSERT INTO recon_line (merchant, file, n, service, line_key, kind, state, payment, refund, reference, payout,
    text, amount, currency, books, gross, fee, net, settled, at_ms)
SELECT :merchant, :file, e.value ->> 0, :service, unhex(e.value ->> 1), e.value ->> 2, e.value ->> 3,
    unhex(e.value ->> 4), unhex(e.value ->> 5), e.value ->> 6, e.value ->> 7, e.value ->> 8, e.value ->> 9,
    e.value ->> 10, e.value ->> 11, e.value ->> 12, e.value ->> 13, e.value ->> 14, e.value ->> 15, e.value ->> 16
FROM json_each(:list) AS e;

-- name: settle_lines_put
-- in: merchant:i64 file:id service:text list:text
-- only: pg
INSERT INTO recon_line (merchant, file, n, service, line_key, kind, state, payment, refund, reference, payout,
    text, amount, currency, books, gross, fee, net, settled, at_ms)
SELECT :merchant, :file, CAST(v ->> 0 AS BIGINT), :service, decode(v ->> 1, 'hex'), v ->> 2, v ->> 3,
    decode(v ->> 4, 'hex'), decode(v ->> 5, 'hex'), v ->> 6, v ->> 7, v ->> 8, CAST(v ->> 9 AS BIGINT), v ->> 10,
    CAST(v ->> 11 AS BIGINT), CAST(v ->> 12 AS BIGINT), CAST(v ->> 13 AS BIGINT), CAST(v ->> 14 AS BIGINT), v ->> 15,
    CAST(v ->> 16 AS BIGINT)
FROM jsonb_array_elements(CAST(:list AS jsonb)) AS e (v);

-- name: settle_differences_put
-- in: merchant:i64 file:id service:text now_ms:i64 list:text
-- only: sqlite
INSERT INTO recon_difference (merchant, id, file, n, service, cause, state, subject, order_id, reference, text,
    expected, found, off, currency, account, booked_to, reason, made_at_ms, ended_at_ms)
SELECT :merchant, unhex(e.value ->> 0), :file, e.value ->> 1, :service, e.value ->> 2, 'open',
    unhex(e.value ->> 3), unhex(e.value ->> 4), e.value ->> 5, e.value ->> 6, e.value ->> 7, e.value ->> 8,
    e.value ->> 9, e.value ->> 10, e.value ->> 11, '', '', :now_ms, 0
FROM json_each(:list) AS e;

-- name: settle_differences_put
-- in: merchant:i64 file:id service:text now_ms:i64 list:text
-- only: pg
INSERT INTO recon_difference (merchant, id, file, n, service, cause, state, subject, order_id, reference, text,
    expected, found, off, currency, account, booked_to, reason, made_at_ms, ended_at_ms)
SELECT :merchant, decode(v ->> 0, 'hex'), :file, CAST(v ->> 1 AS BIGINT), :service, v ->> 2, 'open',
    decode(v ->> 3, 'hex'), decode(v ->> 4, 'hex'), v ->> 5, v ->> 6, CAST(v ->> 7 AS BIGINT), CAST(v ->> 8 AS BIGINT),
    CAST(v ->> 9 AS BIGINT), v ->> 10, v ->> 11, '', '', :now_ms, 0
FROM jsonb_array_elements(CAST(:list AS jsonb)) AS e (v);

-- Cash that went to the bank in some days and is on no statement yet, as the bank counted it where that is known.
-- name: settle_deposits
-- in: merchant:i64 from_ms:i64 until_ms:i64 count:i64
-- out: document_id:id n:i64 amount:i64 currency:text at_ms:i64 credit:text
SELECT e.document_id, e.n, CAST(e.amount + coalesce((
        SELECT SUM(CASE WHEN x.debit = 'bank' THEN x.amount ELSE -x.amount END) FROM ledger_entry x
        WHERE x.merchant = e.merchant AND x.document_id = e.document_id
          AND ((x.debit = 'bank' AND x.credit = 'cash_over_short') OR (x.credit = 'bank' AND x.debit = 'cash_over_short'))
    ), 0) AS BIGINT), e.currency, e.at_ms, e.credit
FROM ledger_entry e
WHERE e.merchant = :merchant AND e.debit = 'bank' AND e.at_ms >= :from_ms AND e.at_ms < :until_ms
  AND (e.credit LIKE 'cash:%' OR e.credit LIKE 'safe:%')
  AND NOT EXISTS (SELECT 1 FROM recon_deposit d
      WHERE d.merchant = e.merchant AND d.document = e.document_id AND d.n = e.n)
ORDER BY e.at_ms, e.document_id, e.n LIMIT :count;

-- When the first line of a file was, as it says.
-- name: settle_first
-- in: merchant:i64 file:id
-- out: at_ms:i64
SELECT coalesce(MIN(at_ms), 0) FROM recon_line
WHERE merchant = :merchant AND file = :file AND at_ms > 0;

-- Payments that are settled as they were taken after all.
-- name: settle_paid_up
-- in: merchant:i64 service:text reason:text now_ms:i64
-- only: sqlite
UPDATE recon_difference INDEXED BY recon_difference_open SET state = 'settled', reason = :reason, ended_at_ms = :now_ms
WHERE merchant = :merchant AND service = :service AND state = 'open'
  AND cause IN ('never_settled', 'amount_differs', 'settled_twice') AND subject IS NOT NULL AND EXISTS (
    SELECT 1 FROM payment_route r
    JOIN payment p ON p.merchant = r.merchant AND p.order_id = r.order_id AND p.n = r.n
    LEFT JOIN payment_hold h ON h.merchant = p.merchant AND h.order_id = p.order_id AND h.n = p.n
    WHERE r.merchant = recon_difference.merchant AND r.payment = recon_difference.subject
      AND coalesce(h.captured, p.amount + p.tip + p.surcharge) = coalesce((SELECT SUM(l.books) FROM recon_line l
        WHERE l.merchant = p.merchant AND l.payment = p.id AND l.kind = 'charge'), 0)
      AND coalesce(h.captured, p.amount + p.tip + p.surcharge) = coalesce((SELECT SUM(l.amount) FROM recon_line l
        WHERE l.merchant = p.merchant AND l.payment = p.id AND l.kind = 'charge'), 0));

-- name: settle_paid_up
-- in: merchant:i64 service:text reason:text now_ms:i64
-- only: pg
UPDATE recon_difference SET state = 'settled', reason = :reason, ended_at_ms = :now_ms
WHERE merchant = :merchant AND service = :service AND state = 'open'
  AND cause IN ('never_settled', 'amount_differs', 'settled_twice') AND subject IS NOT NULL AND EXISTS (
    SELECT 1 FROM payment_route r
    JOIN payment p ON p.merchant = r.merchant AND p.order_id = r.order_id AND p.n = r.n
    LEFT JOIN payment_hold h ON h.merchant = p.merchant AND h.order_id = p.order_id AND h.n = p.n
    WHERE r.merchant = recon_difference.merchant AND r.payment = recon_difference.subject
      AND coalesce(h.captured, p.amount + p.tip + p.surcharge) = coalesce((SELECT SUM(l.books) FROM recon_line l
        WHERE l.merchant = p.merchant AND l.payment = p.id AND l.kind = 'charge'), 0)
      AND coalesce(h.captured, p.amount + p.tip + p.surcharge) = coalesce((SELECT SUM(l.amount) FROM recon_line l
        WHERE l.merchant = p.merchant AND l.payment = p.id AND l.kind = 'charge'), 0));

-- Refunds that came after all.
-- name: settle_refunds_in
-- in: merchant:i64 service:text reason:text now_ms:i64
-- only: sqlite
UPDATE recon_difference INDEXED BY recon_difference_open SET state = 'settled', reason = :reason, ended_at_ms = :now_ms
WHERE merchant = :merchant AND service = :service AND state = 'open' AND cause = 'refund_missing'
  AND EXISTS (SELECT 1 FROM recon_line l
      WHERE l.merchant = recon_difference.merchant AND l.refund = recon_difference.subject);

-- name: settle_refunds_in
-- in: merchant:i64 service:text reason:text now_ms:i64
-- only: pg
UPDATE recon_difference SET state = 'settled', reason = :reason, ended_at_ms = :now_ms
WHERE merchant = :merchant AND service = :service AND state = 'open' AND cause = 'refund_missing'
  AND EXISTS (SELECT 1 FROM recon_line l
      WHERE l.merchant = recon_difference.merchant AND l.refund = recon_difference.subject);

-- Lines whose payment nobody knew, or that was not taken, and that is here now.
-- name: settle_late
-- in: merchant:i64 service:text count:i64
-- out: id:id file:id n:i64 subject:id reference:text amount:i64 currency:text gross:i64 fee:i64 net:i64 settled:text entries:i64
-- only: sqlite
SELECT d.id, d.file, d.n, d.subject, l.reference, l.amount, l.currency, l.gross, l.fee, l.net, l.settled, s.entries
FROM recon_difference d INDEXED BY recon_difference_open
JOIN recon_line l ON l.merchant = d.merchant AND l.file = d.file AND l.n = d.n
JOIN recon_file s ON s.merchant = d.merchant AND s.id = d.file
WHERE d.merchant = :merchant AND d.service = :service AND d.state = 'open' AND l.kind = 'charge' AND (
    (d.cause = 'unknown_reference' AND d.subject IS NOT NULL AND EXISTS (
        SELECT 1 FROM payment_route r WHERE r.merchant = d.merchant AND r.payment = d.subject))
    OR (d.cause = 'unknown_reference' AND d.subject IS NULL AND l.reference <> '' AND EXISTS (
        SELECT 1 FROM payment p INDEXED BY payment_by_reference
        JOIN payment_route r ON r.merchant = p.merchant AND r.payment = p.id
        WHERE p.merchant = d.merchant AND p.reference = l.reference AND p.reference <> '' AND r.service = d.service))
    OR (d.cause = 'not_taken_here' AND EXISTS (
        SELECT 1 FROM payment_route r
        JOIN payment p ON p.merchant = r.merchant AND p.order_id = r.order_id AND p.n = r.n
        WHERE r.merchant = d.merchant AND r.payment = d.subject AND p.state = 'captured')))
ORDER BY d.id LIMIT :count;

-- name: settle_late
-- in: merchant:i64 service:text count:i64
-- out: id:id file:id n:i64 subject:id reference:text amount:i64 currency:text gross:i64 fee:i64 net:i64 settled:text entries:i64
-- only: pg
SELECT d.id, d.file, d.n, d.subject, l.reference, l.amount, l.currency, l.gross, l.fee, l.net, l.settled, s.entries
FROM recon_difference d
JOIN recon_line l ON l.merchant = d.merchant AND l.file = d.file AND l.n = d.n
JOIN recon_file s ON s.merchant = d.merchant AND s.id = d.file
WHERE d.merchant = :merchant AND d.service = :service AND d.state = 'open' AND l.kind = 'charge' AND (
    (d.cause = 'unknown_reference' AND d.subject IS NOT NULL AND EXISTS (
        SELECT 1 FROM payment_route r WHERE r.merchant = d.merchant AND r.payment = d.subject))
    OR (d.cause = 'unknown_reference' AND d.subject IS NULL AND l.reference <> '' AND EXISTS (
        SELECT 1 FROM payment p JOIN payment_route r ON r.merchant = p.merchant AND r.payment = p.id
        WHERE p.merchant = d.merchant AND p.reference = l.reference AND r.service = d.service))
    OR (d.cause = 'not_taken_here' AND EXISTS (
        SELECT 1 FROM payment_route r
        JOIN payment p ON p.merchant = r.merchant AND p.order_id = r.order_id AND p.n = r.n
        WHERE r.merchant = d.merchant AND r.payment = d.subject AND p.state = 'captured')))
ORDER BY d.id LIMIT :count;

-- name: settle_line_known
-- in: merchant:i64 file:id n:i64 state:text payment:id books:i64
UPDATE recon_line SET state = :state, payment = :payment, books = :books
WHERE merchant = :merchant AND file = :file AND n = :n AND state = 'difference';

-- name: settle_head_known
-- in: merchant:i64 file:id before:i64 entries:i64 matched:i64
UPDATE recon_file SET entries = :entries, matched = matched + :matched, differences = differences - :matched
WHERE merchant = :merchant AND id = :file AND entries = :before;

-- Payments of some time of which less is settled than was taken.
-- name: settle_missing_payments
-- in: merchant:i64 service:text from_id:id until_id:id
-- out: payment:id order_id:id reference:text currency:text taken:i64 settled:i64
SELECT payment, order_id, reference, currency, taken, CAST(settled AS BIGINT) FROM (
    SELECT p.id AS payment, p.order_id, p.reference, o.currency, p.amount + p.tip + p.surcharge AS taken,
        coalesce((SELECT SUM(l.books) FROM recon_line l
            WHERE l.merchant = p.merchant AND l.payment = p.id AND l.kind = 'charge'), 0) AS settled
    FROM payment_route r
    JOIN payment p ON p.merchant = r.merchant AND p.order_id = r.order_id AND p.n = r.n
    JOIN sale_order o ON o.merchant = p.merchant AND o.id = p.order_id
    LEFT JOIN payment_hold h ON h.merchant = p.merchant AND h.order_id = p.order_id AND h.n = p.n
    WHERE r.merchant = :merchant AND r.payment >= :from_id AND r.payment < :until_id AND r.service = :service
      AND p.state = 'captured' AND h.n IS NULL
) AS payments WHERE taken > settled ORDER BY payment;

-- The same of what was captured in that time of cards that were held.
-- name: settle_missing_captures
-- in: merchant:i64 service:text from_ms:i64 until_ms:i64
-- out: payment:id order_id:id reference:text currency:text taken:i64 settled:i64
SELECT payment, order_id, reference, currency, CAST(taken AS BIGINT), CAST(settled AS BIGINT) FROM (
    SELECT DISTINCT p.id AS payment, p.order_id, p.reference, o.currency,
        (SELECT SUM(b.amount) FROM payment_capture b WHERE b.merchant = p.merchant AND b.order_id = p.order_id
            AND b.payment_n = p.n AND b.state = 'done' AND +b.at_ms < :until_ms) AS taken,
        coalesce((SELECT SUM(l.books) FROM recon_line l
            WHERE l.merchant = p.merchant AND l.payment = p.id AND l.kind = 'charge'), 0) AS settled
    FROM payment_capture c
    JOIN payment p ON p.merchant = c.merchant AND p.order_id = c.order_id AND p.n = c.payment_n
    JOIN payment_route r ON r.merchant = p.merchant AND r.payment = p.id
    JOIN sale_order o ON o.merchant = p.merchant AND o.id = p.order_id
    WHERE c.merchant = :merchant AND c.at_ms >= :from_ms AND c.at_ms < :until_ms AND c.state = 'done'
      AND r.service = :service
) AS captures WHERE taken > settled ORDER BY payment;

-- Refunds of some time that no file has.
-- name: settle_missing_refunds
-- in: merchant:i64 service:text from_id:id until_id:id
-- out: refund:id order_id:id amount:i64 currency:text
SELECT f.id, f.order_id, f.amount, t.currency FROM refund f
JOIN sale_return t ON t.merchant = f.merchant AND t.id = f.return_id
JOIN payment p ON p.merchant = f.merchant AND p.order_id = f.order_id AND p.n = f.payment_n
JOIN payment_route r ON r.merchant = p.merchant AND r.payment = p.id
WHERE f.merchant = :merchant AND f.id >= :from_id AND f.id < :until_id AND f.state = 'done'
  AND f.account LIKE 'clearing:%' AND r.service = :service
  AND NOT EXISTS (SELECT 1 FROM recon_line l WHERE l.merchant = f.merchant AND l.refund = f.id)
ORDER BY f.id;

-- Files whose lines are not as they say, or are not booked as they say.
-- name: verify_recon_files
-- in: merchant:i64
-- out: id:id what:text expected:i64 found:i64
SELECT file, what, CAST(SUM(due) AS BIGINT), CAST(SUM(is_so) AS BIGINT) FROM (
    SELECT id AS file, 'matched lines' AS what, matched AS due, 0 AS is_so FROM recon_file WHERE merchant = :merchant
    UNION ALL SELECT file, 'matched lines', 0, COUNT(*) FROM recon_line
    WHERE merchant = :merchant AND state = 'matched' GROUP BY file
    UNION ALL SELECT id, 'lines that differ', differences, 0 FROM recon_file WHERE merchant = :merchant
    UNION ALL SELECT file, 'lines that differ', 0, COUNT(*) FROM recon_line
    WHERE merchant = :merchant AND state <> 'matched' GROUP BY file
    UNION ALL SELECT file, 'fees booked', SUM(CASE kind WHEN 'fee' THEN -net ELSE fee END), 0 FROM recon_line
    WHERE merchant = :merchant AND kind <> 'bank' AND line_key IS NOT NULL GROUP BY file
    UNION ALL SELECT document_id, 'fees booked', 0, SUM(CASE WHEN debit LIKE 'fees:%' THEN amount ELSE -amount END)
    FROM ledger_entry WHERE merchant = :merchant AND code = 'fee' GROUP BY document_id
    UNION ALL SELECT file, 'chargebacks booked', SUM(-gross), 0 FROM recon_line
    WHERE merchant = :merchant AND kind IN ('chargeback', 'chargeback_back') AND line_key IS NOT NULL GROUP BY file
    UNION ALL SELECT document_id, 'chargebacks booked', 0,
        SUM(CASE WHEN debit LIKE 'disputes:%' THEN amount ELSE -amount END)
    FROM ledger_entry WHERE merchant = :merchant AND code = 'dispute' GROUP BY document_id
    UNION ALL SELECT id, 'booked when it was settled', off, 0 FROM recon_difference
    WHERE merchant = :merchant AND booked_to <> ''
    UNION ALL SELECT e.document_id, 'booked when it was settled', 0,
        SUM(CASE WHEN e.debit = d.account THEN e.amount ELSE -e.amount END)
    FROM ledger_entry e JOIN recon_difference d ON d.merchant = e.merchant AND d.id = e.document_id
    WHERE e.merchant = :merchant AND e.code = 'reconciliation' GROUP BY e.document_id
) AS both_sides GROUP BY file, what HAVING SUM(due) <> SUM(is_so);

-- Payouts that are not booked as they were, and lines of payouts that do not add up to them.
-- name: verify_recon_payouts
-- in: merchant:i64
-- out: id:id what:text expected:i64 found:i64
SELECT CAST(NULL AS BYTEA), 'payouts in ' || currency, CAST(SUM(due) AS BIGINT), CAST(SUM(is_so) AS BIGINT) FROM (
    SELECT currency, SUM(booked) AS due, 0 AS is_so FROM recon_payout WHERE merchant = :merchant GROUP BY currency
    UNION ALL SELECT settled, SUM(-gross), 0 FROM recon_line
    WHERE merchant = :merchant AND kind = 'payout_failed' AND line_key IS NOT NULL GROUP BY settled
    UNION ALL SELECT currency, 0, SUM(CASE WHEN debit = 'bank' THEN amount ELSE -amount END)
    FROM ledger_entry WHERE merchant = :merchant AND code = 'payout' GROUP BY currency
) AS both_sides GROUP BY currency HAVING SUM(due) <> SUM(is_so)
UNION ALL
SELECT CAST(NULL AS BYTEA), 'payout ' || reference, CAST(SUM(due) AS BIGINT), CAST(SUM(is_so) AS BIGINT) FROM (
    SELECT service, reference, currency, lines AS due, 0 AS is_so FROM recon_payout WHERE merchant = :merchant
    UNION ALL SELECT service, payout, settled, 0, SUM(net) FROM recon_line
    WHERE merchant = :merchant AND payout <> '' AND kind NOT IN ('payout', 'bank') AND line_key IS NOT NULL
    GROUP BY service, payout, settled
) AS both_sides GROUP BY service, reference, currency HAVING SUM(due) <> SUM(is_so);

-- Payments and refunds of which more is settled than the books have.
-- name: verify_recon_books
-- in: merchant:i64
-- out: id:id what:text expected:i64 found:i64
SELECT p.id, 'settled of a payment', coalesce(h.captured, p.amount + p.tip + p.surcharge), CAST(SUM(l.books) AS BIGINT)
FROM recon_line l JOIN payment_route r ON r.merchant = l.merchant AND r.payment = l.payment
JOIN payment p ON p.merchant = r.merchant AND p.order_id = r.order_id AND p.n = r.n
LEFT JOIN payment_hold h ON h.merchant = p.merchant AND h.order_id = p.order_id AND h.n = p.n
WHERE l.merchant = :merchant AND l.kind = 'charge'
GROUP BY p.id, h.captured, p.amount, p.tip, p.surcharge
HAVING SUM(l.books) NOT BETWEEN 0 AND coalesce(h.captured, p.amount + p.tip + p.surcharge)
UNION ALL
SELECT f.id, 'settled of a refund', -f.amount, CAST(SUM(l.books) AS BIGINT)
FROM recon_line l JOIN refund f ON f.merchant = l.merchant AND f.id = l.refund
WHERE l.merchant = :merchant GROUP BY f.id, f.amount HAVING SUM(l.books) <> -f.amount;

-- Texts of files that others wrote.
-- name: verify_recon_texts
-- in: merchant:i64
-- out: id:id what:text text:text
SELECT id, 'recon_file', name || ' / ' || reason FROM recon_file WHERE merchant = :merchant
UNION ALL SELECT file, 'recon_line', reference || ' / ' || payout || ' / ' || text FROM recon_line
WHERE merchant = :merchant
UNION ALL SELECT id, 'recon_difference', reference || ' / ' || text || ' / ' || reason FROM recon_difference
WHERE merchant = :merchant
UNION ALL SELECT file, 'recon_payout', reference FROM recon_payout WHERE merchant = :merchant;
