-- name: import_invoice_put
-- in: merchant:i64 number:text lines:i64 digest:blob made_at_ms:i64
INSERT INTO import_invoice (merchant, number, lines, digest, made_at_ms)
VALUES (:merchant, :number, :lines, :digest, :made_at_ms)
ON CONFLICT (merchant, number) DO UPDATE SET lines = excluded.lines, digest = excluded.digest,
    made_at_ms = excluded.made_at_ms
WHERE import_invoice.lines < excluded.lines;

-- name: import_invoice_find
-- in: merchant:i64 number:text
-- out: lines:i64 digest:blob
SELECT lines, digest FROM import_invoice WHERE merchant = :merchant AND number = :number;
