-- name: recon_put
-- in: merchant:i64 id:id service:text format:text name:text digest:text state:text decimal:text dates:text currency:text bytes:i64 made_at_ms:i64
INSERT INTO recon_file (merchant, id, service, format, name, digest, state, due, decimal, dates, currency, header, bytes,
    taken, read, parts, parts_read, rest, rows, matched, differences, again, unreadable, ignored, entries, reason,
    made_at_ms, ended_at_ms)
VALUES (:merchant, :id, :service, :format, :name, :digest, :state, 0, :decimal, :dates, :currency, NULL, :bytes,
    0, 0, 0, 0, NULL, 0, 0, 0, 0, 0, 0, 0, '', :made_at_ms, 0);

-- name: recon_by_digest
-- in: merchant:i64 digest:text
-- out: id:id state:text
SELECT id, state FROM recon_file WHERE merchant = :merchant AND digest = :digest;

-- name: recon_find
-- in: merchant:i64 id:id
-- out: id:id service:text format:text name:text digest:text state:text decimal:text dates:text currency:text header:blob bytes:i64 taken:i64 read:i64 parts:i64 parts_read:i64 rest:blob rows:i64 matched:i64 differences:i64 again:i64 unreadable:i64 ignored:i64 entries:i64 reason:text made_at_ms:i64 ended_at_ms:i64
SELECT s.id, s.service, s.format, s.name, s.digest, s.state, s.decimal, s.dates, s.currency, s.header, s.bytes, s.taken,
    s.read, s.parts, s.parts_read, s.rest, s.rows, s.matched, s.differences, s.again, s.unreadable, s.ignored, s.entries,
    s.reason, s.made_at_ms, s.ended_at_ms
FROM recon_file s WHERE s.merchant = :merchant AND s.id = :id;

-- name: recon_page
-- in: merchant:i64 before:id count:i64
-- out: id:id
SELECT id FROM recon_file WHERE merchant = :merchant AND id < :before ORDER BY id DESC LIMIT :count;

-- name: recon_drop
-- in: merchant:i64 id:id
DELETE FROM recon_file WHERE merchant = :merchant AND id = :id AND state = 'failed';

-- name: recon_part_put
-- in: merchant:i64 file:id n:i64 bytes:blob
INSERT INTO recon_part (merchant, file, n, bytes) VALUES (:merchant, :file, :n, :bytes);

-- name: recon_part_get
-- in: merchant:i64 file:id n:i64
-- out: bytes:blob
SELECT bytes FROM recon_part WHERE merchant = :merchant AND file = :file AND n = :n;

-- name: recon_part_drop
-- in: merchant:i64 file:id n:i64
DELETE FROM recon_part WHERE merchant = :merchant AND file = :file AND n <= :n;

-- One more part is here.
-- name: recon_take
-- in: merchant:i64 id:id n:i64 bytes:i64 state:text due:i64
UPDATE recon_file SET parts = :n, taken = taken + :bytes, state = :state, due = :due
WHERE merchant = :merchant AND id = :id AND state = 'receiving' AND parts = :n - 1 AND taken + :bytes <= bytes;

-- name: recon_step
-- in: merchant:i64 id:id from_state:text to_state:text due:i64 reason:text now_ms:i64
UPDATE recon_file SET state = :to_state, due = :due, reason = :reason, ended_at_ms = :now_ms
WHERE merchant = :merchant AND id = :id AND state = :from_state;

-- name: recon_due
-- in: count:i64
-- out: merchant:i64 id:id
SELECT merchant, id FROM recon_file WHERE due = 1 ORDER BY merchant, id LIMIT :count;

-- What came of one more part.
-- name: recon_advance
-- in: merchant:i64 id:id format:text header:blob part:i64 read:i64 rest:blob rows:i64 matched:i64 differences:i64 again:i64 unreadable:i64 ignored:i64 entries:i64
UPDATE recon_file SET format = :format, header = :header, parts_read = :part, read = read + :read, rest = :rest,
    rows = :rows, matched = matched + :matched, differences = differences + :differences, again = again + :again,
    unreadable = unreadable + :unreadable, ignored = ignored + :ignored, entries = :entries
WHERE merchant = :merchant AND id = :id AND state = 'reading' AND parts_read = :part - 1;

