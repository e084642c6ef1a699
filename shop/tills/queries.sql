-- name: drawer_put
-- in: merchant:i64 location:text code:text name:text active:bool
INSERT INTO drawer (merchant, location, code, name, active) VALUES (:merchant, :location, :code, :name, :active)
ON CONFLICT (merchant, location, code) DO UPDATE SET name = excluded.name, active = excluded.active;

-- name: drawer_get
-- in: merchant:i64 location:text code:text
-- out: name:text active:bool
SELECT name, active FROM drawer WHERE merchant = :merchant AND location = :location AND code = :code;

-- name: drawer_page
-- in: merchant:i64 location:text
-- out: code:text name:text active:bool shift:id state:text cashier:text
SELECT d.code, d.name, d.active, s.id, coalesce(s.state, ''), coalesce(s.cashier, '')
FROM drawer d LEFT JOIN shift s ON s.merchant = d.merchant AND s.location = d.location AND s.drawer = d.code
    AND s.state <> 'closed' AND s.offline = 0
WHERE d.merchant = :merchant AND d.location = :location ORDER BY d.code;

-- name: till_policy_get
-- in: merchant:i64 location:text
-- out: shift_needed:bool pay_in_over:i64 pay_out_over:i64 drop_over:i64 void_line_over:i64 void_sale_over:i64 difference_over:i64 no_sale_approval:bool
SELECT shift_needed, pay_in_over, pay_out_over, drop_over, void_line_over, void_sale_over, difference_over,
    no_sale_approval
FROM till_policy WHERE merchant = :merchant AND location = :location;

-- name: till_policy_put
-- in: merchant:i64 location:text shift_needed:bool pay_in_over:i64 pay_out_over:i64 drop_over:i64 void_line_over:i64 void_sale_over:i64 difference_over:i64 no_sale_approval:bool
INSERT INTO till_policy (merchant, location, shift_needed, pay_in_over, pay_out_over, drop_over, void_line_over,
    void_sale_over, difference_over, no_sale_approval)
VALUES (:merchant, :location, :shift_needed, :pay_in_over, :pay_out_over, :drop_over, :void_line_over,
    :void_sale_over, :difference_over, :no_sale_approval)
ON CONFLICT (merchant, location) DO UPDATE SET shift_needed = excluded.shift_needed,
    pay_in_over = excluded.pay_in_over, pay_out_over = excluded.pay_out_over, drop_over = excluded.drop_over,
    void_line_over = excluded.void_line_over, void_sale_over = excluded.void_sale_over,
    difference_over = excluded.difference_over, no_sale_approval = excluded.no_sale_approval;

-- Nothing when the drawer has a shift already.
-- name: shift_put
-- in: merchant:i64 id:id location:text drawer:text till:text cashier:text opened_by:id opened_at_ms:i64 offline:bool number:i64 documents:i64
INSERT INTO shift (merchant, id, location, drawer, till, cashier, opened_by, state, opened_at_ms, closed_at_ms,
    z_number, offline, number, documents)
VALUES (:merchant, :id, :location, :drawer, :till, :cashier, :opened_by, 'open', :opened_at_ms, 0, 0, :offline,
    :number, :documents)
ON CONFLICT DO NOTHING;

-- name: shift_get
-- in: merchant:i64 id:id
-- out: location:text drawer:text till:text cashier:text opened_by:id state:text opened_at_ms:i64 closed_at_ms:i64 z_number:i64 offline:bool number:i64 documents:i64
SELECT location, drawer, till, cashier, opened_by, state, opened_at_ms, closed_at_ms, z_number, offline, number,
    documents
FROM shift WHERE merchant = :merchant AND id = :id;

-- The same, for somebody who changes it: nobody sells at it meanwhile.
-- name: shift_lock
-- in: merchant:i64 id:id
-- out: id:id
-- only: sqlite
SELECT id FROM shift WHERE merchant = :merchant AND id = :id;

-- name: shift_lock
-- in: merchant:i64 id:id
-- out: id:id
-- only: pg
SELECT id FROM shift WHERE merchant = :merchant AND id = :id FOR UPDATE;

