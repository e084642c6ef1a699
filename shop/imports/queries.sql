-- name: import_invoice_put
-- in: merchant:i64 number:text lines:i64 made_at_ms:i64
INSERT INTO import_invoice (merchant, number, lines, made_at_ms)
VALUES (:merchant, :number, :lines, :made_at_ms);

-- name: import_invoice_find
-- in: merchant:i64 number:text
-- out: lines:i64
SELECT lines FROM import_invoice WHERE merchant = :merchant AND number = :number;
