-- import_invoice: which invoices of other systems are in, written in the transaction of their effects,
-- so that an import can stop at any moment and go on, and no invoice comes in twice
CREATE TABLE import_invoice (
    merchant   BIGINT NOT NULL,
    number     TEXT   NOT NULL, -- of the invoice in the other system
    lines      BIGINT NOT NULL, -- of the invoice that are in, from its first on
    digest     BYTEA  NOT NULL, -- SHA-256 of what these lines say
    made_at_ms BIGINT NOT NULL, -- when it was imported
    PRIMARY KEY (merchant, number)
);
