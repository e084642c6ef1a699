-- name: fulfilment_first_lock
-- in: merchant:i64 order_id:id
-- out: id:id
UPDATE fulfilment SET number = number WHERE merchant = :merchant AND order_id = :order_id AND number = 1 RETURNING id;

-- name: fulfilment_next_number
-- in: merchant:i64 order_id:id
-- out: number:i64
SELECT CAST(coalesce(MAX(number), 0) + 1 AS BIGINT) FROM fulfilment WHERE merchant = :merchant AND order_id = :order_id;

-- name: fulfilment_put
-- in: merchant:i64 id:id order_id:id number:i64 delivery:text method:text location:text store:text channel:text customer:id state:text at_ms:i64 promised_at_ms:i64 due_at_ms:i64 window_from_ms:i64 window_until_ms:i64 substitutes:bool contact_name:text contact_email:text contact_phone:text street:text city:text region:text postal_code:text country:text latitude:i64 longitude:i64 note:text code:text
INSERT INTO fulfilment (merchant, id, order_id, number, delivery, method, location, store, channel, customer, state,
    state_at_ms, made_at_ms, promised_at_ms, due_at_ms, window_from_ms, window_until_ms, expires_at_ms, remind_at_ms,
    substitutes, contact_name, contact_email, contact_phone, street, city, region, postal_code, country, latitude,
    longitude, note, code, code_tries, shelf, bay, car, arrived_at_ms, waited_ms, alert_at_ms, handed_to, checked, signature, reason)
VALUES (:merchant, :id, :order_id, :number, :delivery, :method, :location, :store, :channel, :customer, :state,
    :at_ms, :at_ms, :promised_at_ms, :due_at_ms, :window_from_ms, :window_until_ms, 0, 0,
    :substitutes, :contact_name, :contact_email, :contact_phone, :street, :city, :region, :postal_code, :country,
    :latitude, :longitude, :note, :code, 0, '', '', '', 0, 0, 0, '', '', '', '');

-- name: fulfilment_get
-- in: merchant:i64 id:id
-- out: order_id:id number:i64 delivery:text method:text location:text store:text channel:text customer:id state:text state_at_ms:i64 made_at_ms:i64 promised_at_ms:i64 due_at_ms:i64 window_from_ms:i64 window_until_ms:i64 expires_at_ms:i64 remind_at_ms:i64 substitutes:bool contact_name:text contact_email:text contact_phone:text street:text city:text region:text postal_code:text country:text latitude:i64 longitude:i64 note:text code:text code_tries:i64 shelf:text bay:text car:text arrived_at_ms:i64 waited_ms:i64 alert_at_ms:i64 handed_to:text checked:text signature:text reason:text
SELECT order_id, number, delivery, method, location, store, channel, customer, state, state_at_ms, made_at_ms,
    promised_at_ms, due_at_ms, window_from_ms, window_until_ms, expires_at_ms, remind_at_ms, substitutes, contact_name,
    contact_email, contact_phone, street, city, region, postal_code, country, latitude, longitude, note, code, code_tries, shelf,
    bay, car, arrived_at_ms, waited_ms, alert_at_ms, handed_to, checked, signature, reason
FROM fulfilment WHERE merchant = :merchant AND id = :id;

-- name: fulfilment_lock
-- in: merchant:i64 id:id
UPDATE fulfilment SET number = number WHERE merchant = :merchant AND id = :id;

-- name: fulfilment_save
-- in: merchant:i64 id:id was:text state:text state_at_ms:i64 expires_at_ms:i64 remind_at_ms:i64 code_tries:i64 shelf:text bay:text car:text arrived_at_ms:i64 waited_ms:i64 alert_at_ms:i64 handed_to:text checked:text signature:text reason:text
UPDATE fulfilment SET state = :state, state_at_ms = :state_at_ms, expires_at_ms = :expires_at_ms,
    remind_at_ms = :remind_at_ms, code_tries = :code_tries, shelf = :shelf, bay = :bay, car = :car,
    arrived_at_ms = :arrived_at_ms, waited_ms = :waited_ms, alert_at_ms = :alert_at_ms, handed_to = :handed_to,
    checked = :checked, signature = :signature, reason = :reason
WHERE merchant = :merchant AND id = :id AND state = :was;

-- name: fulfilments_of
-- in: merchant:i64 order_id:id
-- out: id:id
SELECT id FROM fulfilment WHERE merchant = :merchant AND order_id = :order_id ORDER BY number;