-- The same, for somebody who sells at it: nobody closes it meanwhile.
-- name: shift_share
-- in: merchant:i64 id:id
-- out: location:text drawer:text state:text offline:bool
-- only: sqlite
SELECT location, drawer, state, offline FROM shift WHERE merchant = :merchant AND id = :id;

-- name: shift_share
-- in: merchant:i64 id:id
-- out: location:text drawer:text state:text offline:bool
-- only: pg
SELECT location, drawer, state, offline FROM shift WHERE merchant = :merchant AND id = :id FOR SHARE;

-- name: shift_of_key
-- in: merchant:i64 api_key:id location:text
-- out: shift:id
SELECT shift FROM shift_key WHERE merchant = :merchant AND api_key = :api_key AND location = :location;

-- name: shift_later_put
-- in: merchant:i64 id:id shift:id
INSERT INTO shift_later (merchant, id, shift) VALUES (:merchant, :id, :shift) ON CONFLICT DO NOTHING;

-- name: shift_later_get
-- in: merchant:i64 id:id
-- out: shift:id
SELECT shift FROM shift_later WHERE merchant = :merchant AND id = :id;

-- At which shift a key works, and whether it must be at one.
-- name: shift_wanted
-- in: merchant:i64 api_key:id location:text
-- out: shift:id needed:bool
SELECT (SELECT shift FROM shift_key WHERE merchant = :merchant AND api_key = :api_key AND location = :location),
    coalesce((SELECT shift_needed FROM till_policy WHERE merchant = :merchant AND location = :location), 0);

-- name: shift_page
-- in: merchant:i64 location:text state:text before:blob count:i64
-- out: id:id location:text drawer:text till:text cashier:text opened_by:id state:text opened_at_ms:i64 closed_at_ms:i64 z_number:i64 offline:bool number:i64 documents:i64
SELECT id, location, drawer, till, cashier, opened_by, state, opened_at_ms, closed_at_ms, z_number, offline,
    number, documents
FROM shift WHERE merchant = :merchant AND location = :location AND id < :before
  AND (:state = '' OR state = :state) ORDER BY id DESC LIMIT :count;

-- name: shift_step
-- in: merchant:i64 id:id old:text state:text closed_at_ms:i64 z_number:i64
UPDATE shift SET state = :state, closed_at_ms = :closed_at_ms, z_number = :z_number
WHERE merchant = :merchant AND id = :id AND state = :old;

-- name: shift_documents_set
-- in: merchant:i64 id:id documents:i64
UPDATE shift SET documents = :documents WHERE merchant = :merchant AND id = :id AND state <> 'closed';

-- name: shift_documents
-- in: merchant:i64 shift:id
-- out: count:i64
SELECT COUNT(*) FROM shift_sale WHERE merchant = :merchant AND shift = :shift AND n = 1;

-- Nothing when the key works elsewhere at this location.
-- name: shift_key_put
-- in: merchant:i64 api_key:id location:text shift:id
INSERT INTO shift_key (merchant, api_key, location, shift) VALUES (:merchant, :api_key, :location, :shift)
ON CONFLICT DO NOTHING;

-- name: shift_key_drop
-- in: merchant:i64 api_key:id shift:id
DELETE FROM shift_key WHERE merchant = :merchant AND api_key = :api_key AND shift = :shift;

-- name: shift_keys_drop
-- in: merchant:i64 shift:id
DELETE FROM shift_key WHERE merchant = :merchant AND shift = :shift;

-- name: shift_keys
-- in: merchant:i64 shift:id
-- out: api_key:id
SELECT api_key FROM shift_key WHERE merchant = :merchant AND shift = :shift ORDER BY api_key;

-- name: till_key_there
-- in: merchant:i64 id:id
-- out: yes:i64
SELECT 1 AS yes FROM api_key WHERE merchant = :merchant AND id = :id AND revoked_at_ms = 0;

