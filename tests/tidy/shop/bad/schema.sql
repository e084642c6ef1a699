-- bad: the key does not begin with the merchant, a column says nothing
CREATE TABLE bad (
    merchant BIGINT NOT NULL,
    flavour  TEXT   NOT NULL,
    PRIMARY KEY (flavour, merchant)
);

CREATE TABLE worse (
    merchant BIGINT NOT NULL,
    PRIMARY KEY (merchant)
);
