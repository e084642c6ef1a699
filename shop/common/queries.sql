-- name: location_there
-- in: merchant:i64 code:text
-- out: code:text
SELECT code FROM location WHERE merchant = :merchant AND code = :code;