-- name: fulfilments_brief
-- in: merchant:i64 order_id:id
-- out: id:id delivery:text method:text location:text store:text state:text promised_at_ms:i64
SELECT id, delivery, method, location, store, state, promised_at_ms FROM fulfilment
WHERE merchant = :merchant AND order_id = :order_id ORDER BY number;

-- name: fulfilment_line_put
-- in: merchant:i64 fulfilment_id:id n:i64 order_line:i64 instead_of:i64 item:id sku:text name:text qty:i64
INSERT INTO fulfilment_line (merchant, fulfilment_id, n, order_line, instead_of, item, sku, name, qty, picked,
    moved_on, dropped, substituted, gone, put_back)
VALUES (:merchant, :fulfilment_id, :n, :order_line, :instead_of, :item, :sku, :name, :qty, 0, 0, 0, 0, 0, 0);

-- name: fulfilment_lines
-- in: merchant:i64 fulfilment_id:id
-- out: n:i64 order_line:i64 instead_of:i64 item:id sku:text name:text qty:i64 picked:i64 moved_on:i64 dropped:i64 substituted:i64 gone:i64 put_back:i64
SELECT n, order_line, instead_of, item, sku, name, qty, picked, moved_on, dropped, substituted, gone, put_back
FROM fulfilment_line WHERE merchant = :merchant AND fulfilment_id = :fulfilment_id ORDER BY n;

-- name: fulfilment_line_save
-- in: merchant:i64 fulfilment_id:id n:i64 picked:i64 moved_on:i64 dropped:i64 substituted:i64 gone:i64 put_back:i64
UPDATE fulfilment_line SET picked = :picked, moved_on = :moved_on, dropped = :dropped, substituted = :substituted,
    gone = :gone, put_back = :put_back
WHERE merchant = :merchant AND fulfilment_id = :fulfilment_id AND n = :n;

-- name: fulfilment_undelivered
-- in: merchant:i64 order_id:id order_line:i64
-- out: qty:i64
SELECT CAST(coalesce(SUM(l.qty - l.moved_on - l.dropped - l.substituted - l.gone - l.put_back), 0) AS BIGINT)
FROM fulfilment f JOIN fulfilment_line l ON l.merchant = f.merchant AND l.fulfilment_id = f.id
WHERE f.merchant = :merchant AND f.order_id = :order_id AND l.order_line = :order_line;

-- name: fulfilment_page
-- in: merchant:i64 location:text store:text state:text due_before:i64 after_ms:i64 after:blob limit:i64
-- out: id:id order_id:id number:i64 delivery:text method:text location:text store:text state:text due_at_ms:i64 promised_at_ms:i64 shelf:text bay:text arrived_at_ms:i64 contact_name:text
SELECT id, order_id, number, delivery, method, location, store, state, due_at_ms, promised_at_ms, shelf, bay,
    arrived_at_ms, contact_name
FROM fulfilment
WHERE merchant = :merchant AND (:location = '' OR location = :location) AND (:store = '' OR store = :store)
  AND (:state = '' OR state = :state) AND due_at_ms < :due_before AND (due_at_ms, id) > (:after_ms, :after)
ORDER BY due_at_ms, id LIMIT :limit;

-- name: fulfilment_page_here
-- in: merchant:i64 location:text store:text state:text due_before:i64 after_ms:i64 after:blob limit:i64
-- out: id:id order_id:id number:i64 delivery:text method:text location:text store:text state:text due_at_ms:i64 promised_at_ms:i64 shelf:text bay:text arrived_at_ms:i64 contact_name:text
SELECT id, order_id, number, delivery, method, location, store, state, due_at_ms, promised_at_ms, shelf, bay,
    arrived_at_ms, contact_name
FROM fulfilment
WHERE merchant = :merchant AND location = :location AND (:store = '' OR store = :store)
  AND state = :state AND due_at_ms < :due_before AND (due_at_ms, id) > (:after_ms, :after)
ORDER BY due_at_ms, id LIMIT :limit;

-- name: package_put
-- in: merchant:i64 fulfilment_id:id n:i64 state:text weight:i64 carrier:text service:text tracking:text label:text
INSERT INTO package (merchant, fulfilment_id, n, state, weight, carrier, service, tracking, label)
VALUES (:merchant, :fulfilment_id, :n, :state, :weight, :carrier, :service, :tracking, :label);

-- name: package_line_put
-- in: merchant:i64 fulfilment_id:id package:i64 line:i64 qty:i64
INSERT INTO package_line (merchant, fulfilment_id, package, line, qty)
VALUES (:merchant, :fulfilment_id, :package, :line, :qty);

