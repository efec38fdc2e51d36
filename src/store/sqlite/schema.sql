-- The ledger in SQLite. `operation` and `movement` are the record; `balance` and `position` are caches that are written
-- in the same transaction and can be computed again. Times are seconds since 1970 with the offset of the place beside
-- them; quantities are counts of the item's smallest unit.

CREATE TABLE operation (
    number           INTEGER PRIMARY KEY,
    op_id            TEXT NOT NULL UNIQUE,
    content          BLOB NOT NULL CHECK (length(content) = 32),
    kind             TEXT NOT NULL,
    at               INTEGER NOT NULL,
    at_offset        INTEGER NOT NULL,
    recorded_at      INTEGER NOT NULL,
    recorded_offset  INTEGER NOT NULL,
    operator         TEXT NOT NULL,
    station          TEXT NOT NULL,
    order_id         INTEGER REFERENCES trade_order (id),
    partner          INTEGER REFERENCES partner (id),
    invoice          TEXT,
    note             TEXT,
    reason           TEXT,
    fields           TEXT NOT NULL,
    detail           TEXT,
    reverses         INTEGER REFERENCES operation (number),
    root             INTEGER NOT NULL,
    sign             INTEGER NOT NULL CHECK (sign IN (1, -1)),
    station_sequence INTEGER NOT NULL CHECK (station_sequence > 0),
    hash             BLOB NOT NULL CHECK (length(hash) = 32),
    UNIQUE (station, station_sequence)
) STRICT;
CREATE UNIQUE INDEX operation_reverses ON operation (reverses) WHERE reverses IS NOT NULL;
CREATE INDEX operation_order ON operation (order_id) WHERE order_id IS NOT NULL;
CREATE INDEX operation_at ON operation (at);

-- The scans of a batch as they arrived, before anything was made of them: bytes, with a line feed between two.
CREATE TABLE scans (
    operation INTEGER PRIMARY KEY REFERENCES operation (number),
    stream    BLOB NOT NULL
) STRICT;

CREATE TABLE place (
    id        INTEGER PRIMARY KEY,
    path      TEXT NOT NULL,
    key       TEXT NOT NULL UNIQUE,
    kind      TEXT NOT NULL CHECK (kind IN
              ('storage', 'staging', 'quarantine', 'transit', 'supplier', 'customer', 'scrap', 'adjust', 'work')),
    operation INTEGER REFERENCES operation (number) DEFERRABLE INITIALLY DEFERRED
) STRICT;
CREATE INDEX place_kind ON place (kind);

CREATE TABLE partner (
    id        INTEGER PRIMARY KEY,
    kind      TEXT NOT NULL CHECK (kind IN ('supplier', 'customer')),
    code      TEXT NOT NULL,
    key       TEXT NOT NULL,
    name      TEXT NOT NULL,
    place     INTEGER NOT NULL UNIQUE REFERENCES place (id),
    operation INTEGER NOT NULL REFERENCES operation (number) DEFERRABLE INITIALLY DEFERRED,
    UNIQUE (kind, key)
) STRICT;

-- The attributes of an item may change (`item set`), its identity may not; every change is an operation. The last column
-- stands as ALTER TABLE leaves it, so that a ledger that was brought up to date is like a new one to the letter.
CREATE TABLE item (
    id        INTEGER PRIMARY KEY,
    sku       TEXT NOT NULL,
    key       TEXT NOT NULL UNIQUE,
    name      TEXT NOT NULL,
    tracking  TEXT NOT NULL CHECK (tracking IN ('none', 'lot', 'serial', 'lot+serial')),
    unit      TEXT NOT NULL,
    scale     INTEGER NOT NULL CHECK (scale BETWEEN 0 AND 6),
    operation INTEGER NOT NULL REFERENCES operation (number) DEFERRABLE INITIALLY DEFERRED, rules TEXT NOT NULL DEFAULT '{}') STRICT;

