-- From schema 1 to 2: the scans of a batch are kept as they arrived. A station that was granted the rest is granted this.
CREATE TABLE scans (
    operation BIGINT PRIMARY KEY REFERENCES operation (number),
    stream    BYTEA NOT NULL
);
CREATE OR REPLACE FUNCTION check_operation() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM operation WHERE number = NEW.operation AND xmin = CAST(pg_current_xact_id() AS xid)) THEN
        RAISE EXCEPTION 'scantrail: nothing is added to an old operation' USING ERRCODE = 'ST001';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER scans_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON scans EXECUTE FUNCTION refuse_change();
CREATE CONSTRAINT TRIGGER scans_operation AFTER INSERT ON scans DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION check_operation();
ALTER TABLE scans ENABLE ALWAYS TRIGGER scans_no_change;
ALTER TABLE scans ENABLE ALWAYS TRIGGER scans_operation;
DO $$
BEGIN
    IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'scantrail_station') THEN
        GRANT SELECT, INSERT ON scans TO scantrail_station;
    END IF;
END $$;