-- name: shift_action_put
-- in: merchant:i64 id:id shift:id kind:text currency:text amount:i64 from_safe:i64 reason:text reference:text done_by:id approved_by:id at_ms:i64
INSERT INTO shift_action (merchant, id, shift, kind, currency, amount, from_safe, reason, reference, done_by,
    approved_by, at_ms)
VALUES (:merchant, :id, :shift, :kind, :currency, :amount, :from_safe, :reason, :reference, :done_by, :approved_by,
    :at_ms)
ON CONFLICT DO NOTHING;

-- name: shift_actions
-- in: merchant:i64 shift:id after:blob count:i64
-- out: id:id kind:text currency:text amount:i64 from_safe:i64 reason:text reference:text done_by:id approved_by:id at_ms:i64
SELECT id, kind, currency, amount, from_safe, reason, reference, done_by, approved_by, at_ms FROM shift_action
WHERE merchant = :merchant AND shift = :shift AND id > :after ORDER BY id LIMIT :count;

-- name: shift_action_sums
-- in: merchant:i64 shift:id
-- out: kind:text currency:text actions:i64 amount:i64
SELECT kind, currency, COUNT(*), CAST(SUM(amount) AS BIGINT) FROM shift_action
WHERE merchant = :merchant AND shift = :shift GROUP BY kind, currency ORDER BY kind, currency;

-- name: shift_count_put
-- in: merchant:i64 shift:id n:i64 tender:text currency:text amount:i64 coins:text done_by:id at_ms:i64
INSERT INTO shift_count (merchant, shift, n, tender, currency, amount, coins, done_by, at_ms)
VALUES (:merchant, :shift, :n, :tender, :currency, :amount, :coins, :done_by, :at_ms);

-- name: shift_count_last
-- in: merchant:i64 shift:id
-- out: n:i64
SELECT coalesce(MAX(n), 0) FROM shift_count WHERE merchant = :merchant AND shift = :shift;

-- name: shift_counts
-- in: merchant:i64 shift:id n:i64
-- out: tender:text currency:text amount:i64 coins:text done_by:id at_ms:i64
SELECT tender, currency, amount, coins, done_by, at_ms FROM shift_count
WHERE merchant = :merchant AND shift = :shift AND n = :n ORDER BY tender, currency;

-- name: shift_total_put
-- in: merchant:i64 shift:id tender:text currency:text expected:i64 counted:i64 kept:i64
INSERT INTO shift_total (merchant, shift, tender, currency, expected, counted, kept)
VALUES (:merchant, :shift, :tender, :currency, :expected, :counted, :kept);

-- name: shift_totals
-- in: merchant:i64 shift:id
-- out: tender:text currency:text expected:i64 counted:i64 kept:i64
SELECT tender, currency, expected, counted, kept FROM shift_total
WHERE merchant = :merchant AND shift = :shift ORDER BY tender, currency;

-- name: shift_sale_put
-- in: merchant:i64 shift:id document:id n:i64 location:text kind:text number:i64 currency:text gross:i64 discount:i64 net:i64 tax:i64 rounding:i64 gift_cards:i64 overrides:i64 tax_name:text tax_ppm:i64 tax_base:i64 tax_amount:i64 at_ms:i64 z:i64
INSERT INTO shift_sale (merchant, shift, document, n, location, kind, number, currency, gross, discount, net, tax,
    rounding, gift_cards, overrides, tax_name, tax_ppm, tax_base, tax_amount, at_ms, z)
VALUES (:merchant, :shift, :document, :n, :location, :kind, :number, :currency, :gross, :discount, :net, :tax,
    :rounding, :gift_cards, :overrides, :tax_name, :tax_ppm, :tax_base, :tax_amount, :at_ms, :z);

-- name: shift_tender_put
-- in: merchant:i64 shift:id id:id undone:bool document:id location:text kind:text currency:text amount:i64 tip:i64 at_ms:i64 z:i64
INSERT INTO shift_tender (merchant, shift, id, undone, document, location, kind, currency, amount, tip, at_ms, z)
VALUES (:merchant, :shift, :id, :undone, :document, :location, :kind, :currency, :amount, :tip, :at_ms, :z);

