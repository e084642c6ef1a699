-- What `onetill verify` asks about tenders, refunds, gift cards, credit and how all of it is booked.
-- Credits of an account are positive here, debits negative.

-- Orders that are paid at once: always; paid little by little: when they are paid.
-- name: verify_tender_sums
-- in: merchant:i64
-- out: id:id what:text expected:i64 found:i64
SELECT o.id, 'tenders', o.total + o.gift_cards + o.cash_rounding, CAST(coalesce(SUM(p.amount), 0) AS BIGINT)
FROM sale_order o LEFT JOIN payment p ON p.merchant = o.merchant AND p.order_id = o.id
    AND (o.state = 'cancelled' OR p.state IN ('pending', 'captured')
        OR (p.state IN ('reversing', 'reversed', 'declined') AND o.state = 'placed' AND o.pay_by_ms = 0))
WHERE o.merchant = :merchant
GROUP BY o.id, o.state, o.total, o.gift_cards, o.cash_rounding, o.pay_by_ms
HAVING (o.state = 'paid' AND coalesce(SUM(p.amount), 0) <> o.total + o.gift_cards + o.cash_rounding)
    OR (o.state = 'placed' AND coalesce(SUM(p.amount), 0) > o.total + o.gift_cards + o.cash_rounding)
UNION ALL
SELECT o.id, 'cash rounding', o.cash_rounding, CAST(coalesce(SUM(p.rounding), 0) AS BIGINT)
FROM sale_order o LEFT JOIN payment p ON p.merchant = o.merchant AND p.order_id = o.id
    AND p.state IN ('pending', 'captured')
WHERE o.merchant = :merchant AND o.state = 'paid' GROUP BY o.id, o.cash_rounding
HAVING coalesce(SUM(p.rounding), 0) <> o.cash_rounding
UNION ALL
SELECT o.id, 'gift cards of an order', o.gift_cards, CAST(coalesce(SUM(g.amount), 0) AS BIGINT)
FROM sale_order o LEFT JOIN order_gift_card g ON g.merchant = o.merchant AND g.order_id = o.id
WHERE o.merchant = :merchant GROUP BY o.id, o.gift_cards HAVING coalesce(SUM(g.amount), 0) <> o.gift_cards;

-- name: verify_tender_states
-- in: merchant:i64
-- out: id:id what:text expected:i64 found:i64
SELECT p.order_id, 'a payment is ' || p.state || ', its order ' || o.state, p.amount, p.refunded
FROM payment p JOIN sale_order o ON o.merchant = p.merchant AND o.id = p.order_id
WHERE p.merchant = :merchant AND ((o.state = 'paid' AND p.state = 'pending')
    OR (o.state = 'cancelled' AND p.state NOT IN ('declined', 'reversed'))
    OR ((o.state <> 'paid' OR p.state <> 'captured') AND p.refunded <> 0)
    OR (p.deposited <> 0 AND p.state NOT IN ('captured', 'reversing'))
    OR p.refunded < 0 OR p.refunded > p.amount
    OR (p.kind = 'cash' AND p.tendered - p.change <> p.amount + p.tip));

-- name: verify_refund_sums
-- in: merchant:i64
-- out: id:id what:text expected:i64 found:i64
SELECT id, 'refunds', CAST(SUM(due) AS BIGINT), CAST(SUM(amount) AS BIGINT) FROM (
    SELECT id, total + cash_rounding AS due, 0 AS amount FROM sale_return WHERE merchant = :merchant
    UNION ALL SELECT return_id, 0, amount FROM refund WHERE merchant = :merchant AND state <> 'replaced'
) AS both_sides GROUP BY id HAVING SUM(due) <> SUM(amount);

-- name: verify_refund_caps
-- in: merchant:i64
-- out: id:id what:text expected:i64 found:i64
SELECT order_id, 'refunds of payment ' || CAST(n AS TEXT), CAST(SUM(given) AS BIGINT), CAST(SUM(refunded) AS BIGINT)
FROM (
    SELECT order_id, n, refunded, 0 AS given FROM payment WHERE merchant = :merchant
    UNION ALL SELECT order_id, payment_n, 0, amount FROM refund
    WHERE merchant = :merchant AND payment_n > 0 AND state <> 'replaced'
) AS both_sides GROUP BY order_id, n HAVING SUM(refunded) <> SUM(given);

-- A payment is booked with its order, or in a document of its own when it came before the order was paid; then the
-- order uses up what is on deposit. Foreign cash goes through `exchange`.
-- name: verify_ledger_orders
-- in: merchant:i64
-- out: id:id what:text expected:i64 found:i64
WITH paid AS (SELECT id, currency, net, cash_rounding, gift_cards FROM sale_order
    WHERE merchant = :merchant AND state = 'paid'),
taken AS (SELECT CASE WHEN p.deposited <> 0 THEN p.id ELSE p.order_id END AS id, p.order_id, p.deposited, p.amount,
        p.tip, p.surcharge, p.change, p.coin, p.coins, o.currency, o.state AS order_state, p.state,
        CASE WHEN h.n IS NULL THEN p.account ELSE 'card_held' END AS account
    FROM payment p JOIN sale_order o ON o.merchant = p.merchant AND o.id = p.order_id
    LEFT JOIN payment_hold h ON h.merchant = p.merchant AND h.order_id = p.order_id AND h.n = p.n
    WHERE p.merchant = :merchant AND (p.deposited <> 0 OR (o.state = 'paid' AND p.state = 'captured')))
