-- found.sql — what is in the database, in the form of expect.awk.
SELECT 'S ' || ref || ' ' || CAST(SUM(total) AS BIGINT) FROM sale_order WHERE state = 'paid' GROUP BY ref
UNION ALL SELECT 'R ' || ref || ' ' || CAST(SUM(total) AS BIGINT) FROM sale_return GROUP BY ref
UNION ALL SELECT 'Q ' || sku || ' ' || CAST(SUM(qty) / 1000 AS BIGINT) FROM order_line GROUP BY sku
UNION ALL SELECT 'L ' || i.sku || ' ' || CAST(SUM(m.qty) / 1000 AS BIGINT)
FROM stock_move m JOIN item i ON i.merchant = m.merchant AND i.id = m.item
WHERE m.cause = 'adjustment' GROUP BY i.sku;
