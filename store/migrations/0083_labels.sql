-- 0083_labels.sql: labels are bought from a carrier's service.
CREATE TABLE package_label (
    merchant      BIGINT NOT NULL,
    id            BYTEA  NOT NULL,
    fulfilment_id BYTEA  NOT NULL,
    package       BIGINT NOT NULL,
    state         TEXT   NOT NULL,
    service       TEXT   NOT NULL,
    weight        BIGINT NOT NULL,
    carrier       TEXT   NOT NULL,
    tracking      TEXT   NOT NULL,
    label         TEXT   NOT NULL,
    reason        TEXT   NOT NULL,
    at_ms         BIGINT NOT NULL,
    next_ask_ms   BIGINT NOT NULL,
    PRIMARY KEY (merchant, id)
);
CREATE INDEX package_label_of ON package_label (merchant, fulfilment_id, package);
CREATE INDEX package_label_open ON package_label (next_ask_ms) WHERE next_ask_ms > 0;
