-- What a customer has, noted for the record of a merge before it changes hands.
-- name: merge_note
-- in: merchant:i64 merge:id customer:id
INSERT INTO customer_merge_row (merchant, merge, kind, document)
SELECT :merchant, :merge, x.kind, x.id FROM (
    SELECT 'order' AS kind, id FROM sale_order WHERE merchant = :merchant AND customer = :customer
    UNION ALL SELECT 'return', id FROM sale_return WHERE merchant = :merchant AND customer = :customer
    UNION ALL SELECT 'fulfilment', f.id FROM sale_order o JOIN fulfilment f
        ON f.merchant = o.merchant AND f.order_id = o.id
    WHERE o.merchant = :merchant AND o.customer = :customer AND f.customer = :customer
    UNION ALL SELECT 'rma', id FROM rma WHERE merchant = :merchant AND customer = :customer
    UNION ALL SELECT 'certificate', id FROM tax_certificate WHERE merchant = :merchant AND customer = :customer
    UNION ALL SELECT 'consent', id FROM consent WHERE merchant = :merchant AND customer = :customer
    UNION ALL SELECT 'gift_card', id FROM gift_card WHERE merchant = :merchant AND customer = :customer
    UNION ALL SELECT 'account_event', id FROM account_event WHERE merchant = :merchant AND customer = :customer
    UNION ALL SELECT 'points', id FROM loyalty_lot WHERE merchant = :merchant AND customer = :customer AND rest > 0
) AS x;

-- Orders that are being paid with what is kept apart for the customer: giving it back needs to know whose it is.
-- name: merge_open
-- in: merchant:i64 customer:id
-- out: orders:i64
SELECT COUNT(*) FROM sale_order o JOIN payment p ON p.merchant = o.merchant AND p.order_id = o.id
WHERE o.merchant = :merchant AND o.customer = :customer AND o.state = 'placed' AND p.state = 'captured'
  AND p.kind IN ('store_credit', 'invoice', 'points');

-- name: merge_baskets
-- in: merchant:i64 customer:id remains:id
UPDATE parked_basket SET customer = :remains WHERE merchant = :merchant AND customer = :customer;

-- name: merge_gift_cards
-- in: merchant:i64 customer:id remains:id
UPDATE gift_card SET customer = :remains WHERE merchant = :merchant AND customer = :customer;

-- name: merge_orders
-- in: merchant:i64 customer:id remains:id
UPDATE sale_order SET customer = :remains WHERE merchant = :merchant AND customer = :customer;

-- name: merge_fulfilments
-- in: merchant:i64 customer:id remains:id
UPDATE fulfilment SET customer = :remains WHERE merchant = :merchant AND customer = :customer
  AND order_id IN (SELECT id FROM sale_order WHERE merchant = :merchant AND customer = :remains);

-- name: merge_returns
-- in: merchant:i64 customer:id remains:id
UPDATE sale_return SET customer = :remains WHERE merchant = :merchant AND customer = :customer;

-- name: merge_rmas
-- in: merchant:i64 customer:id remains:id
UPDATE rma SET customer = :remains WHERE merchant = :merchant AND customer = :customer;

-- name: merge_certificates
-- in: merchant:i64 customer:id remains:id
UPDATE tax_certificate SET customer = :remains WHERE merchant = :merchant AND customer = :customer;

-- What both consent to is in force once; the other record ends.
-- name: merge_consents_twice
-- in: merchant:i64 customer:id remains:id now_ms:i64
UPDATE consent SET withdrawn_at_ms = :now_ms, withdrawn_how = 'merge'
WHERE merchant = :merchant AND customer = :customer AND withdrawn_at_ms = 0
  AND what IN (SELECT what FROM consent WHERE merchant = :merchant AND customer = :remains AND withdrawn_at_ms = 0);

-- name: merge_consents
-- in: merchant:i64 customer:id remains:id
UPDATE consent SET customer = :remains WHERE merchant = :merchant AND customer = :customer;

-- name: merge_externals
-- in: merchant:i64 customer:id remains:id
UPDATE customer_external SET customer = :remains WHERE merchant = :merchant AND customer = :customer;

-- name: merge_promotion_uses
-- in: merchant:i64 customer:id remains:id
UPDATE promotion_use SET customer = :remains WHERE merchant = :merchant AND customer = :customer
  AND order_id IN (SELECT id FROM sale_order WHERE merchant = :merchant AND customer = :remains);

