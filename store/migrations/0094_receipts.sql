-- 0094_receipts.sql — templates of receipts, the key that signs their links, and receipts sent by e-mail.
-- receipt_template: how slips look at a location in a language
CREATE TABLE receipt_template (
    merchant    BIGINT NOT NULL,
    location    TEXT   NOT NULL, -- or * for all that have none of their own
    language    TEXT   NOT NULL, -- en, de, fr, es, ja, ar
    header      TEXT   NOT NULL, -- lines instead of name and address, or empty
    footer      TEXT   NOT NULL, -- lines below, or empty
    legal       TEXT   NOT NULL, -- lines that the law asks for, or empty
    optin       TEXT   NOT NULL, -- what is consented to on the page of a receipt, word by word; empty: nothing
    logo        TEXT   NOT NULL, -- base64 of a PNG, or empty
    hide        TEXT   NOT NULL, -- JSON list of the parts that are left out, or empty
    standard    BIGINT NOT NULL, -- 1: the language when none is asked for
    columns     BIGINT NOT NULL, -- of the receipt printer; 0: 48
    pages       TEXT   NOT NULL, -- JSON list of the code pages that the printer has; empty: all we know
    no_pictures BIGINT NOT NULL, -- 1: the printer cannot print pictures
    PRIMARY KEY (merchant, location, language)
);
-- receipt_key: with what the links of receipts are signed; the newest signs, all are good
CREATE TABLE receipt_key (
    merchant   BIGINT NOT NULL,
    n          BIGINT NOT NULL, -- 1, 2 …
    secret     BYTEA  NOT NULL, -- 32 random bytes
    made_at_ms BIGINT NOT NULL, -- UTC milliseconds
    PRIMARY KEY (merchant, n)
);
-- receipt_mail: a receipt that is sent by e-mail, and what became of it
CREATE TABLE receipt_mail (
    merchant      BIGINT NOT NULL,
    id            BYTEA  NOT NULL,
    kind          TEXT   NOT NULL CHECK (kind IN ('sale', 'return', 'gift')),
    document      BYTEA  NOT NULL, -- the order or return
    customer      BYTEA,           -- of the document, or NULL
    address       TEXT   NOT NULL, -- of who gets it; empty: forgotten
    language      TEXT   NOT NULL, -- en, de, fr, es, ja, ar
    state         TEXT   NOT NULL CHECK (state IN ('waiting', 'sent', 'failed')),
    attempts      BIGINT NOT NULL, -- how often a mail server was asked
    next_at_ms    BIGINT NOT NULL, -- UTC milliseconds; waiting: not before then
    reason        TEXT   NOT NULL, -- what the mail server last said against it, or empty
    made_at_ms    BIGINT NOT NULL, -- UTC milliseconds
    settled_at_ms BIGINT NOT NULL, -- UTC milliseconds; 0: waiting
    PRIMARY KEY (merchant, id)
);
-- the same receipt goes to an address once
CREATE UNIQUE INDEX receipt_mail_once ON receipt_mail (merchant, document, kind, address) WHERE address <> '';
CREATE INDEX receipt_mail_due ON receipt_mail (next_at_ms) WHERE state = 'waiting';
CREATE INDEX receipt_mail_by_state ON receipt_mail (merchant, state, id);