SELECT id, account || ' ' || currency, CAST(SUM(due) AS BIGINT), CAST(SUM(booked) AS BIGINT) FROM (
    SELECT id, 'sales' AS account, currency, net AS due, 0 AS booked FROM paid
    UNION ALL SELECT id, 'cash_rounding', currency, cash_rounding, 0 FROM paid
    UNION ALL SELECT id, 'gift_cards', currency, gift_cards, 0 FROM paid WHERE gift_cards <> 0
    UNION ALL SELECT id, 'receivable', currency, 0, 0 FROM paid
    UNION ALL SELECT t.order_id, 'tax:' || t.name, o.currency, t.amount, 0
    FROM order_tax t JOIN paid o ON o.id = t.order_id WHERE t.merchant = :merchant
    UNION ALL SELECT order_id, 'deposits', currency, -amount, 0 FROM taken
    WHERE deposited <> 0 AND order_state = 'paid' AND state = 'captured'
    UNION ALL SELECT id, 'deposits', currency, amount, 0 FROM taken WHERE deposited <> 0
    UNION ALL SELECT id, CASE coin WHEN '' THEN account ELSE 'exchange' END, currency, -amount - tip - surcharge, 0 FROM taken
    UNION ALL SELECT id, 'tips', currency, tip, 0 FROM taken WHERE tip <> 0
    UNION ALL SELECT id, 'surcharge', currency, surcharge, 0 FROM taken WHERE surcharge <> 0
    UNION ALL SELECT id, account, coin, -coins, 0 FROM taken WHERE coin <> ''
    UNION ALL SELECT id, 'exchange', coin, coins, 0 FROM taken WHERE coin <> ''
    UNION ALL SELECT id, account, currency, change, 0 FROM taken WHERE coin <> ''
    UNION ALL SELECT id, 'exchange', currency, -change, 0 FROM taken WHERE coin <> ''
    UNION ALL SELECT e.document_id, e.credit, e.currency, 0, e.amount FROM ledger_entry e JOIN (
        SELECT id FROM sale_order WHERE merchant = :merchant UNION ALL SELECT id FROM payment WHERE merchant = :merchant
    ) AS d ON d.id = e.document_id WHERE e.merchant = :merchant
    UNION ALL SELECT e.document_id, e.debit, e.currency, 0, -e.amount FROM ledger_entry e JOIN (
        SELECT id FROM sale_order WHERE merchant = :merchant UNION ALL SELECT id FROM payment WHERE merchant = :merchant
    ) AS d ON d.id = e.document_id WHERE e.merchant = :merchant
) AS both_sides GROUP BY id, account, currency HAVING SUM(due) <> SUM(booked);

-- name: verify_ledger_captures
-- in: merchant:i64
-- out: id:id what:text expected:i64 found:i64
SELECT id, account, CAST(SUM(due) AS BIGINT), CAST(SUM(booked) AS BIGINT) FROM (
    SELECT id, 'card_held' AS account, amount AS due, 0 AS booked FROM payment_capture
    WHERE merchant = :merchant AND state <> 'pending'
    UNION ALL SELECT c.id, CASE c.state WHEN 'done' THEN p.account ELSE 'customer_owes' END, -c.amount, 0
    FROM payment_capture c JOIN payment p ON p.merchant = c.merchant AND p.order_id = c.order_id AND p.n = c.payment_n
    WHERE c.merchant = :merchant AND c.state <> 'pending'
    UNION ALL SELECT e.document_id, e.credit, 0, e.amount FROM ledger_entry e JOIN payment_capture c
        ON c.merchant = e.merchant AND c.id = e.document_id WHERE e.merchant = :merchant
    UNION ALL SELECT e.document_id, e.debit, 0, -e.amount FROM ledger_entry e JOIN payment_capture c
        ON c.merchant = e.merchant AND c.id = e.document_id WHERE e.merchant = :merchant
) AS both_sides GROUP BY id, account HAVING SUM(due) <> SUM(booked);

