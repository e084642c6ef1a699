-- name: availability_channel
-- in: merchant:i64 code:text
-- out: kind:text keeps_safety:bool active:bool hard:bool
SELECT c.kind, c.keeps_safety, c.active, CAST(CASE WHEN EXISTS (SELECT 1 FROM channel_share s
    WHERE s.merchant = c.merchant AND s.channel = c.code AND s.kind = 'hard') THEN 1 ELSE 0 END AS BIGINT)
FROM channel c WHERE c.merchant = :merchant AND c.code = :code;

-- name: availability_places
-- in: merchant:i64 channel:text
-- out: code:text priority:i64 since_ms:i64
SELECT c.location, c.priority,
    coalesce((SELECT r.since_ms FROM location_reach r
              WHERE r.merchant = c.merchant AND r.location = c.location AND r.offline = 1), 0)
FROM channel_location c JOIN location l ON l.merchant = c.merchant AND l.code = c.location
WHERE c.merchant = :merchant AND c.channel = :channel AND l.active = 1;

-- name: availability_rules_general
-- in: merchant:i64 nobody:blob
-- out: category:text kind:text location:text channel:text mode:text quantity:i64 lead_days:i64 release_ms:i64
SELECT category, kind, location, channel, mode, quantity, lead_days, release_ms FROM availability_rule
WHERE merchant = :merchant AND item = :nobody;

-- name: availability_rules_of_items
-- in: merchant:i64 nobody:blob limit:i64
-- out: item:id kind:text location:text channel:text mode:text quantity:i64 lead_days:i64 release_ms:i64
SELECT item, kind, location, channel, mode, quantity, lead_days, release_ms FROM availability_rule
WHERE merchant = :merchant AND item > :nobody ORDER BY item LIMIT :limit;

-- name: availability_rules_of
-- in: merchant:i64 item:id
-- out: kind:text location:text channel:text mode:text quantity:i64 lead_days:i64 release_ms:i64
SELECT kind, location, channel, mode, quantity, lead_days, release_ms FROM availability_rule
WHERE merchant = :merchant AND item = :item;

-- name: availability_categories
-- in: merchant:i64 item:id most:i64
-- out: code:text
WITH RECURSIVE up (code, level) AS (
    SELECT category, CAST(0 AS BIGINT) FROM item WHERE merchant = :merchant AND id = :item
    UNION ALL SELECT c.parent, up.level + 1 FROM up JOIN category c ON c.code = up.code
    WHERE c.merchant = :merchant AND up.level < :most)
SELECT code FROM up WHERE code <> '' ORDER BY level;

-- name: availability_rule_put
-- in: merchant:i64 item:blob category:text kind:text location:text channel:text mode:text quantity:i64 lead_days:i64 release_ms:i64
INSERT INTO availability_rule (merchant, item, category, kind, location, channel, mode, quantity, lead_days,
    release_ms)
VALUES (:merchant, :item, :category, :kind, :location, :channel, :mode, :quantity, :lead_days, :release_ms)
ON CONFLICT (merchant, item, category, kind, location, channel) DO UPDATE SET mode = excluded.mode,
    quantity = excluded.quantity, lead_days = excluded.lead_days, release_ms = excluded.release_ms;

-- name: availability_rule_remove
-- in: merchant:i64 item:blob category:text kind:text location:text channel:text
DELETE FROM availability_rule
WHERE merchant = :merchant AND item = :item AND category = :category AND kind = :kind
  AND location = :location AND channel = :channel;

-- name: availability_rule_page
-- in: merchant:i64 item:blob category:text kind:text location:text channel:text limit:i64
-- out: item:blob sku:text category:text kind:text location:text channel:text mode:text quantity:i64 lead_days:i64 release_ms:i64
SELECT r.item, coalesce((SELECT i.sku FROM item i WHERE i.merchant = r.merchant AND i.id = r.item), ''),
    r.category, r.kind, r.location, r.channel, r.mode, r.quantity, r.lead_days, r.release_ms
