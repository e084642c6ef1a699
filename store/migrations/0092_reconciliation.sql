-- 0092_reconciliation.sql: files of payment services and banks, what they settled, and what differs from the books.
-- recon_file: a file of a payment service or of the bank: what it settled, or what came
CREATE TABLE recon_file (
    merchant    BIGINT NOT NULL,
    id          BYTEA  NOT NULL,
    service     TEXT   NOT NULL, -- code of the payment service, or a name for the bank account
    format      TEXT   NOT NULL, -- stripe, adyen, plain, bank; empty: found out by the header
    name        TEXT   NOT NULL, -- of the file
    digest      TEXT   NOT NULL, -- SHA-256 of its bytes, hexadecimal
    state       TEXT   NOT NULL, -- see core/machines.def
    due         BIGINT NOT NULL, -- 1: there is something to be done with it
    decimal     TEXT   NOT NULL, -- decimal sign, or empty: by the form
    dates       TEXT   NOT NULL, -- dmy or mdy, where the year does not stand first
    currency    TEXT   NOT NULL, -- where the file says none, or empty
    header      BYTEA,           -- its head record, once it is read
    bytes       BIGINT NOT NULL, -- of the file
    taken       BIGINT NOT NULL, -- of them, here
    read        BIGINT NOT NULL, -- of them, read
    parts       BIGINT NOT NULL, -- that are here or were
    parts_read  BIGINT NOT NULL, -- of them, read
    rest        BYTEA,           -- the begin of a record whose end is in the next part
    rows        BIGINT NOT NULL, -- lines of text read, with the head
    matched     BIGINT NOT NULL, -- lines that are what the books say
    differences BIGINT NOT NULL, -- lines that are not
    again       BIGINT NOT NULL, -- lines that were in before, with another file
    unreadable  BIGINT NOT NULL, -- records that could not be read
    ignored     BIGINT NOT NULL, -- of a bank statement: money that went
    entries     BIGINT NOT NULL, -- of the ledger, made of it
    reason      TEXT   NOT NULL, -- why it could not be read, or empty
    made_at_ms  BIGINT NOT NULL,
    ended_at_ms BIGINT NOT NULL, -- when it was read; 0: not yet
    PRIMARY KEY (merchant, id)
);
CREATE UNIQUE INDEX recon_file_by_digest ON recon_file (merchant, digest);
-- what the job looks for
CREATE INDEX recon_file_due ON recon_file (merchant, id) WHERE due = 1;
-- recon_part: bytes of a file that are not read yet
CREATE TABLE recon_part ( -- rowid
    merchant   BIGINT NOT NULL,
    file       BYTEA  NOT NULL, -- the file
    n          BIGINT NOT NULL,
    bytes      BYTEA  NOT NULL, -- as they are in the file
    PRIMARY KEY (merchant, file, n)
);
-- recon_line: a line of such a file
CREATE TABLE recon_line (
    merchant   BIGINT NOT NULL,
    file       BYTEA  NOT NULL, -- the file
    n          BIGINT NOT NULL, -- line of the file on which it begins
    service    TEXT   NOT NULL, -- as of the file
    line_key   BYTEA,           -- by which it is known in another file; NULL: twice in this one, not booked
    kind       TEXT   NOT NULL, -- see core/settle.h
    state      TEXT   NOT NULL CHECK (state IN ('matched', 'difference', 'settled')),
    payment    BYTEA,           -- our key of the payment; NULL: none of ours
    refund     BYTEA,           -- our key of the refund; NULL: none of ours
    reference  TEXT   NOT NULL, -- of the service, or empty
    payout     TEXT   NOT NULL, -- which it is part of, or empty
    text       TEXT   NOT NULL, -- what it is called there, or empty
    amount     BIGINT NOT NULL, -- as the customer paid; minor units, above zero is money for us
    currency   TEXT   NOT NULL,
    books      BIGINT NOT NULL, -- of what the books have of the payment or the refund, in the sale's currency
    gross      BIGINT NOT NULL, -- in the currency in which it was settled
    fee        BIGINT NOT NULL, -- that the service kept of it
    net        BIGINT NOT NULL, -- gross less fee
    settled    TEXT   NOT NULL, -- currency of gross, fee and net
    at_ms      BIGINT NOT NULL,
    PRIMARY KEY (merchant, file, n)
);
CREATE UNIQUE INDEX recon_line_key ON recon_line (merchant, line_key) WHERE line_key IS NOT NULL;
CREATE INDEX recon_line_payment ON recon_line (merchant, payment, kind, currency, amount, books)
    WHERE payment IS NOT NULL;