-- name: packages_of
-- in: merchant:i64 fulfilment_id:id
-- out: n:i64 state:text weight:i64 carrier:text service:text tracking:text label:text
SELECT n, state, weight, carrier, service, tracking, label FROM package
WHERE merchant = :merchant AND fulfilment_id = :fulfilment_id ORDER BY n;

-- name: package_lines_of
-- in: merchant:i64 fulfilment_id:id
-- out: package:i64 line:i64 qty:i64
SELECT package, line, qty FROM package_line WHERE merchant = :merchant AND fulfilment_id = :fulfilment_id
ORDER BY package, line;

-- name: packages_step
-- in: merchant:i64 fulfilment_id:id was:text state:text
UPDATE package SET state = :state WHERE merchant = :merchant AND fulfilment_id = :fulfilment_id AND state = :was;

-- name: package_label
-- in: merchant:i64 fulfilment_id:id n:i64 carrier:text service:text tracking:text label:text
UPDATE package SET carrier = :carrier, service = :service, tracking = :tracking, label = :label, state = 'labelled'
WHERE merchant = :merchant AND fulfilment_id = :fulfilment_id AND n = :n AND state IN ('packed', 'labelled');

-- name: substitutes_of
-- in: merchant:i64 item:id
-- out: instead:id
SELECT instead FROM substitute WHERE merchant = :merchant AND item = :item ORDER BY n;

-- name: substitutes_clear
-- in: merchant:i64 item:id
DELETE FROM substitute WHERE merchant = :merchant AND item = :item;

-- name: substitute_put
-- in: merchant:i64 item:id n:i64 instead:id
INSERT INTO substitute (merchant, item, n, instead) VALUES (:merchant, :item, :n, :instead);

-- name: bin_put
-- in: merchant:i64 location:text item:id zone:text bin:text
INSERT INTO bin (merchant, location, item, zone, bin) VALUES (:merchant, :location, :item, :zone, :bin)
ON CONFLICT (merchant, location, item) DO UPDATE SET zone = excluded.zone, bin = excluded.bin;

-- name: owed_put
-- in: merchant:i64 id:id order_id:id fulfilment_id:id order_line:i64 qty:i64 amount:i64 currency:text reason:text at_ms:i64 note:text
INSERT INTO owed (merchant, id, order_id, fulfilment_id, order_line, qty, amount, currency, reason, state, made_at_ms,
    settled_at_ms, note)
VALUES (:merchant, :id, :order_id, :fulfilment_id, :order_line, :qty, :amount, :currency, :reason, 'open', :at_ms, 0,
    :note);

-- What the jobs look for, of all merchants.

-- name: fulfilments_to_expire
-- in: now_ms:i64 limit:i64
-- out: merchant:i64 id:id
SELECT merchant, id FROM fulfilment WHERE expires_at_ms > 0 AND expires_at_ms <= :now_ms
ORDER BY expires_at_ms LIMIT :limit;

-- name: fulfilments_to_remind
-- in: now_ms:i64 limit:i64
-- out: merchant:i64 id:id
SELECT merchant, id FROM fulfilment WHERE remind_at_ms > 0 AND remind_at_ms <= :now_ms
ORDER BY remind_at_ms LIMIT :limit;

-- name: fulfilments_to_alert
-- in: now_ms:i64 limit:i64
-- out: merchant:i64 id:id
SELECT merchant, id FROM fulfilment WHERE alert_at_ms > 0 AND alert_at_ms <= :now_ms ORDER BY alert_at_ms LIMIT :limit;

-- name: owed_close
-- in: merchant:i64 id:id at_ms:i64 note:text
UPDATE owed SET state = 'settled', settled_at_ms = :at_ms, note = CASE WHEN :note = '' THEN note ELSE :note END
WHERE merchant = :merchant AND id = :id AND state = 'open';

-- name: owed_get
-- in: merchant:i64 id:id
-- out: id:id order_id:id fulfilment_id:id order_line:i64 qty:i64 amount:i64 currency:text reason:text state:text made_at_ms:i64 settled_at_ms:i64 note:text
SELECT id, order_id, fulfilment_id, order_line, qty, amount, currency, reason, state, made_at_ms, settled_at_ms, note
FROM owed WHERE merchant = :merchant AND id = :id;