FROM availability_rule r
WHERE r.merchant = :merchant
  AND (r.item, r.category, r.kind, r.location, r.channel) > (:item, :category, :kind, :location, :channel)
ORDER BY r.item, r.category, r.kind, r.location, r.channel LIMIT :limit;

-- name: availability_item_of
-- in: merchant:i64 sku:text
-- out: id:id
SELECT id FROM item WHERE merchant = :merchant AND sku = :sku;

-- name: availability_known
-- in: merchant:i64 category:text location:text channel:text
-- out: category:bool location:bool channel:bool
SELECT CAST(CASE WHEN EXISTS (SELECT 1 FROM category WHERE merchant = :merchant AND code = :category) THEN 1 ELSE 0 END AS BIGINT),
    CAST(CASE WHEN EXISTS (SELECT 1 FROM location WHERE merchant = :merchant AND code = :location) THEN 1 ELSE 0 END AS BIGINT),
    CAST(CASE WHEN EXISTS (SELECT 1 FROM channel WHERE merchant = :merchant AND code = :channel) THEN 1 ELSE 0 END AS BIGINT);

-- name: reach_find
-- in: merchant:i64 location:text
-- out: offline:bool since_ms:i64 heartbeat_ms:i64
SELECT offline, since_ms, heartbeat_ms FROM location_reach WHERE merchant = :merchant AND location = :location;

-- name: reach_put
-- in: merchant:i64 location:text offline:bool since_ms:i64
INSERT INTO location_reach (merchant, location, offline, since_ms, heartbeat_ms)
VALUES (:merchant, :location, :offline, :since_ms, 0)
ON CONFLICT (merchant, location) DO UPDATE SET offline = excluded.offline, since_ms = excluded.since_ms;

-- name: reach_heartbeat
-- in: merchant:i64 location:text now_ms:i64
INSERT INTO location_reach (merchant, location, offline, since_ms, heartbeat_ms)
VALUES (:merchant, :location, 0, :now_ms, :now_ms)
ON CONFLICT (merchant, location) DO UPDATE SET heartbeat_ms = excluded.heartbeat_ms;

-- name: reach_silent
-- in: merchant:i64 before_ms:i64 limit:i64
-- out: location:text
SELECT location FROM location_reach
WHERE merchant = :merchant AND offline = 0 AND heartbeat_ms > 0 AND heartbeat_ms < :before_ms
ORDER BY location LIMIT :limit;

-- name: hold_put
-- in: merchant:i64 id:id channel:text location:text made_at_ms:i64 expires_at_ms:i64
INSERT INTO stock_hold (merchant, id, channel, location, state, made_at_ms, expires_at_ms, ended_at_ms)
VALUES (:merchant, :id, :channel, :location, 'open', :made_at_ms, :expires_at_ms, 0);

-- name: hold_find
-- in: merchant:i64 id:id
-- out: channel:text location:text state:text order_id:id made_at_ms:i64 expires_at_ms:i64
SELECT channel, location, state, order_id, made_at_ms, expires_at_ms FROM stock_hold
WHERE merchant = :merchant AND id = :id;

-- name: hold_extend
-- in: merchant:i64 id:id expires_at_ms:i64 now_ms:i64
UPDATE stock_hold SET expires_at_ms = :expires_at_ms
WHERE merchant = :merchant AND id = :id AND state = 'open' AND expires_at_ms > :now_ms;

-- name: hold_end
-- in: merchant:i64 id:id state:text order_id:id now_ms:i64 alive_ms:i64
UPDATE stock_hold SET state = :state, order_id = :order_id, ended_at_ms = :now_ms
WHERE merchant = :merchant AND id = :id AND state = 'open' AND expires_at_ms > :alive_ms;

-- name: hold_due
-- in: merchant:i64 now_ms:i64 limit:i64
-- out: id:id
SELECT id FROM stock_hold
WHERE merchant = :merchant AND state = 'open' AND expires_at_ms <= :now_ms ORDER BY expires_at_ms LIMIT :limit;

