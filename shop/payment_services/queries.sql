-- name: payment_service_put
-- in: merchant:i64 code:text kind:text url:text account:text secret:text webhook_secret:text terminal_url:text terminal_secret:text terminal_key:text terminal_key_version:i64 active:bool
INSERT INTO payment_service (merchant, code, kind, url, account, secret, webhook_secret, terminal_url, terminal_secret,
    terminal_key, terminal_key_version, active)
VALUES (:merchant, :code, :kind, :url, :account, :secret, :webhook_secret, :terminal_url, :terminal_secret,
    :terminal_key, :terminal_key_version, :active)
ON CONFLICT (merchant, code) DO UPDATE SET url = excluded.url, account = excluded.account, secret = excluded.secret,
    webhook_secret = excluded.webhook_secret, terminal_url = excluded.terminal_url,
    terminal_secret = excluded.terminal_secret, terminal_key = excluded.terminal_key,
    terminal_key_version = excluded.terminal_key_version, active = excluded.active;

-- name: payment_service_all
-- in: merchant:i64 code:text
-- out: code:text kind:text url:text account:text secret:text webhook_secret:text terminal_url:text terminal_secret:text terminal_key:text terminal_key_version:i64 active:bool
SELECT code, kind, url, account, secret, webhook_secret, terminal_url, terminal_secret, terminal_key,
    terminal_key_version, active
FROM payment_service WHERE merchant = :merchant AND (:code = '' OR code = :code) ORDER BY code;

-- name: payment_service_merchants
-- in: code:text
-- out: merchant:i64
SELECT merchant FROM payment_service WHERE code = :code ORDER BY merchant;

-- name: payment_service_uses
-- in: merchant:i64 service:text
-- out: location:text channel:text service:text
SELECT location, channel, service FROM payment_service_use
WHERE merchant = :merchant AND (:service = '' OR service = :service) ORDER BY location, channel;

-- name: payment_service_unuse
-- in: merchant:i64 service:text
DELETE FROM payment_service_use WHERE merchant = :merchant AND service = :service;

-- name: payment_service_use_put
-- in: merchant:i64 location:text channel:text service:text
INSERT INTO payment_service_use (merchant, location, channel, service)
VALUES (:merchant, :location, :channel, :service)
ON CONFLICT (merchant, location, channel) DO UPDATE SET service = excluded.service;

-- name: payment_service_for
-- in: merchant:i64 location:text channel:text
-- out: service:text
SELECT u.service FROM payment_service_use u
JOIN payment_service s ON s.merchant = u.merchant AND s.code = u.service AND s.active = 1
WHERE u.merchant = :merchant AND u.location IN ('', :location) AND u.channel IN ('', :channel)
ORDER BY CASE u.location WHEN '' THEN 1 ELSE 0 END, CASE u.channel WHEN '' THEN 1 ELSE 0 END LIMIT 1;

-- name: terminal_put
-- in: merchant:i64 code:text location:text service:text reader:text url:text active:bool
INSERT INTO terminal (merchant, code, location, service, reader, url, active)
VALUES (:merchant, :code, :location, :service, :reader, :url, :active)
ON CONFLICT (merchant, code) DO UPDATE SET location = excluded.location, service = excluded.service,
    reader = excluded.reader, url = excluded.url, active = excluded.active;

-- name: terminal_find
-- in: merchant:i64 code:text
-- out: code:text location:text service:text reader:text url:text active:bool
SELECT code, location, service, reader, url, active FROM terminal WHERE merchant = :merchant AND code = :code;

-- name: terminal_page
-- in: merchant:i64 location:text after:text count:i64
-- out: code:text location:text service:text reader:text url:text active:bool
SELECT code, location, service, reader, url, active FROM terminal
WHERE merchant = :merchant AND (:location = '' OR location = :location) AND code > :after ORDER BY code LIMIT :count;

-- name: payment_route_put
-- in: merchant:i64 payment:id order_id:id n:i64 service:text terminal:text at_ms:i64
INSERT INTO payment_route (merchant, payment, order_id, n, service, terminal, card, at_ms)
VALUES (:merchant, :payment, :order_id, :n, :service, :terminal, '', :at_ms);

-- name: payment_route_find
-- in: merchant:i64 payment:id
-- out: order_id:id n:i64 service:text terminal:text card:text entry_mode:text wallet:text at_ms:i64
SELECT order_id, n, service, terminal, card, entry_mode, wallet, at_ms FROM payment_route
WHERE merchant = :merchant AND payment = :payment;

-- name: payment_route_told
-- in: merchant:i64 payment:id card:text entry_mode:text wallet:text
UPDATE payment_route SET card = :card, entry_mode = :entry_mode, wallet = :wallet
WHERE merchant = :merchant AND payment = :payment;

-- name: payment_route_page
-- in: merchant:i64 card:text before:blob count:i64
-- out: payment:id order_id:id n:i64 service:text terminal:text card:text entry_mode:text wallet:text at_ms:i64
SELECT payment, order_id, n, service, terminal, card, entry_mode, wallet, at_ms FROM payment_route
WHERE merchant = :merchant AND card = :card AND payment < :before ORDER BY payment DESC LIMIT :count;

-- name: payment_notice_put
-- in: merchant:i64 about:id event:text service:text reference:text amount:i64 reason:text at_ms:i64
INSERT INTO payment_notice (merchant, about, event, service, reference, amount, reason, at_ms)
VALUES (:merchant, :about, :event, :service, :reference, :amount, :reason, :at_ms)
ON CONFLICT (merchant, about, event, reference) DO NOTHING;

-- name: payment_notice_of
-- in: merchant:i64 about:id
-- out: event:text reference:text amount:i64 reason:text at_ms:i64
SELECT event, reference, amount, reason, at_ms FROM payment_notice WHERE merchant = :merchant AND about = :about
ORDER BY at_ms, event;
