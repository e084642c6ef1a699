-- state.sql — all that an import leaves behind, but for ids and times.
SELECT 'order ' || number || ' ' || ref || ' ' || total || ' ' || note FROM sale_order
UNION ALL SELECT 'return ' || number || ' ' || ref || ' ' || total FROM sale_return
UNION ALL SELECT 'item ' || sku || ' ' || name || ' ' || stocked || ' ' || qty_step FROM item
UNION ALL SELECT 'price ' || i.sku || ' ' || p.amount FROM price p
    JOIN item i ON i.merchant = p.merchant AND i.id = p.item
UNION ALL SELECT 'customer ' || ref || ' ' || country FROM customer
UNION ALL SELECT 'opened ' || i.sku || ' ' || CAST(SUM(m.qty) AS BIGINT) FROM stock_move m
    JOIN item i ON i.merchant = m.merchant AND i.id = m.item WHERE m.cause = 'opening' GROUP BY i.sku
UNION ALL SELECT 'level ' || i.sku || ' ' || s.floor FROM stock_level s
    JOIN item i ON i.merchant = s.merchant AND i.id = s.item
UNION ALL SELECT 'events ' || kind || ' ' || COUNT(*) FROM event GROUP BY kind
UNION ALL SELECT 'audit ' || action || ' ' || COUNT(*) FROM audit_log GROUP BY action
UNION ALL SELECT 'entries ' || debit || ' ' || credit || ' ' || CAST(SUM(amount) AS BIGINT) FROM ledger_entry
    GROUP BY debit, credit
UNION ALL SELECT 'invoice ' || number || ' ' || lines FROM import_invoice;
