-- 0193_known_join.sql — a link to join may be for a customer whom the till knows already.
ALTER TABLE loyalty_join ADD COLUMN known BYTEA;