-- name: merge_promotion_counts
-- in: merchant:i64 customer:id remains:id
INSERT INTO promotion_customer (merchant, promotion, customer, uses)
SELECT merchant, promotion, :remains, uses FROM promotion_customer
WHERE merchant = :merchant AND customer = :customer
ON CONFLICT (merchant, promotion, customer) DO UPDATE SET uses = promotion_customer.uses + excluded.uses;

-- name: merge_promotion_counts_end
-- in: merchant:i64 customer:id
DELETE FROM promotion_customer WHERE merchant = :merchant AND customer = :customer;

-- name: merge_coupon_counts
-- in: merchant:i64 customer:id remains:id
INSERT INTO coupon_customer (merchant, batch, customer, uses)
SELECT merchant, batch, :remains, uses FROM coupon_customer WHERE merchant = :merchant AND customer = :customer
ON CONFLICT (merchant, batch, customer) DO UPDATE SET uses = coupon_customer.uses + excluded.uses;

-- name: merge_coupon_counts_end
-- in: merchant:i64 customer:id
DELETE FROM coupon_customer WHERE merchant = :merchant AND customer = :customer;

-- name: merge_offers
-- in: merchant:i64 customer:id remains:id
INSERT INTO promotion_offer (merchant, customer, promotion, from_ms, until_ms, made_at_ms)
SELECT merchant, :remains, promotion, from_ms, until_ms, made_at_ms FROM promotion_offer
WHERE merchant = :merchant AND customer = :customer
ON CONFLICT (merchant, customer, promotion) DO NOTHING;

-- name: merge_offers_end
-- in: merchant:i64 customer:id
DELETE FROM promotion_offer WHERE merchant = :merchant AND customer = :customer;

-- --- erasing ---

-- What is not over yet: orders being paid, deliveries on their way.
-- name: erase_open
-- in: merchant:i64 customer:id
-- out: orders:i64 deliveries:i64
SELECT (SELECT COUNT(*) FROM sale_order WHERE merchant = :merchant AND customer = :customer AND state = 'placed'),
    (SELECT COUNT(*) FROM sale_order o JOIN fulfilment f ON f.merchant = o.merchant AND f.order_id = o.id
     WHERE o.merchant = :merchant AND o.customer = :customer
       AND f.state NOT IN ('delivered', 'handed_over', 'rejected', 'cancelled', 'no_show', 'returned_to_stock'));

-- Who got it and where, but for what tax was computed by: country, region, postal code.
-- name: erase_deliveries
-- in: merchant:i64 customer:id
UPDATE fulfilment SET contact_name = 'erased', contact_email = '', contact_phone = '', street = '', city = '',
    latitude = 0, longitude = 0, note = '', bay = '', car = '', handed_to = '', signature = ''
WHERE merchant = :merchant
  AND order_id IN (SELECT id FROM sale_order WHERE merchant = :merchant AND customer = :customer);

-- What people wrote to sales, where anything may stand.
-- name: erase_notes
-- in: merchant:i64 customer:id
UPDATE sale_order SET note = '' WHERE merchant = :merchant AND customer = :customer AND note <> '';

-- name: erase_reasons
-- in: merchant:i64 customer:id
UPDATE sale_return SET reason = '' WHERE merchant = :merchant AND customer = :customer AND reason <> '';

-- Who sent goods back and from where.
-- name: erase_rmas
-- in: merchant:i64 customer:id
UPDATE rma SET contact_name = '', contact_email = '', contact_phone = '', street = '', city = '', region = '', postal_code = '',
    fault = '', note = '' WHERE merchant = :merchant AND customer = :customer;

-- name: erase_consents
-- in: merchant:i64 customer:id now_ms:i64
UPDATE consent SET withdrawn_at_ms = :now_ms, withdrawn_how = 'erasure'
WHERE merchant = :merchant AND customer = :customer AND withdrawn_at_ms = 0;

-- What a payment service calls the cards that were used: by it sales of the same card are found.
-- name: erase_cards
-- in: merchant:i64 customer:id
UPDATE payment_route SET card = '' WHERE merchant = :merchant AND card <> '' AND payment IN (
    SELECT p.id FROM sale_order o JOIN payment p ON p.merchant = o.merchant AND p.order_id = o.id
    WHERE o.merchant = :merchant AND o.customer = :customer);

