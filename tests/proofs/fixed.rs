//! What must never change, whoever asks the database for it.

/// The tables whose rows never change, with their key and a column that is not part of one.
pub const FIXED: [(&str, &str, &str); 23] = [
    ("operation", "number", "note"),
    ("scans", "operation", "stream"),
    ("movement", "operation, line", "quantity"),
    ("lot", "id", "code"),
    ("lot_dates", "lot, operation", "expires"),
    ("serial", "id", "code"),
    ("order_line", "order_id, line", "quantity"),
    ("trade_order", "id", "code"),
    ("claim", "id", "stage"),
    ("place", "id", "path"),
    ("partner", "id", "name"),
    ("code", "key", "text"),
    ("setting", "subject, name, operation", "value"),
    ("pack", "key", "quantity"),
    ("supplier_code", "partner, key", "text"),
    ("hold", "operation", "lot"),
    ("hold_state", "hold, operation", "is_on"),
    ("lot_name", "lot, operation", "code"),
    ("supplier_lot", "lot, partner, operation", "code"),
    ("item", "id", "sku"),
    ("ownership", "operation, line", "partner"),
    ("file", "hash", "size"),
    ("attachment", "operation", "name"),
];