-- name: promise_put
-- in: merchant:i64 owner_id:id n:i64 item:id location:text channel:text qty:i64 promised_ms:i64 made_at_ms:i64
INSERT INTO promise (merchant, owner_id, n, item, location, channel, qty, promised_ms, made_at_ms)
VALUES (:merchant, :owner_id, :n, :item, :location, :channel, :qty, :promised_ms, :made_at_ms);

-- name: promise_end
-- in: merchant:i64 owner_id:id n:i64
DELETE FROM promise WHERE merchant = :merchant AND owner_id = :owner_id AND n = :n;

-- name: promise_move
-- in: merchant:i64 owner_id:id n:i64 promised_ms:i64
UPDATE promise SET promised_ms = :promised_ms WHERE merchant = :merchant AND owner_id = :owner_id AND n = :n;

-- name: promise_of
-- in: merchant:i64 item:id location:text
-- out: owner_id:id n:i64 channel:text qty:i64 promised_ms:i64
SELECT owner_id, n, channel, qty, promised_ms FROM promise
WHERE merchant = :merchant AND item = :item AND location = :location ORDER BY made_at_ms, owner_id, n;

-- What holds for many items has changed: all of them are gone through for those who follow.
-- name: availability_sweep
-- in: merchant:i64 none:blob
UPDATE stock_feed SET sweeping = 1, sweep_after = :none WHERE merchant = :merchant;

-- name: told_find
-- in: merchant:i64 channel:text item:id
-- out: location:text available:i64
SELECT location, available FROM availability_told
WHERE merchant = :merchant AND channel = :channel AND item = :item ORDER BY location;

-- name: told_put
-- in: merchant:i64 channel:text item:id location:text available:i64
INSERT INTO availability_told (merchant, channel, item, location, available)
VALUES (:merchant, :channel, :item, :location, :available)
ON CONFLICT (merchant, channel, item, location) DO UPDATE SET available = excluded.available;

-- name: verify_shares
-- in: merchant:i64
-- out: id:id what:text expected:i64 found:i64
SELECT item, location || ' kept', CAST(SUM(has) AS BIGINT), CAST(SUM(kept) AS BIGINT) FROM (
    SELECT item, location, CASE WHEN kind = 'protected' THEN granted ELSE granted - used END AS has, 0 AS kept
    FROM channel_share WHERE merchant = :merchant
    UNION ALL SELECT item, location, 0, kept FROM stock_level WHERE merchant = :merchant
) AS both_sides GROUP BY item, location HAVING SUM(has) <> SUM(kept);

-- name: verify_share_claims
-- in: merchant:i64
-- out: id:id what:text expected:i64 found:i64
SELECT s.item, s.location || ' ' || s.channel || ' used', x.claimed, s.used
FROM channel_share s JOIN (SELECT item, location, channel, CAST(SUM(share) AS BIGINT) AS claimed FROM claim
                           WHERE merchant = :merchant AND state <> 'closed' GROUP BY item, location, channel) x
    ON x.item = s.item AND x.location = s.location AND x.channel = s.channel
WHERE s.merchant = :merchant AND s.kind <> 'protected' AND x.claimed > s.used;

-- name: verify_holds
-- in: merchant:i64
-- out: id:id what:text expected:i64 found:i64
SELECT h.id, 'a hold is ' || h.state || ', its claim ' || c.state, 0, c.n
FROM stock_hold h JOIN claim c ON c.merchant = h.merchant AND c.owner_id = h.id
WHERE h.merchant = :merchant AND h.state <> 'open' AND c.state <> 'closed'
UNION ALL
SELECT h.id, 'an open hold has claims that end at another time', h.expires_at_ms, c.expires_at_ms
FROM stock_hold h JOIN claim c ON c.merchant = h.merchant AND c.owner_id = h.id
WHERE h.merchant = :merchant AND h.state = 'open' AND c.state <> 'closed' AND c.expires_at_ms <> h.expires_at_ms;

