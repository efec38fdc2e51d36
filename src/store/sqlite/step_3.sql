-- From schema 2 to 3: rules of items, of the house and of partners; packs and the codes of suppliers.
ALTER TABLE item ADD COLUMN rules TEXT NOT NULL DEFAULT '{}';

-- Rules that are set: of the house (no subject), of a partner, of a site. The row of the latest operation holds.
CREATE TABLE setting (
    subject   TEXT NOT NULL,
    name      TEXT NOT NULL,
    operation INTEGER NOT NULL REFERENCES operation (number) DEFERRABLE INITIALLY DEFERRED,
    value     TEXT NOT NULL,
    PRIMARY KEY (subject, name, operation)
) STRICT, WITHOUT ROWID;

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
