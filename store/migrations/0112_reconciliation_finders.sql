-- 0112_reconciliation_finders.sql: payments by the service's reference, refunds by our key and by their sale, captures by
-- time and money that went to the bank could not be found.
CREATE INDEX IF NOT EXISTS payment_by_reference ON payment (merchant, reference) WHERE reference <> '';
CREATE INDEX refund_by_id ON refund (merchant, id);
CREATE INDEX IF NOT EXISTS refund_by_order ON refund (merchant, order_id) WHERE order_id IS NOT NULL;
CREATE INDEX payment_capture_by_time ON payment_capture (merchant, at_ms);
CREATE INDEX ledger_entry_bank ON ledger_entry (merchant, at_ms) WHERE debit = 'bank';