-- name: verify_promises
-- in: merchant:i64
-- out: id:id what:text expected:i64 found:i64
SELECT p.owner_id, 'a promise of what is not waited for', p.n, p.qty
FROM promise p WHERE p.merchant = :merchant
  AND NOT EXISTS (SELECT 1 FROM claim c WHERE c.merchant = p.merchant AND c.owner_id = p.owner_id AND c.n = p.n);

-- name: available_item
-- in: merchant:i64 sku:text
-- out: id:id stocked:bool active:bool
SELECT id, stocked, active FROM item WHERE merchant = :merchant AND sku = :sku;

-- name: available_sku
-- in: merchant:i64 item:id
-- out: sku:text
SELECT sku FROM item WHERE merchant = :merchant AND id = :item;

-- name: availability_merchants
-- in: after:i64 limit:i64
-- out: merchant:i64
SELECT merchant FROM merchant WHERE merchant > :after ORDER BY merchant LIMIT :limit;

-- name: availability_feeding
-- in: after:i64 limit:i64
-- out: merchant:i64
SELECT DISTINCT merchant FROM stock_feed WHERE merchant > :after ORDER BY merchant LIMIT :limit;

-- name: availability_due
-- in: merchant:i64 now_ms:i64
-- out: due:bool
SELECT CAST(CASE WHEN EXISTS (SELECT 1 FROM stock_hold WHERE merchant = :merchant AND state = 'open' AND expires_at_ms <= :now_ms)
    OR EXISTS (SELECT 1 FROM claim WHERE merchant = :merchant AND state = 'held' AND expires_at_ms > 0 AND expires_at_ms <= :now_ms)
    OR EXISTS (SELECT 1 FROM channel_share WHERE merchant = :merchant AND until_ms > 0 AND until_ms <= :now_ms)
    THEN 1 ELSE 0 END AS BIGINT);

-- name: availability_pending
-- in: merchant:i64
-- out: pending:bool
SELECT CAST(CASE WHEN EXISTS (SELECT 1 FROM stock_changed WHERE merchant = :merchant)
    OR EXISTS (SELECT 1 FROM stock_feed WHERE merchant = :merchant AND sweeping = 1) THEN 1 ELSE 0 END AS BIGINT);

-- name: phantom_days
-- in: merchant:i64 location:text from_ms:i64 until_ms:i64
-- out: day:i64
SELECT DISTINCT made_at_ms / 86400000 FROM sale_order
WHERE merchant = :merchant AND made_at_ms >= :from_ms AND made_at_ms < :until_ms AND location = :location
  AND state = 'paid' ORDER BY 1;

-- name: phantom_sales
-- in: merchant:i64 location:text from_ms:i64 until_ms:i64
-- out: item:id sku:text on_hand:i64 sales:i64 net:i64 first_ms:i64 last_ms:i64
SELECT x.item, x.sku, s.floor + s.backroom, x.sales, x.net, x.first_ms, x.last_ms FROM (
    SELECT l.item, MAX(l.sku) AS sku, COUNT(*) AS sales, CAST(SUM(l.net) AS BIGINT) AS net,
        MIN(o.made_at_ms) AS first_ms, MAX(o.made_at_ms) AS last_ms
    FROM sale_order o JOIN order_line l ON l.merchant = o.merchant AND l.order_id = o.id
    WHERE o.merchant = :merchant AND o.made_at_ms >= :from_ms AND o.made_at_ms < :until_ms
      AND o.location = :location AND o.state = 'paid'
    GROUP BY l.item HAVING COUNT(*) >= 3) AS x
JOIN stock_level s ON s.merchant = :merchant AND s.item = x.item AND s.location = :location
WHERE s.floor + s.backroom > 0;

-- When goods last came to the floor or backroom there, or were counted.
-- name: phantom_came
-- in: merchant:i64 item:id location:text from_ms:i64
-- out: at_ms:i64
SELECT coalesce(MAX(at_ms), 0) FROM stock_move
WHERE merchant = :merchant AND item = :item AND at_ms >= :from_ms
  AND ((to_location = :location AND to_state IN ('floor', 'backroom') AND from_location <> :location
        AND from_state <> 'promise') OR (from_location = :location AND to_state = 'adjustment'));
