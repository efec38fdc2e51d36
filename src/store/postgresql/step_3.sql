-- From schema 2 to 3: rules of items, of the house and of partners; packs and the codes of suppliers. A station that was
-- granted the rest is granted these.
ALTER TABLE item ADD COLUMN rules TEXT COLLATE "C" NOT NULL DEFAULT '{}';

-- Rules that are set: of the house (no subject), of a partner, of a site. The row of the latest operation holds.
CREATE TABLE setting (
    subject   TEXT COLLATE "C" NOT NULL,
    name      TEXT COLLATE "C" NOT NULL,
    operation BIGINT NOT NULL REFERENCES operation (number) DEFERRABLE INITIALLY DEFERRED,
    value     TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (subject, name, operation)
);

-- A barcode that stands for several units, such as a case of 12: so many of the item's smallest unit.
CREATE TABLE pack (
    key       TEXT COLLATE "C" PRIMARY KEY REFERENCES code (key),
    quantity  BIGINT NOT NULL CHECK (quantity > 0),
    operation BIGINT NOT NULL REFERENCES operation (number) DEFERRABLE INITIALLY DEFERRED
);

-- What a supplier calls an item: it counts only in what comes from them or goes back to them.
CREATE TABLE supplier_code (
    partner   BIGINT NOT NULL REFERENCES partner (id),
    key       TEXT COLLATE "C" NOT NULL,
    text      TEXT COLLATE "C" NOT NULL,
    item      BIGINT NOT NULL REFERENCES item (id),
    operation BIGINT NOT NULL REFERENCES operation (number) DEFERRABLE INITIALLY DEFERRED,
    PRIMARY KEY (partner, key)
);
CREATE INDEX supplier_code_item ON supplier_code (item);
CREATE INDEX supplier_code_key ON supplier_code (key);
CREATE TRIGGER setting_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON setting EXECUTE FUNCTION refuse_change();
CREATE TRIGGER pack_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON pack EXECUTE FUNCTION refuse_change();
CREATE TRIGGER supplier_code_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON supplier_code EXECUTE FUNCTION refuse_change();
ALTER TABLE setting ENABLE ALWAYS TRIGGER setting_no_change;
ALTER TABLE pack ENABLE ALWAYS TRIGGER pack_no_change;
ALTER TABLE supplier_code ENABLE ALWAYS TRIGGER supplier_code_no_change;
DO $$
BEGIN
    IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'scantrail_station') THEN
        GRANT SELECT, INSERT ON setting, pack, supplier_code TO scantrail_station;
        GRANT UPDATE (rules) ON item TO scantrail_station;
    END IF;
END $$;
