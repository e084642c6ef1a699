-- name: customer_exists
-- in: merchant:i64 id:id
-- out: yes:i64
SELECT 1 AS yes FROM customer WHERE merchant = :merchant AND id = :id;

-- name: customer_by_ref
-- in: merchant:i64 ref:text
-- out: id:id
SELECT id FROM customer WHERE merchant = :merchant AND ref = :ref;

-- name: customer_put
-- in: merchant:i64 id:id ref:text name:text email:text phone:text country:text note:text now_ms:i64
-- out: id:id
INSERT INTO customer (merchant, id, ref, name, email, phone, country, note, made_at_ms, updated_at_ms)
VALUES (:merchant, :id, :ref, :name, :email, :phone, :country, :note, :now_ms, :now_ms)
ON CONFLICT (merchant, ref) DO UPDATE SET name = excluded.name, email = excluded.email,
    phone = excluded.phone, country = excluded.country, note = excluded.note,
    updated_at_ms = excluded.updated_at_ms
RETURNING id;
