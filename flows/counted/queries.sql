-- The pieces that the ledger has at a place, and since when.
-- name: counted_pieces
-- in: merchant:i64 item:id location:text state:text
-- out: serial:text updated_at_ms:i64
SELECT serial, updated_at_ms FROM serial
WHERE merchant = :merchant AND item = :item AND location = :location AND state = :state ORDER BY serial;

-- name: counted_piece
-- in: merchant:i64 item:id serial:text
-- out: updated_at_ms:i64
SELECT updated_at_ms FROM serial WHERE merchant = :merchant AND item = :item AND serial = :serial;