-- name: recon_booked
-- in: merchant:i64 id:id before:i64 entries:i64
UPDATE recon_file SET entries = :entries WHERE merchant = :merchant AND id = :id AND entries = :before;

-- name: recon_line_page
-- in: merchant:i64 file:id state:text after:i64 count:i64
-- out: n:i64 kind:text state:text payment:id refund:id reference:text payout:text text:text amount:i64 currency:text gross:i64 fee:i64 net:i64 settled:text at_ms:i64
SELECT n, kind, state, payment, refund, reference, payout, text, amount, currency, gross, fee, net, settled, at_ms
FROM recon_line
WHERE merchant = :merchant AND file = :file AND n > :after AND (:state = '' OR state = :state)
ORDER BY n LIMIT :count;

-- name: recon_line_settle
-- in: merchant:i64 file:id n:i64
UPDATE recon_line SET state = 'settled'
WHERE merchant = :merchant AND file = :file AND n = :n AND state = 'difference';

-- name: recon_difference_put
-- in: merchant:i64 id:id file:id n:i64 service:text cause:text subject:id order_id:id reference:text text:text expected:i64 found:i64 off:i64 currency:text account:text made_at_ms:i64
INSERT INTO recon_difference (merchant, id, file, n, service, cause, state, subject, order_id, reference, text,
    expected, found, off, currency, account, booked_to, reason, made_at_ms, ended_at_ms)
VALUES (:merchant, :id, :file, :n, :service, :cause, 'open', :subject, :order_id, :reference, :text,
    :expected, :found, :off, :currency, :account, '', '', :made_at_ms, 0);

-- name: recon_difference_find
-- in: merchant:i64 id:id
-- out: id:id file:id n:i64 service:text cause:text state:text subject:id order_id:id reference:text text:text expected:i64 found:i64 off:i64 currency:text account:text booked_to:text reason:text made_at_ms:i64 ended_at_ms:i64
SELECT id, file, n, service, cause, state, subject, order_id, reference, text, expected, found, off, currency,
    account, booked_to, reason, made_at_ms, ended_at_ms
FROM recon_difference WHERE merchant = :merchant AND id = :id;

-- Open ones of all files.
-- name: recon_difference_open
-- in: merchant:i64 service:text cause:text before:id count:i64
-- out: id:id
-- only: sqlite
SELECT id FROM recon_difference INDEXED BY recon_difference_open
WHERE merchant = :merchant AND state = 'open' AND id < :before AND (:service = '' OR service = :service)
  AND (:cause = '' OR cause = :cause)
ORDER BY id DESC LIMIT :count;

-- name: recon_difference_open
-- in: merchant:i64 service:text cause:text before:id count:i64
-- out: id:id
-- only: pg
SELECT id FROM recon_difference
WHERE merchant = :merchant AND state = 'open' AND id < :before AND (:service = '' OR service = :service)
  AND (:cause = '' OR cause = :cause)
ORDER BY id DESC LIMIT :count;

-- name: recon_difference_page
-- in: merchant:i64 service:text cause:text before:id count:i64
-- out: id:id
SELECT id FROM recon_difference
WHERE merchant = :merchant AND id < :before AND (:service = '' OR service = :service)
  AND (:cause = '' OR cause = :cause)
ORDER BY id DESC LIMIT :count;

-- Of one file.
-- name: recon_difference_of
-- in: merchant:i64 file:id service:text cause:text everything:i64 before:id count:i64
-- out: id:id
-- only: sqlite
SELECT id FROM recon_difference INDEXED BY recon_difference_of
WHERE merchant = :merchant AND file = :file AND id < :before AND (:everything = 1 OR state = 'open')
  AND (:service = '' OR service = :service) AND (:cause = '' OR cause = :cause)
ORDER BY id DESC LIMIT :count;

-- name: recon_difference_of
-- in: merchant:i64 file:id service:text cause:text everything:i64 before:id count:i64
-- out: id:id
-- only: pg
SELECT id FROM recon_difference
WHERE merchant = :merchant AND file = :file AND id < :before AND (:everything = 1 OR state = 'open')
  AND (:service = '' OR service = :service) AND (:cause = '' OR cause = :cause)
ORDER BY id DESC LIMIT :count;

