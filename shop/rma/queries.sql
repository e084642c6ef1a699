-- name: warranty_plan_put
-- in: merchant:i64 code:text plan:text now_ms:i64
INSERT INTO warranty_plan (merchant, code, plan, updated_at_ms) VALUES (:merchant, :code, :plan, :now_ms)
ON CONFLICT (merchant, code) DO UPDATE SET plan = excluded.plan, updated_at_ms = excluded.updated_at_ms;

-- name: warranty_plans_all
-- in: merchant:i64
-- out: plan:text
SELECT plan FROM warranty_plan WHERE merchant = :merchant ORDER BY code LIMIT 500;

-- name: rma_number
-- in: merchant:i64
-- out: last:i64
INSERT INTO rma_series (merchant, last) VALUES (:merchant, 1)
ON CONFLICT (merchant) DO UPDATE SET last = rma_series.last + 1 RETURNING last;

-- name: rma_put
-- in: merchant:i64 id:id number:i64 kind:text state:text state_at_ms:i64 location:text order_id:id order_line:i64 customer:id item:id sku:text qty:i64 serial:text lot:text reason:text fault:text plan:text vendor:text currency:text due_at_ms:i64 contact_name:text contact_email:text contact_phone:text street:text city:text region:text postal_code:text country:text note:text made_at_ms:i64 made_by:id
INSERT INTO rma (merchant, id, number, kind, state, state_at_ms, location, order_id, order_line, customer, item, sku, qty,
    serial, lot, new_serial, reason, grade, fault, plan, vendor, cost, currency, due_at_ms, return_id, contact_name,
    contact_email, contact_phone, street, city, region, postal_code, country, note, made_at_ms, made_by)
VALUES (:merchant, :id, :number, :kind, :state, :state_at_ms, :location, :order_id, :order_line, :customer, :item, :sku, :qty,
    :serial, :lot, '', :reason, '', :fault, :plan, :vendor, 0, :currency, :due_at_ms, NULL, :contact_name,
    :contact_email, :contact_phone, :street, :city, :region, :postal_code, :country, :note, :made_at_ms, :made_by);

-- name: rma_lock
-- only: pg
-- in: merchant:i64 id:id
SELECT 1 FROM rma WHERE merchant = :merchant AND id = :id FOR UPDATE;

-- name: rma_lock
-- only: sqlite
-- in: merchant:i64 id:id
UPDATE rma SET state = state WHERE merchant = :merchant AND id = :id;

-- name: rma_get
-- in: merchant:i64 id:id
-- out: id:id number:i64 kind:text state:text state_at_ms:i64 location:text order_id:id order_line:i64 customer:id item:id sku:text qty:i64 serial:text lot:text new_serial:text reason:text grade:text fault:text plan:text vendor:text cost:i64 currency:text due_at_ms:i64 return_id:id contact_name:text contact_email:text contact_phone:text street:text city:text region:text postal_code:text country:text note:text made_at_ms:i64
SELECT id, number, kind, state, state_at_ms, location, order_id, order_line, customer, item, sku, qty, serial, lot, new_serial,
    reason, grade, fault, plan, vendor, cost, currency, due_at_ms, return_id, contact_name, contact_email, contact_phone,
    street, city, region, postal_code, country, note, made_at_ms
FROM rma WHERE merchant = :merchant AND id = :id;

-- name: rma_page
-- in: merchant:i64 number:i64 state:text serial:text order_id:blob before:blob count:i64
-- out: id:id
SELECT id FROM rma WHERE merchant = :merchant AND (:number = 0 OR number = :number) AND (:state = '' OR state = :state)
  AND (:serial = '' OR serial = :serial) AND (length(:order_id) = 0 OR order_id = :order_id) AND id < :before
ORDER BY id DESC LIMIT :count;

-- name: rma_step
-- in: merchant:i64 id:id was:text state:text state_at_ms:i64 new_serial:text grade:text vendor:text cost:i64 currency:text due_at_ms:i64 return_id:id note:text
UPDATE rma SET state = :state, state_at_ms = :state_at_ms, new_serial = :new_serial, grade = :grade, vendor = :vendor,
    cost = :cost, currency = :currency, due_at_ms = :due_at_ms, return_id = :return_id, note = :note
WHERE merchant = :merchant AND id = :id AND state = :was;

-- name: rma_open_for_line
-- in: merchant:i64 order_id:id line:i64 serial:text
-- out: id:id
SELECT id FROM rma WHERE merchant = :merchant AND order_id = :order_id AND order_line = :line AND serial = :serial
  AND state NOT IN ('refused', 'cancelled', 'settled', 'sent_back', 'expired', 'closed', 'swapped', 'lost')
  AND NOT (kind = 'advance' AND state = 'received')
ORDER BY id LIMIT 1;

-- name: rmas_due
-- in: now_ms:i64 limit:i64
-- out: merchant:i64 id:id
SELECT merchant, id FROM rma WHERE due_at_ms > 0 AND due_at_ms <= :now_ms ORDER BY due_at_ms LIMIT :limit;

-- name: rma_not_due
-- in: merchant:i64 id:id
UPDATE rma SET due_at_ms = 0 WHERE merchant = :merchant AND id = :id;
