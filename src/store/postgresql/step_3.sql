-- From schema 2 to 3: rules of items, of the house and of partners; packs and the codes of suppliers; names of lots, holds,
-- owners, files, numbers that were handed out, and how much each unit is. A station that was granted the rest is granted these.
ALTER TABLE position ADD COLUMN quantity BIGINT NOT NULL DEFAULT 1;
ALTER TABLE item ADD COLUMN rules TEXT COLLATE "C" NOT NULL DEFAULT '{}';

-- Rules that are set: of the house (no subject), of a partner, of a site. The row of the latest operation holds.
CREATE TABLE setting (
    subject   TEXT COLLATE "C" NOT NULL,
    name      TEXT COLLATE "C" NOT NULL,
    operation BIGINT NOT NULL REFERENCES operation (number) DEFERRABLE INITIALLY DEFERRED,
    value     TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (subject, name, operation)
);
CREATE INDEX setting_value ON setting (name, value);

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
-- Numbers that were handed out: the last one of each scope. The one table that counts up in place.
CREATE TABLE sequence (
    scope TEXT COLLATE "C" PRIMARY KEY,
    last  BIGINT NOT NULL CHECK (last > 0)
);

-- The dates that decide whether and in which order a lot is set aside stand where its stock is counted.
ALTER TABLE balance ADD COLUMN expires TEXT COLLATE "C" NOT NULL DEFAULT '9999-99-99';
ALTER TABLE balance ADD COLUMN first_out TEXT COLLATE "C" NOT NULL DEFAULT '9999-99-99';
UPDATE balance SET
    expires = coalesce((SELECT d.expires FROM lot_dates d WHERE d.lot = balance.lot
                        ORDER BY d.operation DESC LIMIT 1), '9999-99-99'),
    first_out = coalesce((SELECT coalesce(d.expires, d.best_before) FROM lot_dates d WHERE d.lot = balance.lot
                          ORDER BY d.operation DESC LIMIT 1), '9999-99-99')
    WHERE EXISTS (SELECT 1 FROM lot_dates d WHERE d.lot = balance.lot);
DROP INDEX balance_place;
CREATE INDEX balance_first_out ON balance (item, claim, first_out, lot, place) WHERE quantity > 0;
CREATE INDEX balance_place ON balance (place, item, claim, first_out, lot) WHERE quantity > 0;

-- What a lot is called after its text was corrected. The row of the latest operation holds; all names still scan.
CREATE TABLE lot_name (
    lot       BIGINT NOT NULL REFERENCES lot (id),
    operation BIGINT NOT NULL REFERENCES operation (number) DEFERRABLE INITIALLY DEFERRED,
    item      BIGINT NOT NULL REFERENCES item (id),
    code      TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (lot, operation)
);
CREATE INDEX lot_name_code ON lot_name USING hash (code);

-- The supplier's own text of a lot. It counts while its operation is not undone.
CREATE TABLE supplier_lot (
    item      BIGINT NOT NULL REFERENCES item (id),
    partner   BIGINT NOT NULL REFERENCES partner (id),
    code      TEXT COLLATE "C" NOT NULL,
    lot       BIGINT NOT NULL REFERENCES lot (id),
    operation BIGINT NOT NULL REFERENCES operation (number) DEFERRABLE INITIALLY DEFERRED,
    PRIMARY KEY (lot, partner, operation)
);
CREATE INDEX supplier_lot_code ON supplier_lot USING hash (code);

-- Rules that hold goods back: by their item, and where given by the text of a lot or serial, by supplier, and by when they
-- were received (seconds since 1970). They count for what is there and for what arrives later.
CREATE TABLE hold (
    operation      BIGINT PRIMARY KEY REFERENCES operation (number) DEFERRABLE INITIALLY DEFERRED,
    item           BIGINT NOT NULL REFERENCES item (id),
    lot            TEXT COLLATE "C",
    serial         TEXT COLLATE "C",
    supplier       BIGINT REFERENCES partner (id),
    received_from  BIGINT,
    received_until BIGINT
);
CREATE INDEX hold_item ON hold (item);

-- Whether a hold is on: the row of the latest operation counts; without one it is.
CREATE TABLE hold_state (
    hold      BIGINT NOT NULL REFERENCES hold (operation) DEFERRABLE INITIALLY DEFERRED,
    operation BIGINT NOT NULL REFERENCES operation (number) DEFERRABLE INITIALLY DEFERRED,
    is_on     BIGINT NOT NULL CHECK (is_on IN (0, 1)),
    PRIMARY KEY (hold, operation)
);

