-- setting: what a merchant set differently from the standard value
CREATE TABLE setting (
    merchant BIGINT NOT NULL,
    name     TEXT   NOT NULL, -- key of a SETTING row
    value    BIGINT NOT NULL, -- within the limits of the row
    PRIMARY KEY (merchant, name)
);