-- name: verify_ledger_returns
-- in: merchant:i64
-- out: id:id what:text expected:i64 found:i64
SELECT id, account || ' ' || currency, CAST(SUM(due) AS BIGINT), CAST(SUM(booked) AS BIGINT) FROM (
    SELECT id, 'sales' AS account, currency, -net - fee + fee_tax AS due, 0 AS booked FROM sale_return WHERE merchant = :merchant
    UNION ALL SELECT id, 'return_fees', currency, fee - fee_tax, 0 FROM sale_return WHERE merchant = :merchant
    UNION ALL SELECT id, 'tax', currency, -tax, 0 FROM sale_return WHERE merchant = :merchant
    UNION ALL SELECT id, 'cash_rounding', currency, -cash_rounding, 0 FROM sale_return WHERE merchant = :merchant
    UNION ALL SELECT f.return_id, CASE f.state WHEN 'done' THEN f.account ELSE 'receivable' END, r.currency, f.amount, 0
    FROM refund f JOIN sale_return r ON r.merchant = f.merchant AND r.id = f.return_id
    WHERE f.merchant = :merchant AND f.state <> 'replaced'
    UNION ALL
    SELECT d.id, CASE WHEN e.credit LIKE 'tax:%' THEN 'tax' ELSE e.credit END, e.currency, 0, e.amount
    FROM ledger_entry e JOIN (
        SELECT id, id AS document FROM sale_return WHERE merchant = :merchant
        UNION ALL SELECT return_id, id FROM refund WHERE merchant = :merchant
    ) AS d ON d.document = e.document_id WHERE e.merchant = :merchant
    UNION ALL
    SELECT d.id, CASE WHEN e.debit LIKE 'tax:%' THEN 'tax' ELSE e.debit END, e.currency, 0, -e.amount
    FROM ledger_entry e JOIN (
        SELECT id, id AS document FROM sale_return WHERE merchant = :merchant
        UNION ALL SELECT return_id, id FROM refund WHERE merchant = :merchant
    ) AS d ON d.document = e.document_id WHERE e.merchant = :merchant
) AS both_sides GROUP BY id, account, currency HAVING SUM(due) <> SUM(booked);

-- name: verify_ledger_documents
-- in: merchant:i64
-- out: id:id what:text expected:i64 found:i64
SELECT e.document_id, 'entries without a document', 0, COUNT(*)
FROM ledger_entry e LEFT JOIN (
    SELECT id FROM sale_order WHERE merchant = :merchant
    UNION ALL SELECT id FROM payment WHERE merchant = :merchant
    UNION ALL SELECT id FROM sale_return WHERE merchant = :merchant
    UNION ALL SELECT id FROM refund WHERE merchant = :merchant
    UNION ALL SELECT id FROM till_settlement WHERE merchant = :merchant
    UNION ALL SELECT id FROM shift WHERE merchant = :merchant UNION ALL SELECT id FROM shift_action WHERE merchant = :merchant
    UNION ALL SELECT id FROM safe_move WHERE merchant = :merchant UNION ALL SELECT id FROM bank_bag WHERE merchant = :merchant
    UNION ALL SELECT id FROM payment_capture WHERE merchant = :merchant
    UNION ALL SELECT id FROM gift_card_event WHERE merchant = :merchant
    UNION ALL SELECT id FROM account_event WHERE merchant = :merchant
    UNION ALL SELECT id FROM customer_merge WHERE merchant = :merchant
    UNION ALL SELECT op FROM loyalty_move WHERE merchant = :merchant AND n = 1
    UNION ALL SELECT id FROM recon_file WHERE merchant = :merchant
    UNION ALL SELECT id FROM recon_difference WHERE merchant = :merchant AND booked_to <> ''
) AS d ON d.id = e.document_id
WHERE e.merchant = :merchant AND d.id IS NULL GROUP BY e.document_id;

-- name: verify_gift_cards
-- in: merchant:i64
-- out: id:id what:text expected:i64 found:i64
SELECT id, 'balance of a gift card ' || currency, CAST(SUM(booked) AS BIGINT), CAST(SUM(balance) AS BIGINT) FROM (
    SELECT id, currency, balance, 0 AS booked FROM gift_card WHERE merchant = :merchant
    UNION ALL SELECT credit_of, currency, 0, amount FROM ledger_entry WHERE merchant = :merchant AND credit = 'gift_cards'
    UNION ALL SELECT debit_of, currency, 0, -amount FROM ledger_entry WHERE merchant = :merchant AND debit = 'gift_cards'
) AS both_sides GROUP BY id, currency HAVING SUM(balance) <> SUM(booked)
UNION ALL
SELECT id, 'a gift card is ' || state, 0, balance FROM gift_card
WHERE merchant = :merchant AND (balance < 0 OR (state IN ('inactive', 'expired') AND balance <> 0));

-- name: verify_credit
-- in: merchant:i64
-- out: id:id what:text expected:i64 found:i64
SELECT customer, kind || ' ' || currency, CAST(SUM(booked) AS BIGINT), CAST(SUM(balance) AS BIGINT) FROM (
    SELECT customer, kind, currency, balance, 0 AS booked FROM customer_account WHERE merchant = :merchant
    UNION ALL SELECT credit_of, 'store_credit', currency, 0, amount FROM ledger_entry
    WHERE merchant = :merchant AND credit = 'store_credit'
    UNION ALL SELECT debit_of, 'store_credit', currency, 0, -amount FROM ledger_entry
    WHERE merchant = :merchant AND debit = 'store_credit'
    UNION ALL SELECT credit_of, 'invoice', currency, 0, -amount FROM ledger_entry
    WHERE merchant = :merchant AND credit = 'invoiced'
    UNION ALL SELECT debit_of, 'invoice', currency, 0, amount FROM ledger_entry
    WHERE merchant = :merchant AND debit = 'invoiced'
) AS both_sides GROUP BY customer, kind, currency HAVING SUM(balance) <> SUM(booked);