-- name: recon_difference_settle
-- in: merchant:i64 id:id booked_to:text reason:text now_ms:i64
UPDATE recon_difference SET state = 'settled', booked_to = :booked_to, reason = :reason, ended_at_ms = :now_ms
WHERE merchant = :merchant AND id = :id AND state = 'open';

-- Those about one thing, for one cause, end by themselves.
-- name: recon_difference_end
-- in: merchant:i64 subject:id cause:text reason:text now_ms:i64
-- only: sqlite
UPDATE recon_difference INDEXED BY recon_difference_about SET state = 'settled', reason = :reason, ended_at_ms = :now_ms
WHERE merchant = :merchant AND subject = :subject AND cause = :cause AND state = 'open';

-- name: recon_difference_end
-- in: merchant:i64 subject:id cause:text reason:text now_ms:i64
-- only: pg
UPDATE recon_difference SET state = 'settled', reason = :reason, ended_at_ms = :now_ms
WHERE merchant = :merchant AND subject = :subject AND cause = :cause AND state = 'open';

-- name: recon_difference_about
-- in: merchant:i64 subject:id cause:text
-- out: id:id state:text
-- only: sqlite
SELECT id, state FROM recon_difference INDEXED BY recon_difference_about
WHERE merchant = :merchant AND subject = :subject AND cause = :cause ORDER BY id DESC LIMIT 1;

-- name: recon_difference_about
-- in: merchant:i64 subject:id cause:text
-- out: id:id state:text
-- only: pg
SELECT id, state FROM recon_difference
WHERE merchant = :merchant AND subject = :subject AND cause = :cause ORDER BY id DESC LIMIT 1;

-- name: recon_payout_add
-- in: merchant:i64 service:text reference:text currency:text lines:i64 count:i64 said:i64 seen:i64 implied:i64 at_ms:i64 file:id
INSERT INTO recon_payout (merchant, service, reference, currency, lines, count, said, seen, implied, booked, due,
    at_ms, file, statement)
VALUES (:merchant, :service, :reference, :currency, :lines, :count, :said, :seen, :implied, 0, 1, :at_ms, :file,
    NULL)
ON CONFLICT (merchant, service, reference, currency) DO UPDATE SET lines = recon_payout.lines + excluded.lines,
    count = recon_payout.count + excluded.count, said = recon_payout.said + excluded.said,
    seen = CASE WHEN excluded.seen = 1 THEN 1 ELSE recon_payout.seen END,
    implied = CASE WHEN excluded.implied = 1 THEN 1 ELSE recon_payout.implied END, due = 1,
    at_ms = CASE WHEN excluded.at_ms > 0 THEN excluded.at_ms ELSE recon_payout.at_ms END,
    file = excluded.file;

-- name: recon_payout_due
-- in: merchant:i64 file:id count:i64
-- out: service:text reference:text currency:text lines:i64 count:i64 said:i64 seen:i64 implied:i64 booked:i64 at_ms:i64
-- only: sqlite
SELECT service, reference, currency, lines, count, said, seen, implied, booked, at_ms FROM recon_payout INDEXED BY recon_payout_due
WHERE merchant = :merchant AND file = :file AND due = 1 ORDER BY service, reference, currency LIMIT :count;

-- name: recon_payout_due
-- in: merchant:i64 file:id count:i64
-- out: service:text reference:text currency:text lines:i64 count:i64 said:i64 seen:i64 implied:i64 booked:i64 at_ms:i64
-- only: pg
SELECT service, reference, currency, lines, count, said, seen, implied, booked, at_ms FROM recon_payout
WHERE merchant = :merchant AND file = :file AND due = 1 ORDER BY service, reference, currency LIMIT :count;

-- name: recon_payout_done
-- in: merchant:i64 service:text reference:text currency:text booked:i64 at_ms:i64
UPDATE recon_payout SET booked = :booked, due = 0, at_ms = :at_ms
WHERE merchant = :merchant AND service = :service AND reference = :reference AND currency = :currency;

-- name: recon_payout_page
-- in: merchant:i64 service:text after:text after_currency:text count:i64
-- out: reference:text currency:text lines:i64 booked:i64 at_ms:i64 statement:id
SELECT reference, currency, lines, booked, at_ms, statement FROM recon_payout
WHERE merchant = :merchant AND service = :service AND (reference, currency) > (:after, :after_currency)
ORDER BY reference, currency LIMIT :count;

