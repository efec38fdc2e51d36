-- From schema 1 to 2: the scans of a batch are kept as they arrived.
CREATE TABLE scans (
    operation INTEGER PRIMARY KEY REFERENCES operation (number),
    stream    BLOB NOT NULL
) STRICT;