-- Everything of a shift by kind, currency and rate of tax. SQLite would sort all rows to group them, and reads them
-- faster than that: there each row is a group of its own, and whoever asks sums up.
-- name: shift_sale_sums
-- in: merchant:i64 shift:id
-- out: currency:text kind:text tax_name:text tax_ppm:i64 documents:i64 first:i64 last:i64 gross:i64 discount:i64 net:i64 tax:i64 rounding:i64 gift_cards:i64 overrides:i64 tax_base:i64 tax_amount:i64
-- only: sqlite
SELECT currency, kind, tax_name, tax_ppm, n = 1, number, number, gross, discount, net, tax, rounding, gift_cards,
    overrides, tax_base, tax_amount
FROM shift_sale WHERE merchant = :merchant AND shift = :shift;

-- name: shift_sale_sums
-- in: merchant:i64 shift:id
-- out: currency:text kind:text tax_name:text tax_ppm:i64 documents:i64 first:i64 last:i64 gross:i64 discount:i64 net:i64 tax:i64 rounding:i64 gift_cards:i64 overrides:i64 tax_base:i64 tax_amount:i64
-- only: pg
SELECT currency, kind, tax_name, tax_ppm, CAST(SUM(CASE WHEN n = 1 THEN 1 ELSE 0 END) AS BIGINT),
    coalesce(MIN(CASE WHEN n = 1 THEN number END), 0), MAX(number),
    CAST(SUM(gross) AS BIGINT), CAST(SUM(discount) AS BIGINT), CAST(SUM(net) AS BIGINT), CAST(SUM(tax) AS BIGINT),
    CAST(SUM(rounding) AS BIGINT), CAST(SUM(gift_cards) AS BIGINT), CAST(SUM(overrides) AS BIGINT),
    CAST(SUM(tax_base) AS BIGINT), CAST(SUM(tax_amount) AS BIGINT)
FROM shift_sale WHERE merchant = :merchant AND shift = :shift GROUP BY currency, kind, tax_name, tax_ppm;

-- The same of its tenders.
-- name: shift_tender_sums
-- in: merchant:i64 shift:id
-- out: kind:text currency:text taken:i64 in_amount:i64 given:i64 out_amount:i64 tips:i64
-- only: sqlite
SELECT kind, currency, amount > 0, CASE WHEN amount > 0 THEN amount ELSE 0 END, amount < 0,
    CASE WHEN amount < 0 THEN -amount ELSE 0 END, tip
FROM shift_tender WHERE merchant = :merchant AND shift = :shift;

-- name: shift_tender_sums
-- in: merchant:i64 shift:id
-- out: kind:text currency:text taken:i64 in_amount:i64 given:i64 out_amount:i64 tips:i64
-- only: pg
SELECT kind, currency, CAST(SUM(CASE WHEN amount > 0 THEN 1 ELSE 0 END) AS BIGINT),
    CAST(SUM(CASE WHEN amount > 0 THEN amount ELSE 0 END) AS BIGINT),
    CAST(SUM(CASE WHEN amount < 0 THEN 1 ELSE 0 END) AS BIGINT),
    CAST(SUM(CASE WHEN amount < 0 THEN -amount ELSE 0 END) AS BIGINT), CAST(SUM(tip) AS BIGINT)
FROM shift_tender WHERE merchant = :merchant AND shift = :shift GROUP BY kind, currency;

-- What there is in a drawer by the ledger, the same way.
-- name: shift_cash_sums
-- in: merchant:i64 shift:id account:text
-- out: currency:text amount:i64
-- only: sqlite
SELECT currency, amount FROM ledger_entry WHERE merchant = :merchant AND debit_of = :shift AND debit = :account
UNION ALL SELECT currency, -amount FROM ledger_entry
WHERE merchant = :merchant AND credit_of = :shift AND credit = :account;

