-- From schema 3 to 4: nobody adds to the past, in no table; and settings may be longer than an index takes. The grants of
-- stations stay as they are.
SELECT set_config('search_path', quote_ident(current_schema()) || ', pg_temp', true);

DROP INDEX setting_value;
CREATE INDEX setting_value ON setting (name, value) WHERE octet_length(value) <= 2000;

-- What a row of the record hangs on is made in the same transaction, so that nobody adds to the past, not even a station with
-- other programs than this one. A row with an operation needs that operation; an order's line and claim need the order; a code
-- needs its item or place; what is left (lots, serials, balances, positions, numbers) needs that any operation is made.
-- Triggers that look for it before it can be there are deferred to the commit. None of them looks into an index where other
-- stations write at the same time, but for those that the transaction reads anyway: that would be a conflict of each with each.

-- The operation that this transaction has made. Its number is remembered for the transaction; as anybody may set such a value,
-- the row itself is looked at.
CREATE FUNCTION remember_operation() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    PERFORM set_config('scantrail.operation', CAST(NEW.number AS text), true);
    RETURN NULL;
END $$;
CREATE TRIGGER operation_remembered AFTER INSERT ON operation FOR EACH ROW EXECUTE FUNCTION remember_operation();

CREATE FUNCTION operation_made() RETURNS BIGINT LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
DECLARE
    made BIGINT := nullif(current_setting('scantrail.operation', true), '');
BEGIN
    IF NOT EXISTS (SELECT 1 FROM operation WHERE number = made AND xmin = CAST(pg_current_xact_id() AS xid)) THEN
        RAISE EXCEPTION 'scantrail: nothing changes without an operation' USING ERRCODE = 'ST001';
    END IF;
    RETURN made;
END $$;

CREATE FUNCTION check_made() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    PERFORM operation_made();
    RETURN NULL;
END $$;

-- A new operation has the number that was drawn for it, and none that was left out in the past. Only the owner may copy a
-- ledger in. A dry run, which is taken back, draws none: hence at the commit.
CREATE FUNCTION check_number() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF NOT pg_has_role((SELECT relowner FROM pg_class WHERE oid = TG_RELID), 'USAGE')
       AND NEW.number <> currval('operation_number_seq') THEN
        RAISE EXCEPTION 'scantrail: an operation has the number that was drawn for it' USING ERRCODE = 'ST001';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER operation_drawn AFTER INSERT ON operation DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION check_number();

DO $$
DECLARE
    one TEXT;
BEGIN
    FOREACH one IN ARRAY ARRAY['place', 'partner', 'item', 'setting', 'pack', 'supplier_code', 'trade_order', 'lot_name',
                               'supplier_lot', 'hold', 'hold_state', 'ownership', 'file', 'attachment'] LOOP
        EXECUTE format('CREATE CONSTRAINT TRIGGER %I AFTER INSERT ON %I DEFERRABLE INITIALLY DEFERRED
                        FOR EACH ROW EXECUTE FUNCTION check_operation()', one || '_operation', one);
    END LOOP;
END $$;

CREATE FUNCTION check_order() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM trade_order WHERE id = NEW.order_id AND xmin = CAST(pg_current_xact_id() AS xid)) THEN
        RAISE EXCEPTION 'scantrail: nothing is added to an old order' USING ERRCODE = 'ST001';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER order_line_made AFTER INSERT ON order_line FOR EACH ROW EXECUTE FUNCTION check_order();
CREATE TRIGGER claim_made AFTER INSERT ON claim FOR EACH ROW EXECUTE FUNCTION check_order();

-- An item that is made or changed in this transaction is a row of this transaction.
CREATE FUNCTION check_code() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM item WHERE id = NEW.item AND xmin = CAST(pg_current_xact_id() AS xid))
       AND NOT EXISTS (SELECT 1 FROM place WHERE id = NEW.place AND xmin = CAST(pg_current_xact_id() AS xid)) THEN
        RAISE EXCEPTION 'scantrail: a code comes with a change of its item or place' USING ERRCODE = 'ST001';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER code_made AFTER INSERT ON code DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION check_code();

-- A unit as it is compared: `sqft`, `sq ft` and `ft2` are `ft²`.
CREATE FUNCTION plain_unit(unit TEXT) RETURNS TEXT LANGUAGE sql IMMUTABLE SET search_path FROM CURRENT AS $$
    SELECT regexp_replace(regexp_replace(translate(lower(trim(unit)), '²³^', '23'), '^sq[. ]*(.*)$', '\12'),
                          '^cu[. ]*(.*)$', '\13')
$$;

-- How the stock of an item is counted stays as it is once there is some, or an order for it.
CREATE FUNCTION check_counting() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    was_measured BOOLEAN := coalesce(CAST(CAST(OLD.rules AS jsonb) ->> 'is_measured' AS boolean), false);
    is_measured BOOLEAN := coalesce(CAST(CAST(NEW.rules AS jsonb) ->> 'is_measured' AS boolean), false);