-- Whose a lot or unit is: the row of the latest operation counts, and ours has no partner. Without one it is ours.
CREATE TABLE ownership (
    operation BIGINT NOT NULL REFERENCES operation (number) DEFERRABLE INITIALLY DEFERRED,
    line      BIGINT NOT NULL CHECK (line > 0),
    item      BIGINT NOT NULL REFERENCES item (id),
    lot       BIGINT REFERENCES lot (id),
    serial    BIGINT REFERENCES serial (id),
    partner   BIGINT REFERENCES partner (id),
    PRIMARY KEY (operation, line),
    CHECK ((lot IS NULL) <> (serial IS NULL))
);
CREATE INDEX ownership_lot ON ownership (lot) WHERE lot IS NOT NULL;
CREATE INDEX ownership_serial ON ownership (serial) WHERE serial IS NOT NULL;
CREATE INDEX ownership_item ON ownership (item);

-- Files by the SHA-256 of their content, which is NULL where it lies in the folder beside the database.
CREATE TABLE file (
    hash      BYTEA PRIMARY KEY CHECK (octet_length(hash) = 32),
    size      BIGINT NOT NULL CHECK (size >= 0),
    content   BYTEA,
    operation BIGINT NOT NULL REFERENCES operation (number) DEFERRABLE INITIALLY DEFERRED
);

-- What a file was attached to, one for each operation.
CREATE TABLE attachment (
    operation BIGINT PRIMARY KEY REFERENCES operation (number) DEFERRABLE INITIALLY DEFERRED,
    kind      TEXT COLLATE "C" NOT NULL,
    name      TEXT COLLATE "C" NOT NULL,
    hash      BYTEA NOT NULL REFERENCES file (hash) DEFERRABLE INITIALLY DEFERRED,
    item      BIGINT REFERENCES item (id),
    lot       BIGINT REFERENCES lot (id),
    serial    BIGINT REFERENCES serial (id),
    order_id  BIGINT REFERENCES trade_order (id)
);
CREATE INDEX attachment_lot ON attachment (lot) WHERE lot IS NOT NULL;
CREATE INDEX attachment_serial ON attachment (serial) WHERE serial IS NOT NULL;
CREATE INDEX attachment_order ON attachment (order_id) WHERE order_id IS NOT NULL;
CREATE TRIGGER lot_name_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON lot_name EXECUTE FUNCTION refuse_change();
CREATE TRIGGER supplier_lot_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON supplier_lot EXECUTE FUNCTION refuse_change();
CREATE TRIGGER hold_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON hold EXECUTE FUNCTION refuse_change();
CREATE TRIGGER hold_state_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON hold_state EXECUTE FUNCTION refuse_change();
CREATE TRIGGER ownership_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON ownership EXECUTE FUNCTION refuse_change();
CREATE TRIGGER file_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON file EXECUTE FUNCTION refuse_change();
CREATE TRIGGER attachment_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON attachment EXECUTE FUNCTION refuse_change();
CREATE TRIGGER setting_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON setting EXECUTE FUNCTION refuse_change();
CREATE TRIGGER pack_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON pack EXECUTE FUNCTION refuse_change();
CREATE TRIGGER supplier_code_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON supplier_code EXECUTE FUNCTION refuse_change();
ALTER TABLE setting ENABLE ALWAYS TRIGGER setting_no_change;
ALTER TABLE pack ENABLE ALWAYS TRIGGER pack_no_change;
ALTER TABLE supplier_code ENABLE ALWAYS TRIGGER supplier_code_no_change;
ALTER TABLE lot_name ENABLE ALWAYS TRIGGER lot_name_no_change;
ALTER TABLE supplier_lot ENABLE ALWAYS TRIGGER supplier_lot_no_change;
ALTER TABLE hold ENABLE ALWAYS TRIGGER hold_no_change;
ALTER TABLE hold_state ENABLE ALWAYS TRIGGER hold_state_no_change;
ALTER TABLE ownership ENABLE ALWAYS TRIGGER ownership_no_change;
ALTER TABLE file ENABLE ALWAYS TRIGGER file_no_change;
ALTER TABLE attachment ENABLE ALWAYS TRIGGER attachment_no_change;
DO $$
BEGIN
    IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'scantrail_station') THEN
        GRANT SELECT, INSERT ON setting, pack, supplier_code, lot_name, supplier_lot TO scantrail_station;
        GRANT SELECT, INSERT ON hold, hold_state, ownership, file, attachment, sequence TO scantrail_station;
        GRANT UPDATE (last) ON sequence TO scantrail_station;
        GRANT UPDATE (quantity) ON position TO scantrail_station;
        GRANT UPDATE (rules) ON item TO scantrail_station;
        GRANT UPDATE (expires, first_out) ON balance TO scantrail_station;
    END IF;
END $$;