-- name: shift_cash_sums
-- in: merchant:i64 shift:id account:text
-- out: currency:text amount:i64
-- only: pg
SELECT currency, CAST(SUM(amount) AS BIGINT) FROM (
    SELECT currency, amount FROM ledger_entry
    WHERE merchant = :merchant AND debit_of = :shift AND debit = :account
    UNION ALL SELECT currency, -amount FROM ledger_entry
    WHERE merchant = :merchant AND credit_of = :shift AND credit = :account
) AS both_sides GROUP BY currency;

-- What came after the Z report of its shift and is in none yet: from now on it is in this one.
-- name: till_late_sales_take
-- in: merchant:i64 location:text z:i64
-- out: currency:text kind:text n:i64 net:i64 tax:i64
UPDATE shift_sale SET z = :z WHERE merchant = :merchant AND location = :location AND z = -1
RETURNING currency, kind, n, net, tax;

-- name: till_late_tenders_set
-- in: merchant:i64 location:text z:i64
UPDATE shift_tender SET z = :z WHERE merchant = :merchant AND location = :location AND z = -1;

-- Locks the books of a location's tills, which come into being by it.
-- name: z_series_lock
-- in: merchant:i64 location:text empty:blob
-- out: last:i64 hash:blob
INSERT INTO z_series (merchant, location, last, hash) VALUES (:merchant, :location, 0, :empty)
ON CONFLICT (merchant, location) DO UPDATE SET last = z_series.last RETURNING last, hash;

-- name: z_series_set
-- in: merchant:i64 location:text last:i64 hash:blob
UPDATE z_series SET last = :last, hash = :hash WHERE merchant = :merchant AND location = :location;

-- name: z_report_put
-- in: merchant:i64 location:text number:i64 shift:id at_ms:i64 body:text hash:blob
INSERT INTO z_report (merchant, location, number, shift, at_ms, body, hash)
VALUES (:merchant, :location, :number, :shift, :at_ms, :body, :hash);

-- name: z_report_get
-- in: merchant:i64 location:text number:i64
-- out: shift:id at_ms:i64 body:text hash:blob
SELECT shift, at_ms, body, hash FROM z_report
WHERE merchant = :merchant AND location = :location AND number = :number;

-- name: z_report_page
-- in: merchant:i64 location:text before:i64 count:i64
-- out: number:i64 shift:id at_ms:i64 hash:blob
SELECT number, shift, at_ms, hash FROM z_report
WHERE merchant = :merchant AND location = :location AND number < :before ORDER BY number DESC LIMIT :count;

-- name: z_report_chain
-- in: merchant:i64
-- out: location:text number:i64 at_ms:i64 body:text hash:blob
SELECT location, number, at_ms, body, hash FROM z_report WHERE merchant = :merchant ORDER BY location, number;

-- name: z_series_all
-- in: merchant:i64
-- out: location:text last:i64 hash:blob
SELECT location, last, hash FROM z_series WHERE merchant = :merchant ORDER BY location;

-- What cashiers were over and short, with what came after their reports.
-- name: till_differences
-- in: merchant:i64 location:text from_ms:i64 until_ms:i64
-- out: cashier:text opened_by:id tender:text currency:text shifts:i64 over_sum:i64 short_sum:i64
SELECT cashier, opened_by, tender, currency, COUNT(*), CAST(SUM(CASE WHEN diff > 0 THEN diff ELSE 0 END) AS BIGINT),
    CAST(SUM(CASE WHEN diff < 0 THEN -diff ELSE 0 END) AS BIGINT)
FROM (
    SELECT s.cashier, s.opened_by, t.tender, t.currency, t.counted - t.expected - CASE WHEN t.tender = 'cash'
        THEN coalesce((SELECT SUM(a.amount) FROM shift_action a WHERE a.merchant = t.merchant AND a.shift = t.shift
            AND a.kind = 'late' AND a.currency = t.currency), 0)
        ELSE coalesce((SELECT SUM(p.amount) FROM shift_tender p WHERE p.merchant = t.merchant AND p.shift = t.shift
            AND p.kind = t.tender AND p.currency = t.currency AND p.z <> 0), 0) END AS diff
    FROM shift s JOIN z_report z ON z.merchant = s.merchant AND z.shift = s.id
        JOIN shift_total t ON t.merchant = s.merchant AND t.shift = s.id
    WHERE s.merchant = :merchant AND (:location = '' OR s.location = :location)
      AND z.at_ms >= :from_ms AND z.at_ms < :until_ms
) AS each_shift GROUP BY cashier, opened_by, tender, currency ORDER BY cashier, opened_by, tender, currency;