CREATE INDEX recon_line_refund ON recon_line (merchant, refund) WHERE refund IS NOT NULL;
-- recon_difference: what is not as the books say, until it is settled
CREATE TABLE recon_difference (
    merchant    BIGINT NOT NULL,
    id          BYTEA  NOT NULL,
    file        BYTEA,           -- the file; NULL: something is in none
    n           BIGINT NOT NULL, -- line of the file; 0: it is about no single one
    service     TEXT   NOT NULL, -- code of the payment service, or the name for the bank account
    cause       TEXT   NOT NULL, -- see core/settle_causes.def
    state       TEXT   NOT NULL CHECK (state IN ('open', 'settled')),
    subject     BYTEA,           -- the payment, refund or document of the ledger it is about; NULL: none of ours
    order_id    BYTEA,           -- the sale, or NULL
    reference   TEXT   NOT NULL, -- of the service, its payout, or empty
    text        TEXT   NOT NULL, -- more of it for people, or empty
    expected    BIGINT NOT NULL, -- what the books say, minor units
    found       BIGINT NOT NULL, -- what the file says
    off         BIGINT NOT NULL, -- by so much the account is off: to be debited to it
    currency    TEXT   NOT NULL,
    account     TEXT   NOT NULL, -- that is off, or empty
    booked_to   TEXT   NOT NULL, -- to which it was booked when it was settled, or empty
    reason      TEXT   NOT NULL, -- why it was settled, or empty
    made_at_ms  BIGINT NOT NULL,
    ended_at_ms BIGINT NOT NULL, -- when it was settled; 0: it is open
    PRIMARY KEY (merchant, id)
);
CREATE INDEX recon_difference_open ON recon_difference (merchant, id) WHERE state = 'open';
CREATE INDEX recon_difference_of ON recon_difference (merchant, file, n) WHERE file IS NOT NULL;
CREATE INDEX recon_difference_about ON recon_difference (merchant, subject) WHERE subject IS NOT NULL;
-- recon_payout: what a service sent to the bank, and the sum of its lines
CREATE TABLE recon_payout (
    merchant   BIGINT NOT NULL,
    service    TEXT   NOT NULL, -- code of the payment service
    reference  TEXT   NOT NULL, -- the service's own for it
    currency   TEXT   NOT NULL,
    lines      BIGINT NOT NULL, -- sum of their net, minor units
    count      BIGINT NOT NULL, -- of the lines
    said       BIGINT NOT NULL, -- what was paid out, by the line that says so
    seen       BIGINT NOT NULL, -- 1: there was such a line
    implied    BIGINT NOT NULL, -- 1: its report has no such line; the sum was paid out
    booked     BIGINT NOT NULL, -- to the bank
    due        BIGINT NOT NULL, -- 1: to be booked and compared
    at_ms      BIGINT NOT NULL, -- 0: not said
    file       BYTEA  NOT NULL, -- the file that told of it last
    statement  BYTEA,           -- the bank statement that has it; NULL: none yet
    PRIMARY KEY (merchant, service, reference, currency)
);
CREATE INDEX recon_payout_due ON recon_payout (merchant, file) WHERE due = 1;
CREATE INDEX recon_payout_waits ON recon_payout (merchant, at_ms) WHERE statement IS NULL;
-- recon_deposit: cash that was brought to the bank and is on a statement
CREATE TABLE recon_deposit (
    merchant  BIGINT NOT NULL,
    document  BYTEA  NOT NULL, -- of the ledger: who brought it
    n         BIGINT NOT NULL, -- entry within the document
    statement BYTEA  NOT NULL, -- the bank statement
    line      BIGINT NOT NULL, -- line of it
    PRIMARY KEY (merchant, document, n)
);
-- recon_terms: what was agreed with a service, and how far was looked for what misses
CREATE TABLE recon_terms (
    merchant   BIGINT NOT NULL,
    service    TEXT   NOT NULL, -- code of the payment service, or the name for the bank account
    bank       BIGINT NOT NULL, -- 1: it is a bank account
    agreed     BIGINT NOT NULL, -- 1: the fees below are agreed
    ppm        BIGINT NOT NULL, -- fee of the gross of a charge, parts per million
    fixed      BIGINT NOT NULL, -- and for each charge, minor units
    tolerance  BIGINT NOT NULL, -- so much is no difference, minor units
    days       BIGINT NOT NULL, -- after so many days something that is in no file misses
    since_ms   BIGINT NOT NULL, -- nothing before is looked for; 0: no file yet
    checked_ms BIGINT NOT NULL, -- what is before was looked for
    PRIMARY KEY (merchant, service)
);
CREATE INDEX recon_terms_due ON recon_terms (checked_ms) WHERE since_ms > 0;
