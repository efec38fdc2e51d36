CREATE ROLE scantrail_station NOLOGIN;
GRANT UPDATE ON writers TO scantrail_station;
GRANT SELECT ON ledger_schema TO scantrail_station;
GRANT SELECT, INSERT ON operation, scans, movement, lot, lot_dates, serial TO scantrail_station;
GRANT SELECT, INSERT ON place, partner, item, code, trade_order, order_line, claim, balance, position TO scantrail_station;
GRANT UPDATE (name, tracking, unit, scale) ON item TO scantrail_station;
GRANT UPDATE (quantity) ON balance TO scantrail_station;
GRANT UPDATE (item, lot, place, claim, hop) ON position TO scantrail_station;
GRANT USAGE ON SEQUENCE operation_number_seq, serial_id_seq TO scantrail_station;
