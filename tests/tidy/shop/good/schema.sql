-- good: a table as it should be
CREATE TABLE good (
    merchant BIGINT NOT NULL,
    state    TEXT   NOT NULL CHECK (state IN ('open', 'closed')),
    size     BIGINT NOT NULL, -- millimetres
    PRIMARY KEY (merchant, size)
);
