-- name: work_take
-- in: merchant:i64 document_id:id kind:text made_by:id now_ms:i64 expires_at_ms:i64
INSERT INTO work_claim (merchant, document_id, kind, made_by, made_at_ms, expires_at_ms)
VALUES (:merchant, :document_id, :kind, :made_by, :now_ms, :expires_at_ms)
ON CONFLICT (merchant, document_id, kind) DO UPDATE SET made_by = excluded.made_by,
    made_at_ms = CASE WHEN work_claim.made_by = excluded.made_by THEN work_claim.made_at_ms
                      ELSE excluded.made_at_ms END,
    expires_at_ms = excluded.expires_at_ms
WHERE work_claim.made_by = excluded.made_by OR work_claim.expires_at_ms <= excluded.made_at_ms;

-- name: work_claim_of
-- in: merchant:i64 document_id:id kind:text now_ms:i64
-- out: made_by:id made_at_ms:i64 expires_at_ms:i64
SELECT made_by, made_at_ms, expires_at_ms FROM work_claim
WHERE merchant = :merchant AND document_id = :document_id AND kind = :kind AND expires_at_ms > :now_ms;

-- name: work_give_back
-- in: merchant:i64 document_id:id kind:text made_by:id
DELETE FROM work_claim
WHERE merchant = :merchant AND document_id = :document_id AND kind = :kind AND made_by = :made_by;

-- name: work_prune
-- in: merchant:i64 before_ms:i64
DELETE FROM work_claim WHERE merchant = :merchant AND expires_at_ms < :before_ms;
