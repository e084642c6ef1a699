-- What flows read across capabilities; they write through the capabilities only.

-- name: import_item
-- in: merchant:i64 sku:text
-- out: id:id tax_class:text stocked:bool
SELECT id, tax_class, stocked FROM item WHERE merchant = :merchant AND sku = :sku;

-- name: import_free_stock
-- in: merchant:i64 item:id location:text
-- out: free:i64
SELECT CASE WHEN backroom < claimed THEN floor + backroom - claimed ELSE floor END FROM stock_level
WHERE merchant = :merchant AND item = :item AND location = :location;

-- name: import_match
-- in: merchant:i64 customer:id item:id unit_price:i64 qty:i64 at_ms:i64
-- out: order_id:id n:i64 left_over:i64
SELECT l.order_id, l.n, l.qty - l.returned
FROM sale_order o JOIN order_line l ON l.merchant = o.merchant AND l.order_id = o.id
WHERE o.merchant = :merchant AND o.customer = :customer AND o.state = 'paid' AND o.made_at_ms <= :at_ms
  AND l.item = :item AND l.unit_price = :unit_price AND l.discount = 0 AND l.qty - l.returned >= :qty
ORDER BY o.made_at_ms DESC, o.number DESC, l.n LIMIT 20;