-- name: owed_page
-- in: merchant:i64 state:text before:blob limit:i64
-- out: id:id order_id:id fulfilment_id:id order_line:i64 qty:i64 amount:i64 currency:text reason:text state:text made_at_ms:i64 settled_at_ms:i64 note:text
SELECT id, order_id, fulfilment_id, order_line, qty, amount, currency, reason, state, made_at_ms, settled_at_ms, note
FROM owed WHERE merchant = :merchant AND id < :before AND (:state = '' OR state = :state) ORDER BY id DESC LIMIT :limit;

-- name: owed_page_of
-- in: merchant:i64 state:text before:blob limit:i64 order_id:id
-- out: id:id order_id:id fulfilment_id:id order_line:i64 qty:i64 amount:i64 currency:text reason:text state:text made_at_ms:i64 settled_at_ms:i64 note:text
SELECT id, order_id, fulfilment_id, order_line, qty, amount, currency, reason, state, made_at_ms, settled_at_ms, note
FROM owed WHERE merchant = :merchant AND order_id = :order_id AND id < :before AND (:state = '' OR state = :state)
ORDER BY id DESC LIMIT :limit;

-- name: owed_open_of
-- in: merchant:i64 order_id:id order_line:i64
-- out: qty:i64
SELECT CAST(coalesce(SUM(qty), 0) AS BIGINT) FROM owed
WHERE merchant = :merchant AND order_id = :order_id AND order_line = :order_line AND state = 'open' AND reason <> 'cheaper';

-- What of an order's line went to the customer as other items.
-- name: fulfilment_substitutes_gone
-- in: merchant:i64 order_id:id order_line:i64
-- out: item:id sku:text qty:i64
SELECT l.item, l.sku, l.gone FROM fulfilment f
    JOIN fulfilment_line l ON l.merchant = f.merchant AND l.fulfilment_id = f.id
WHERE f.merchant = :merchant AND f.order_id = :order_id AND l.order_line = :order_line AND l.instead_of > 0 AND l.gone > 0;

-- name: label_put
-- in: merchant:i64 id:id fulfilment_id:id package:i64 state:text service:text weight:i64 at_ms:i64 next_ask_ms:i64
INSERT INTO package_label (merchant, id, fulfilment_id, package, state, service, weight, carrier, tracking, label,
    reason, at_ms, next_ask_ms)
VALUES (:merchant, :id, :fulfilment_id, :package, :state, :service, :weight, '', '', '', '', :at_ms, :next_ask_ms);

-- name: label_get
-- in: merchant:i64 id:id
-- out: id:id fulfilment_id:id package:i64 state:text service:text weight:i64 carrier:text tracking:text label:text reason:text at_ms:i64
SELECT id, fulfilment_id, package, state, service, weight, carrier, tracking, label, reason, at_ms
FROM package_label WHERE merchant = :merchant AND id = :id;

-- name: labels_of
-- in: merchant:i64 fulfilment_id:id
-- out: id:id fulfilment_id:id package:i64 state:text service:text weight:i64 carrier:text tracking:text label:text reason:text at_ms:i64
SELECT id, fulfilment_id, package, state, service, weight, carrier, tracking, label, reason, at_ms
FROM package_label WHERE merchant = :merchant AND fulfilment_id = :fulfilment_id ORDER BY package, at_ms, id;

-- name: label_step
-- in: merchant:i64 id:id was:text state:text carrier:text tracking:text label:text reason:text next_ask_ms:i64
UPDATE package_label SET state = :state, carrier = :carrier, tracking = :tracking, label = :label, reason = :reason,
    next_ask_ms = :next_ask_ms
WHERE merchant = :merchant AND id = :id AND state = :was;

-- name: label_ask_at
-- in: merchant:i64 id:id next_ask_ms:i64
UPDATE package_label SET next_ask_ms = :next_ask_ms WHERE merchant = :merchant AND id = :id;

-- name: labels_due
-- in: now_ms:i64 limit:i64
-- out: merchant:i64 id:id
SELECT merchant, id FROM package_label WHERE next_ask_ms > 0 AND next_ask_ms <= :now_ms
ORDER BY next_ask_ms LIMIT :limit;

-- name: package_step
-- in: merchant:i64 fulfilment_id:id n:i64 state:text
UPDATE package SET state = :state WHERE merchant = :merchant AND fulfilment_id = :fulfilment_id AND n = :n;

-- name: package_unlabel
-- in: merchant:i64 fulfilment_id:id n:i64
UPDATE package SET carrier = '', service = '', tracking = '', label = '', state = 'packed'
WHERE merchant = :merchant AND fulfilment_id = :fulfilment_id AND n = :n AND state = 'labelled';