-- One namespace: SKUs, barcodes, GTINs and place codes.
CREATE TABLE code (
    key   TEXT PRIMARY KEY,
    text  TEXT NOT NULL,
    kind  TEXT NOT NULL CHECK (kind IN ('sku', 'barcode', 'gtin', 'place')),
    item  INTEGER REFERENCES item (id),
    place INTEGER REFERENCES place (id),
    CHECK ((item IS NULL) <> (place IS NULL)),
    CHECK ((kind = 'place') = (place IS NOT NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX code_item ON code (item) WHERE item IS NOT NULL;

-- Numbers that were handed out: the last one of each scope. The one table that counts up in place.
CREATE TABLE sequence (
    scope TEXT PRIMARY KEY,
    last  INTEGER NOT NULL CHECK (last > 0)
) STRICT, WITHOUT ROWID;

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

CREATE TABLE trade_order (
    id        INTEGER PRIMARY KEY,
    code      TEXT NOT NULL,
    key       TEXT NOT NULL UNIQUE,
    kind      TEXT NOT NULL CHECK (kind IN ('purchase', 'sales', 'work', 'return')),
    partner   INTEGER REFERENCES partner (id),
    operation INTEGER NOT NULL REFERENCES operation (number) DEFERRABLE INITIALLY DEFERRED
) STRICT;

CREATE TABLE order_line (
    order_id INTEGER NOT NULL REFERENCES trade_order (id),
    line     INTEGER NOT NULL CHECK (line > 0),
    item     INTEGER NOT NULL REFERENCES item (id),
    quantity INTEGER NOT NULL CHECK (quantity > 0),
    PRIMARY KEY (order_id, line)
) STRICT, WITHOUT ROWID;

-- What stock can be set aside for: nobody (row 0), or a sales order, allocated or picked.
CREATE TABLE claim (
    id       INTEGER PRIMARY KEY,
    order_id INTEGER REFERENCES trade_order (id),
    stage    TEXT NOT NULL CHECK (stage IN ('free', 'allocated', 'picked')),
    CHECK ((order_id IS NULL) = (stage = 'free')),
    UNIQUE (order_id, stage)
) STRICT;

CREATE TABLE lot (
    id   INTEGER PRIMARY KEY,
    item INTEGER NOT NULL REFERENCES item (id),
    code TEXT NOT NULL,
    UNIQUE (code, item)
) STRICT;

-- The dates of a lot: what an operation said itself, and what was known after it. The row of the latest operation holds.
CREATE TABLE lot_dates (
    lot              INTEGER NOT NULL REFERENCES lot (id),
    operation        INTEGER NOT NULL REFERENCES operation (number) DEFERRABLE INITIALLY DEFERRED,
    expires          TEXT,
    best_before      TEXT,
    made             TEXT,
    said_expires     TEXT,
    said_best_before TEXT,
    said_made        TEXT,
    PRIMARY KEY (lot, operation)
) STRICT, WITHOUT ROWID;
CREATE INDEX lot_dates_operation ON lot_dates (operation);

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

CREATE TABLE serial (
    id   INTEGER PRIMARY KEY,
    item INTEGER NOT NULL REFERENCES item (id),
    code TEXT NOT NULL,
    UNIQUE (code, item)
) STRICT;

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

CREATE TABLE movement (
    operation  INTEGER NOT NULL REFERENCES operation (number) DEFERRABLE INITIALLY DEFERRED,
    line       INTEGER NOT NULL CHECK (line > 0),
    item       INTEGER NOT NULL REFERENCES item (id),
    lot        INTEGER REFERENCES lot (id),
    serial     INTEGER REFERENCES serial (id),
    hop        INTEGER CHECK (hop > 0),
    quantity   INTEGER NOT NULL CHECK (quantity > 0),
    from_place INTEGER NOT NULL REFERENCES place (id),
    from_claim INTEGER NOT NULL REFERENCES claim (id),
    to_place   INTEGER NOT NULL REFERENCES place (id),
    to_claim   INTEGER NOT NULL REFERENCES claim (id),
    PRIMARY KEY (operation, line),
    CHECK ((serial IS NULL) = (hop IS NULL)),
    CHECK (from_place <> to_place OR from_claim <> to_claim)
) STRICT, WITHOUT ROWID;
-- A serial has one row per hop: it cannot be in two places.
CREATE UNIQUE INDEX movement_serial ON movement (serial, hop) WHERE serial IS NOT NULL;
CREATE INDEX movement_lot ON movement (lot) WHERE lot IS NOT NULL;
CREATE INDEX movement_from_claim ON movement (from_claim) WHERE from_claim > 0;
CREATE INDEX movement_to_claim ON movement (to_claim) WHERE to_claim > 0;

-- How much of an item (lot 0: not tracked by lot) is on a spot. `bounded` is 1 where it may not go below zero.
-- `expires` and `first_out` are the dates of the lot that decide whether and in which order it is set aside, as they are
-- known now; a lot without one comes after all others. They are kept here so that the order is the one of an index.
CREATE TABLE balance (
    item     INTEGER NOT NULL,
    lot      INTEGER NOT NULL,
    place    INTEGER NOT NULL,
    claim    INTEGER NOT NULL,
    quantity INTEGER NOT NULL,
    bounded  INTEGER NOT NULL CHECK (bounded IN (0, 1)), expires TEXT NOT NULL DEFAULT '9999-99-99', first_out TEXT NOT NULL DEFAULT '9999-99-99',
    PRIMARY KEY (item, lot, place, claim),
    CONSTRAINT balance_not_below_zero CHECK (bounded = 0 OR quantity >= 0)
) STRICT, WITHOUT ROWID;
CREATE INDEX balance_stock ON balance (item, claim, lot, place) WHERE quantity > 0;
CREATE INDEX balance_first_out ON balance (item, claim, first_out, lot, place) WHERE quantity > 0;
CREATE INDEX balance_place ON balance (place, item, claim, first_out, lot) WHERE quantity > 0;
CREATE INDEX balance_claim ON balance (claim, item) WHERE quantity > 0 AND claim > 0;

-- Where each serial stands, and how much it is: its last hop. The last column stands as ALTER TABLE leaves it.
CREATE TABLE position (
    serial INTEGER PRIMARY KEY,
    item   INTEGER NOT NULL,
    lot    INTEGER NOT NULL,
    place  INTEGER NOT NULL,
    claim  INTEGER NOT NULL,
    hop    INTEGER NOT NULL, quantity INTEGER NOT NULL DEFAULT 1) STRICT;
CREATE INDEX position_spot ON position (item, lot, place, claim);

-- Every hop leaves where the last one arrived.
CREATE TRIGGER movement_hop BEFORE INSERT ON movement WHEN NEW.serial IS NOT NULL AND NOT (
    CASE NEW.hop
        WHEN 1 THEN EXISTS (SELECT 1 FROM place WHERE id = NEW.from_place
                            AND (kind = 'supplier' OR kind = 'adjust' OR kind = 'work'))
        ELSE EXISTS (SELECT 1 FROM movement WHERE serial = NEW.serial AND hop = NEW.hop - 1
                     AND to_place = NEW.from_place AND to_claim = NEW.from_claim)
    END
) BEGIN SELECT RAISE(ABORT, 'scantrail: a hop must leave where the last one arrived'); END;

INSERT INTO claim (id, order_id, stage) VALUES (0, NULL, 'free');
INSERT INTO place (path, key, kind) VALUES ('@scrap', '@SCRAP', 'scrap'), ('@adjust', '@ADJUST', 'adjust');
