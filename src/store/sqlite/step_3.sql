-- From schema 2 to 3: rules of items, of the house and of partners; packs and the codes of suppliers; names of lots, holds,
-- owners, files, numbers that were handed out, and how much each unit is.
ALTER TABLE position ADD COLUMN quantity INTEGER NOT NULL DEFAULT 1;
ALTER TABLE item ADD COLUMN rules TEXT NOT NULL DEFAULT '{}';

-- Rules that are set: of the house (no subject), of a partner, of a site. The row of the latest operation holds.
CREATE TABLE setting (
    subject   TEXT NOT NULL,
    name      TEXT NOT NULL,
    operation INTEGER NOT NULL REFERENCES operation (number) DEFERRABLE INITIALLY DEFERRED,
    value     TEXT NOT NULL,
    PRIMARY KEY (subject, name, operation)
) STRICT, WITHOUT ROWID;
CREATE INDEX setting_value ON setting (name, value);

-- A barcode that stands for several units, such as a case of 12: so many of the item's smallest unit.
CREATE TABLE pack (
    key       TEXT PRIMARY KEY REFERENCES code (key),
    quantity  INTEGER NOT NULL CHECK (quantity > 0),
    operation INTEGER NOT NULL REFERENCES operation (number) DEFERRABLE INITIALLY DEFERRED
) STRICT, WITHOUT ROWID;

-- What a supplier calls an item: it counts only in what comes from them or goes back to them.
CREATE TABLE supplier_code (
    partner   INTEGER NOT NULL REFERENCES partner (id),
    key       TEXT NOT NULL,
    text      TEXT NOT NULL,
    item      INTEGER NOT NULL REFERENCES item (id),
    operation INTEGER NOT NULL REFERENCES operation (number) DEFERRABLE INITIALLY DEFERRED,
    PRIMARY KEY (partner, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX supplier_code_item ON supplier_code (item);
CREATE INDEX supplier_code_key ON supplier_code (key);

-- Numbers that were handed out: the last one of each scope. The one table that counts up in place.
CREATE TABLE sequence (
    scope TEXT PRIMARY KEY,
    last  INTEGER NOT NULL CHECK (last > 0)
) STRICT, WITHOUT ROWID;

-- The dates that decide whether and in which order a lot is set aside stand where its stock is counted.
ALTER TABLE balance ADD COLUMN expires TEXT NOT NULL DEFAULT '9999-99-99';
ALTER TABLE balance ADD COLUMN first_out TEXT NOT NULL DEFAULT '9999-99-99';
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
    lot       INTEGER NOT NULL REFERENCES lot (id),
    operation INTEGER NOT NULL REFERENCES operation (number) DEFERRABLE INITIALLY DEFERRED,
    item      INTEGER NOT NULL REFERENCES item (id),
    code      TEXT NOT NULL,
    PRIMARY KEY (lot, operation)
) STRICT, WITHOUT ROWID;
CREATE INDEX lot_name_code ON lot_name (code, item);

-- The supplier's own text of a lot. It counts while its operation is not undone.
CREATE TABLE supplier_lot (
    item      INTEGER NOT NULL REFERENCES item (id),
    partner   INTEGER NOT NULL REFERENCES partner (id),
    code      TEXT NOT NULL,
    lot       INTEGER NOT NULL REFERENCES lot (id),
    operation INTEGER NOT NULL REFERENCES operation (number) DEFERRABLE INITIALLY DEFERRED,
    PRIMARY KEY (lot, partner, operation)
) STRICT, WITHOUT ROWID;
CREATE INDEX supplier_lot_code ON supplier_lot (code);

-- Rules that hold goods back: by their item, and where given by the text of a lot or serial, by supplier, and by when they
-- were received (seconds since 1970). They count for what is there and for what arrives later.
CREATE TABLE hold (
    operation      INTEGER PRIMARY KEY REFERENCES operation (number) DEFERRABLE INITIALLY DEFERRED,
    item           INTEGER NOT NULL REFERENCES item (id),
    lot            TEXT,
    serial         TEXT,
    supplier       INTEGER REFERENCES partner (id),
    received_from  INTEGER,
    received_until INTEGER
) STRICT;
CREATE INDEX hold_item ON hold (item);

-- Whether a hold is on: the row of the latest operation counts; without one it is.
CREATE TABLE hold_state (
    hold      INTEGER NOT NULL REFERENCES hold (operation) DEFERRABLE INITIALLY DEFERRED,
    operation INTEGER NOT NULL REFERENCES operation (number) DEFERRABLE INITIALLY DEFERRED,
    is_on     INTEGER NOT NULL CHECK (is_on IN (0, 1)),
    PRIMARY KEY (hold, operation)
) STRICT, WITHOUT ROWID;

-- Whose a lot or unit is: the row of the latest operation counts, and ours has no partner. Without one it is ours.
CREATE TABLE ownership (
    operation INTEGER NOT NULL REFERENCES operation (number) DEFERRABLE INITIALLY DEFERRED,
    line      INTEGER NOT NULL CHECK (line > 0),
    item      INTEGER NOT NULL REFERENCES item (id),
    lot       INTEGER REFERENCES lot (id),
    serial    INTEGER REFERENCES serial (id),
    partner   INTEGER REFERENCES partner (id),
    PRIMARY KEY (operation, line),
    CHECK ((lot IS NULL) <> (serial IS NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX ownership_lot ON ownership (lot) WHERE lot IS NOT NULL;
CREATE INDEX ownership_serial ON ownership (serial) WHERE serial IS NOT NULL;
CREATE INDEX ownership_item ON ownership (item);

-- Files by the SHA-256 of their content, which is NULL where it lies in the folder beside the database.
CREATE TABLE file (
    hash      BLOB PRIMARY KEY CHECK (length(hash) = 32),
    size      INTEGER NOT NULL CHECK (size >= 0),
    content   BLOB,
    operation INTEGER NOT NULL REFERENCES operation (number) DEFERRABLE INITIALLY DEFERRED
) STRICT;

-- What a file was attached to, one for each operation.
CREATE TABLE attachment (
    operation INTEGER PRIMARY KEY REFERENCES operation (number) DEFERRABLE INITIALLY DEFERRED,
    kind      TEXT NOT NULL,
    name      TEXT NOT NULL,
    hash      BLOB NOT NULL REFERENCES file (hash) DEFERRABLE INITIALLY DEFERRED,
    item      INTEGER REFERENCES item (id),
    lot       INTEGER REFERENCES lot (id),
    serial    INTEGER REFERENCES serial (id),
    order_id  INTEGER REFERENCES trade_order (id)
) STRICT;
CREATE INDEX attachment_lot ON attachment (lot) WHERE lot IS NOT NULL;
CREATE INDEX attachment_serial ON attachment (serial) WHERE serial IS NOT NULL;
CREATE INDEX attachment_order ON attachment (order_id) WHERE order_id IS NOT NULL;