-- What there is on an account, by currency.
-- name: till_account
-- in: merchant:i64 location:text account:text
-- out: currency:text amount:i64
SELECT currency, CAST(SUM(amount) AS BIGINT) FROM (
    SELECT currency, amount FROM ledger_entry
    WHERE merchant = :merchant AND location = :location AND debit = :account
    UNION ALL SELECT currency, -amount FROM ledger_entry
    WHERE merchant = :merchant AND location = :location AND credit = :account
) AS both_sides GROUP BY currency ORDER BY currency;

-- Of an account, what is kept apart for nobody.
-- name: till_account_loose
-- in: merchant:i64 location:text account:text currency:text
-- out: amount:i64
SELECT CAST(coalesce((SELECT SUM(amount) FROM ledger_entry WHERE merchant = :merchant AND location = :location
        AND debit = :account AND debit_of IS NULL AND currency = :currency), 0)
    - coalesce((SELECT SUM(amount) FROM ledger_entry WHERE merchant = :merchant AND location = :location
        AND credit = :account AND credit_of IS NULL AND currency = :currency), 0) AS BIGINT);

-- name: till_open_shift
-- in: merchant:i64 location:text
-- out: id:id
SELECT id FROM shift WHERE merchant = :merchant AND location = :location AND state <> 'closed' LIMIT 1;

-- name: safe_move_put
-- in: merchant:i64 id:id location:text kind:text currency:text amount:i64 counted:i64 reason:text done_by:id at_ms:i64
INSERT INTO safe_move (merchant, id, location, kind, currency, amount, counted, reason, done_by, at_ms)
VALUES (:merchant, :id, :location, :kind, :currency, :amount, :counted, :reason, :done_by, :at_ms);

-- name: bank_bag_put
-- in: merchant:i64 id:id location:text bag:text currency:text amount:i64 deposited_by:id made_at_ms:i64
INSERT INTO bank_bag (merchant, id, location, bag, currency, amount, state, credited, reference, deposited_by,
    made_at_ms, credited_at_ms)
VALUES (:merchant, :id, :location, :bag, :currency, :amount, 'deposited', 0, '', :deposited_by, :made_at_ms, 0)
ON CONFLICT DO NOTHING;

-- name: bank_bag_get
-- in: merchant:i64 id:id
-- out: location:text bag:text currency:text amount:i64 state:text credited:i64 reference:text deposited_by:id made_at_ms:i64 credited_at_ms:i64
SELECT location, bag, currency, amount, state, credited, reference, deposited_by, made_at_ms, credited_at_ms
FROM bank_bag WHERE merchant = :merchant AND id = :id;

-- name: bank_bag_page
-- in: merchant:i64 location:text state:text before:blob count:i64
-- out: id:id location:text bag:text currency:text amount:i64 state:text credited:i64 reference:text deposited_by:id made_at_ms:i64 credited_at_ms:i64
SELECT id, location, bag, currency, amount, state, credited, reference, deposited_by, made_at_ms, credited_at_ms
FROM bank_bag WHERE merchant = :merchant AND location = :location AND id < :before
  AND (:state = '' OR state = :state) ORDER BY id DESC LIMIT :count;

-- name: bank_bag_credit
-- in: merchant:i64 id:id credited:i64 reference:text credited_at_ms:i64
UPDATE bank_bag SET state = 'credited', credited = :credited, reference = :reference, credited_at_ms = :credited_at_ms
WHERE merchant = :merchant AND id = :id AND state = 'deposited';