BEGIN
    IF (OLD.tracking <> NEW.tracking OR OLD.scale <> NEW.scale OR was_measured <> is_measured
        OR (is_measured OR NEW.scale > 0) AND plain_unit(OLD.unit) <> plain_unit(NEW.unit))
       AND (EXISTS (SELECT 1 FROM balance WHERE item = NEW.id) OR EXISTS (SELECT 1 FROM order_line WHERE item = NEW.id)) THEN
        RAISE EXCEPTION 'scantrail: an item in use is counted as it is' USING ERRCODE = 'ST001';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER item_counting AFTER UPDATE ON item FOR EACH ROW EXECUTE FUNCTION check_counting();

-- An item becomes what the operation that changes it says.
CREATE FUNCTION check_item() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    said JSONB := (SELECT CAST(detail AS jsonb) FROM operation WHERE number = operation_made() AND kind = 'item-set');
BEGIN
    IF said ->> 'item' IS DISTINCT FROM NEW.sku
       OR said -> 'after' IS DISTINCT FROM jsonb_build_object('name', NEW.name, 'track', NEW.tracking, 'unit', NEW.unit,
                                                              'scale', NEW.scale, 'rules', CAST(NEW.rules AS jsonb)) THEN
        RAISE EXCEPTION 'scantrail: an item becomes what its operation says' USING ERRCODE = 'ST001';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER item_said AFTER UPDATE ON item DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION check_item();

CREATE CONSTRAINT TRIGGER lot_made AFTER INSERT ON lot DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION check_made();

-- Of the serials of a statement, which may be 100,000, one waits for the commit: the one whose row was drawn last. Without it
-- in the statement the operation must be there already.
CREATE OR REPLACE FUNCTION check_serials() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM (SELECT DISTINCT item FROM added) one WHERE NOT EXISTS (SELECT 1 FROM item WHERE id = one.item)
    ) THEN
        RAISE EXCEPTION 'scantrail: a serial refers to an item that is not there' USING ERRCODE = 'ST001';
    END IF;
    IF (SELECT max(id) FROM added) <> currval('serial_id_seq') THEN
        PERFORM operation_made();
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER serial_made AFTER INSERT ON serial DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.id = currval('serial_id_seq')) EXECUTE FUNCTION check_made();

-- The caches change with an operation; that each is the sum of its movements, and no other, is not looked at here.
CREATE TRIGGER balance_added AFTER INSERT ON balance FOR EACH STATEMENT EXECUTE FUNCTION check_made();
CREATE TRIGGER balance_moved AFTER UPDATE ON balance FOR EACH ROW
    WHEN (OLD.quantity <> NEW.quantity) EXECUTE FUNCTION check_made();
CREATE FUNCTION check_dates() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    said lot_dates%ROWTYPE;
BEGIN
    SELECT * INTO said FROM lot_dates WHERE lot = NEW.lot ORDER BY operation DESC LIMIT 1;
    IF (NEW.expires, NEW.first_out)
       IS DISTINCT FROM (coalesce(said.expires, '9999-99-99'), coalesce(said.expires, said.best_before, '9999-99-99')) THEN
        RAISE EXCEPTION 'scantrail: the dates of a balance are those of its lot' USING ERRCODE = 'ST001';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER balance_dated AFTER UPDATE ON balance FOR EACH ROW
    WHEN (OLD.expires <> NEW.expires OR OLD.first_out <> NEW.first_out) EXECUTE FUNCTION check_dates();

CREATE TRIGGER position_added AFTER INSERT ON position FOR EACH STATEMENT EXECUTE FUNCTION check_made();
-- A serial stands where a movement of this transaction has put it.
CREATE FUNCTION check_positions() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM changed one WHERE NOT EXISTS (
            SELECT 1 FROM movement last
            WHERE last.serial = one.serial AND last.hop = one.hop AND last.item = one.item AND coalesce(last.lot, 0) = one.lot
            AND last.to_place = one.place AND last.to_claim = one.claim AND last.quantity = one.quantity
            AND last.xmin = CAST(pg_current_xact_id() AS xid))
    ) THEN
        RAISE EXCEPTION 'scantrail: a serial stands where its last movement went' USING ERRCODE = 'ST001';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER position_moved AFTER UPDATE ON position REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION check_positions();

-- Numbers that were handed out are not handed out again.
CREATE FUNCTION check_sequence() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF NEW.last < OLD.last THEN
        RAISE EXCEPTION 'scantrail: numbers are handed out once' USING ERRCODE = 'ST001';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER sequence_counts_up AFTER UPDATE ON sequence FOR EACH ROW EXECUTE FUNCTION check_sequence();
CREATE CONSTRAINT TRIGGER sequence_made AFTER INSERT OR UPDATE ON sequence DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION check_made();

-- They fire for every role, too.
DO $$
DECLARE
    one RECORD;
BEGIN
    FOR one IN SELECT tgrelid::regclass AS name, tgname FROM pg_trigger
               WHERE NOT tgisinternal AND tgenabled <> 'A' AND tgrelid IN (
                   SELECT oid FROM pg_class WHERE relnamespace = CAST(current_schema() AS regnamespace)
                   AND relname IN ('operation', 'place', 'partner', 'item', 'code', 'setting', 'pack', 'supplier_code',
                       'trade_order', 'order_line', 'claim', 'lot', 'lot_name', 'supplier_lot', 'serial', 'hold', 'hold_state',
                       'ownership', 'file', 'attachment', 'balance', 'position', 'sequence')) LOOP
        EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER %I', one.name, one.tgname);
    END LOOP;
END $$;