-- Payouts that no bank statement has, of some days.
-- name: recon_payout_waits
-- in: merchant:i64 from_ms:i64 until_ms:i64 count:i64
-- out: service:text reference:text currency:text booked:i64 at_ms:i64
SELECT service, reference, currency, booked, at_ms FROM recon_payout
WHERE merchant = :merchant AND statement IS NULL AND at_ms >= :from_ms AND at_ms < :until_ms AND booked > 0
ORDER BY at_ms, service, reference, currency LIMIT :count;

-- name: recon_payout_banked
-- in: merchant:i64 service:text reference:text currency:text statement:id
UPDATE recon_payout SET statement = :statement
WHERE merchant = :merchant AND service = :service AND reference = :reference AND currency = :currency;

-- name: recon_deposit_put
-- in: merchant:i64 document:id n:i64 statement:id line:i64
INSERT INTO recon_deposit (merchant, document, n, statement, line)
VALUES (:merchant, :document, :n, :statement, :line);

-- name: recon_terms_all
-- in: merchant:i64 service:text
-- out: service:text bank:bool agreed:bool ppm:i64 fixed:i64 tolerance:i64 days:i64 since_ms:i64 checked_ms:i64
SELECT service, bank, agreed, ppm, fixed, tolerance, days, since_ms, checked_ms FROM recon_terms
WHERE merchant = :merchant AND (:service = '' OR service = :service) ORDER BY service LIMIT 1000;

-- name: recon_terms_put
-- in: merchant:i64 service:text agreed:bool ppm:i64 fixed:i64 tolerance:i64 days:i64
INSERT INTO recon_terms (merchant, service, bank, agreed, ppm, fixed, tolerance, days, since_ms, checked_ms)
VALUES (:merchant, :service, 0, :agreed, :ppm, :fixed, :tolerance, :days, 0, 0)
ON CONFLICT (merchant, service) DO UPDATE SET agreed = excluded.agreed, ppm = excluded.ppm, fixed = excluded.fixed,
    tolerance = excluded.tolerance, days = excluded.days;

-- From the first file on it is looked for what misses.
-- name: recon_terms_begin
-- in: merchant:i64 service:text bank:bool days:i64 since_ms:i64
INSERT INTO recon_terms (merchant, service, bank, agreed, ppm, fixed, tolerance, days, since_ms, checked_ms)
VALUES (:merchant, :service, :bank, 0, 0, 0, 0, :days, :since_ms, :since_ms)
ON CONFLICT (merchant, service) DO UPDATE SET bank = excluded.bank,
    checked_ms = CASE WHEN recon_terms.since_ms = 0 THEN excluded.since_ms ELSE recon_terms.checked_ms END,
    since_ms = CASE WHEN recon_terms.since_ms = 0 THEN excluded.since_ms ELSE recon_terms.since_ms END;

-- name: recon_terms_checked
-- in: merchant:i64 service:text before_ms:i64 checked_ms:i64
UPDATE recon_terms SET checked_ms = :checked_ms
WHERE merchant = :merchant AND service = :service AND checked_ms = :before_ms;

-- What is to be looked for now, of all merchants.
-- name: recon_terms_due
-- in: now_ms:i64 window_ms:i64 count:i64
-- out: merchant:i64 service:text bank:bool days:i64 checked_ms:i64
SELECT merchant, service, bank, days, checked_ms FROM recon_terms
WHERE since_ms > 0 AND checked_ms + days * 86400000 + :window_ms <= :now_ms ORDER BY checked_ms LIMIT :count;

-- Nobody else goes on with the file meanwhile; changes nothing when somebody has.
-- name: recon_lock
-- in: merchant:i64 id:id state:text parts_read:i64
UPDATE recon_file SET due = 1
WHERE merchant = :merchant AND id = :id AND state = :state AND parts_read = :parts_read AND due = 1;

-- How many differences of a file are open.
-- name: recon_open
-- in: merchant:i64 file:id
-- out: n:i64
-- only: sqlite
SELECT COUNT(*) FROM recon_difference INDEXED BY recon_difference_of WHERE merchant = :merchant AND file = :file AND state = 'open';

-- name: recon_open
-- in: merchant:i64 file:id
-- out: n:i64
-- only: pg
SELECT COUNT(*) FROM recon_difference WHERE merchant = :merchant AND file = :file AND state = 'open';