-- Baskets that were put aside, with words by which people are found again.
-- name: erase_baskets
-- in: merchant:i64 customer:id
DELETE FROM parked_basket WHERE merchant = :merchant AND customer = :customer;

-- name: erase_owed
-- in: merchant:i64 customer:id
UPDATE owed SET note = '' WHERE merchant = :merchant AND note <> ''
  AND order_id IN (SELECT id FROM sale_order WHERE merchant = :merchant AND customer = :customer);

-- name: erase_gift_card_words
-- in: merchant:i64 customer:id
UPDATE gift_card_event SET reason = '' WHERE merchant = :merchant AND reason <> ''
  AND card IN (SELECT id FROM gift_card WHERE merchant = :merchant AND customer = :customer);

-- name: erase_gift_cards
-- in: merchant:i64 customer:id
UPDATE gift_card SET customer = NULL, note = '' WHERE merchant = :merchant AND customer = :customer;

-- name: erase_offers
-- in: merchant:i64 customer:id
DELETE FROM promotion_offer WHERE merchant = :merchant AND customer = :customer;

-- name: erase_member
-- in: merchant:i64 customer:id number:text
UPDATE loyalty_account SET number = :number, tier = '', review_at_ms = 0 WHERE merchant = :merchant AND customer = :customer;

-- name: erase_events
-- in: merchant:i64 customer:id
DELETE FROM loyalty_event WHERE merchant = :merchant AND customer = :customer;

-- --- handing out ---

-- name: export_addresses
-- in: merchant:i64 customer:id
-- out: order_id:id contact_name:text contact_email:text contact_phone:text street:text city:text region:text postal_code:text country:text handed_to:text
SELECT f.order_id, f.contact_name, f.contact_email, f.contact_phone, f.street, f.city, f.region, f.postal_code,
    f.country, f.handed_to
FROM sale_order o JOIN fulfilment f ON f.merchant = o.merchant AND f.order_id = o.id
WHERE o.merchant = :merchant AND o.customer = :customer
UNION ALL
SELECT order_id, contact_name, contact_email, contact_phone, street, city, region, postal_code, country, ''
FROM rma WHERE merchant = :merchant AND customer = :customer AND order_id IS NOT NULL
ORDER BY 1 LIMIT 1000;

-- name: export_orders
-- in: merchant:i64 customer:id after:blob count:i64
-- out: id:id
SELECT id FROM sale_order WHERE merchant = :merchant AND customer = :customer AND id > :after
ORDER BY id LIMIT :count;

-- name: export_returns
-- in: merchant:i64 customer:id
-- out: id:id
SELECT id FROM sale_return WHERE merchant = :merchant AND customer = :customer ORDER BY id LIMIT 1000;

-- name: export_certificates
-- in: merchant:i64 customer:id
-- out: number:text zone:text reason:text made_at_ms:i64
SELECT number, zone, reason, made_at_ms FROM tax_certificate
WHERE merchant = :merchant AND customer = :customer ORDER BY id LIMIT 200;

-- name: export_merged
-- in: merchant:i64 customer:id
-- out: profile:text at_ms:i64
SELECT profile, at_ms FROM customer_merge WHERE merchant = :merchant AND remains = :customer AND profile <> ''
ORDER BY id LIMIT 100;

-- name: export_offers
-- in: merchant:i64 customer:id
-- out: promotion:text until_ms:i64
SELECT promotion, until_ms FROM promotion_offer WHERE merchant = :merchant AND customer = :customer
ORDER BY promotion LIMIT 200;

-- How much there is to be emptied.
-- name: erase_count
-- in: merchant:i64 customer:id
-- out: deliveries:i64 notes:i64 consents:i64
SELECT (SELECT COUNT(*) FROM sale_order o JOIN fulfilment f ON f.merchant = o.merchant AND f.order_id = o.id
        WHERE o.merchant = :merchant AND o.customer = :customer),
    (SELECT COUNT(*) FROM sale_order WHERE merchant = :merchant AND customer = :customer AND note <> '')
    + (SELECT COUNT(*) FROM sale_return WHERE merchant = :merchant AND customer = :customer AND reason <> ''),
    (SELECT COUNT(*) FROM consent WHERE merchant = :merchant AND customer = :customer AND withdrawn_at_ms = 0);
