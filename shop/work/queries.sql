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

-- What is to be done at a location: deliveries that are picked, packed, staged, sent; goods that are fetched for
-- transfers; what is to be received from stores, vendors and deliveries; counts that go on.
-- name: work_tasks
-- in: merchant:i64 location:text kind:text free:i64 mine:i64 who:id now_ms:i64 one:i64 document_id:id after_due:i64 after_document:blob limit:i64
-- out: kind:text document_id:id source:text state:text about:text due_ms:i64 made_by:blob expires_at_ms:i64
SELECT t.kind, t.document_id, t.source, t.state, t.about,
    CASE WHEN t.due_ms = 0 THEN CAST(9223372036854775807 AS BIGINT) ELSE t.due_ms END, w.made_by,
    coalesce(w.expires_at_ms, 0) FROM (
    SELECT CASE WHEN f.state IN ('open', 'picking') THEN 'pick' WHEN f.state = 'labelled' THEN 'ship'
            WHEN f.method IN ('pickup', 'curbside') THEN 'stage' WHEN f.state = 'picked' THEN 'pack'
            ELSE 'ship' END AS kind,
        f.id AS document_id, 'fulfilment' AS source, f.state, f.method || ' ' || f.contact_name AS about,
        f.due_at_ms AS due_ms
    FROM fulfilment f WHERE f.merchant = :merchant AND f.location = :location
      AND f.state IN ('open', 'picking', 'picked', 'packed', 'labelled')
    UNION ALL
    SELECT CASE f.state WHEN 'shipped' THEN 'receive' WHEN 'received' THEN 'stage' ELSE 'hand_over' END,
        f.id, 'fulfilment', f.state, f.method || ' ' || f.contact_name,
        CASE f.state WHEN 'arrived' THEN f.arrived_at_ms WHEN 'staged' THEN f.expires_at_ms
            ELSE f.promised_at_ms END
    FROM fulfilment f WHERE f.merchant = :merchant AND f.store = :location AND f.store <> ''
      AND (f.state IN ('received', 'staged', 'arrived') OR (f.state = 'shipped' AND f.method = 'ship_to_store'))
    UNION ALL
    SELECT CASE x.state WHEN 'picking' THEN 'ship' ELSE 'pick' END, x.id, 'transfer', x.state,
        'to ' || x.to_location, x.expected_at_ms
    FROM stock_transfer x WHERE x.merchant = :merchant AND x.from_location = :location
      AND x.state IN ('approved', 'picking')
    UNION ALL
    SELECT 'receive', x.id, 'transfer', x.state, 'from ' || x.from_location, x.expected_at_ms
    FROM stock_transfer x WHERE x.merchant = :merchant AND x.to_location = :location
      AND x.state IN ('shipped', 'receiving')
    UNION ALL
    SELECT 'receive', p.id, 'purchase_order', p.state, 'from ' || p.vendor, p.expected_at_ms
    FROM purchase_order p WHERE p.merchant = :merchant AND p.location = :location
      AND p.state IN ('sent', 'receiving')
    UNION ALL
    SELECT 'count', c.id, 'stock_count', c.state, c.scope || ' ' || c.zone, CAST(0 AS BIGINT)
    FROM stock_count c WHERE c.merchant = :merchant AND c.state IN ('counting', 'recount') AND c.location = :location
) AS t LEFT JOIN work_claim w ON w.merchant = :merchant AND w.document_id = t.document_id AND w.kind = t.kind
    AND w.expires_at_ms > :now_ms
WHERE (:kind = '' OR t.kind = :kind) AND (:one = 0 OR t.document_id = :document_id)
  AND (:free = 0 OR w.made_by IS NULL) AND (:mine = 0 OR w.made_by = :who)
  AND (CASE WHEN t.due_ms = 0 THEN CAST(9223372036854775807 AS BIGINT) ELSE t.due_ms END > :after_due
    OR (CASE WHEN t.due_ms = 0 THEN CAST(9223372036854775807 AS BIGINT) ELSE t.due_ms END = :after_due
        AND t.document_id > :after_document))
ORDER BY 6, 2 LIMIT :limit;

-- name: work_places
-- in: merchant:i64 document_id:id
-- out: location:text
SELECT location FROM fulfilment WHERE merchant = :merchant AND id = :document_id
UNION SELECT store FROM fulfilment WHERE merchant = :merchant AND id = :document_id
UNION SELECT from_location FROM stock_transfer WHERE merchant = :merchant AND id = :document_id
UNION SELECT to_location FROM stock_transfer WHERE merchant = :merchant AND id = :document_id
UNION SELECT location FROM purchase_order WHERE merchant = :merchant AND id = :document_id
UNION SELECT location FROM stock_count WHERE merchant = :merchant AND id = :document_id;
