//! What users asked for, one story for each need: the commands, the scans and the answers, to be read like a manual.

use expect_test::expect;

use crate::world::World;

/// L1: "lot", "batch" and "code number" mean one thing, in commands and in imports.
#[test]
fn l1_lot_batch_and_code_number_mean_one_thing() {
    let world = World::shop();
    world.write(
        "paints.csv",
        "sku,name,track,unit\nWHITE,White paint,lot,can\nRED,Red paint,batch,can\nBLUE,Blue paint,code number,can\n",
    );
    expect![[r#"
        $ scantrail import items paints.csv
        Operation 5 (import) is recorded.
        Imported items: 3 rows
        exit 0

        $ scantrail receive --from ACME --to WH1/A-01 --lot W-17
        < WHITE\x0A12\x0A
        Operation 6 (receive) is recorded.
        QUANTITY  ITEM   LOT   FROM            TO
          12 can  WHITE  W-17  @supplier/ACME  WH1/A-01
        exit 0

        $ scantrail receive --from ACME --to WH1/A-01 --batch R-4
        < RED\x0A6\x0A
        Operation 7 (receive) is recorded.
        QUANTITY  ITEM  LOT  FROM            TO
           6 can  RED   R-4  @supplier/ACME  WH1/A-01
        exit 0

        $ scantrail receive --from ACME --to WH1/A-01
        < BLUE\x0A3\x0AB-9\x0A
        Operation 8 (receive) is recorded.
        QUANTITY  ITEM  LOT  FROM            TO
           3 can  BLUE  B-9  @supplier/ACME  WH1/A-01
        exit 0

        $ scantrail sell --to BOB --code-number R-4
        < RED\x0A2\x0A
        Operation 9 (sell) is recorded.
        QUANTITY  ITEM  LOT  FROM      TO
           2 can  RED   R-4  WH1/A-01  @customer/BOB
        exit 0

        $ scantrail batch list
        ITEM   LOT   IN STOCK
        WHITE  W-17    12 can
        RED    R-4      4 can
        BLUE   B-9      3 can
        exit 0

        $ scantrail stock --batch R-4
        ITEM  LOCATION  LOT  QUANTITY  UNIT
        RED   WH1/A-01  R-4         4  can
        exit 0

        $ scantrail trace B-9
        lot B-9 of BLUE

        Now
        ITEM  LOT  WHERE     QUANTITY  STATE
        BLUE  B-9  WH1/A-01         3  free

        History
        OPERATION  WHEN              WHAT     ITEM  LOT  QUANTITY  FROM            TO        PARTNER
                8  2026-11-23 10:00  receive  BLUE  B-9         3  @supplier/ACME  WH1/A-01  ACME
        exit 0

    "#]]
    .assert_eq(&world.transcript(&[
        ("import items paints.csv", ""),
        ("receive --from ACME --to WH1/A-01 --lot W-17", "WHITE\n12\n"),
        ("receive --from ACME --to WH1/A-01 --batch R-4", "RED\n6\n"),
        ("receive --from ACME --to WH1/A-01", "BLUE\n3\nB-9\n"),
        ("sell --to BOB --code-number R-4", "RED\n2\n"),
        ("batch list", ""),
        ("stock --batch R-4", ""),
        ("trace B-9", ""),
    ]));
}

/// L2: a lot is a record of its own from the first day, never a place inside of a place.
#[test]
fn l2_a_lot_is_a_record_of_its_own() {
    let world = World::shop();
    expect![[r#"
        $ scantrail receive --from ACME --to WH1/A-01 --lot B7 --expires 2026-12-24 --made 2026-11-20 --supplier-lot 4711
        < MILK-1L\x0A10\x0A
        Operation 5 (receive) is recorded.
        QUANTITY  ITEM     LOT  FROM            TO
         10 each  MILK-1L  B7   @supplier/ACME  WH1/A-01
        exit 0

        $ scantrail lot show B7
        ITEM     LOT  EXPIRES     MADE        IN STOCK  ALSO CALLED
        MILK-1L  B7   2026-12-24  2026-11-20   10 each  ACME:4711

        WHERE     QUANTITY
        WH1/A-01        10
        exit 0

        $ scantrail transfer --to WH1/A-02
        < MILK-1L\x0A4\x0AB7\x0A
        Operation 6 (transfer) is recorded.
        QUANTITY  ITEM     LOT  FROM      TO
          4 each  MILK-1L  B7   WH1/A-01  WH1/A-02
        ! warning [lot-split] lot B7 of MILK-1L lies in more than one place now: WH1/A-01, WH1/A-02
        exit 0

        $ scantrail sell --to BOB --from WH1/A-02
        < MILK-1L\x0A4\x0AB7\x0A
        Operation 7 (sell) is recorded.
        QUANTITY  ITEM     LOT  FROM      TO
          4 each  MILK-1L  B7   WH1/A-02  @customer/BOB
        exit 0

        $ scantrail lot show B7
        ITEM     LOT  EXPIRES     MADE        IN STOCK  ALSO CALLED
        MILK-1L  B7   2026-12-24  2026-11-20    6 each  ACME:4711

        WHERE          QUANTITY
        WH1/A-01              6
        @customer/BOB         4
        exit 0

        $ scantrail lot set B7 --item MILK-1L --code B-7 --reason 'the label has a dash'
        Operation 8 (lot-set) is recorded.
        exit 0

        $ scantrail trace B-7
        lot B-7 of MILK-1L

        Now
        ITEM     LOT  WHERE          QUANTITY  STATE
        MILK-1L  B-7  WH1/A-01              6  free
        MILK-1L  B-7  @customer/BOB         4  sold

        History
        OPERATION  WHEN              WHAT      ITEM     LOT  QUANTITY  FROM            TO             PARTNER
                5  2026-11-23 10:00  receive   MILK-1L  B-7        10  @supplier/ACME  WH1/A-01       ACME
                6  2026-11-23 10:00  transfer  MILK-1L  B-7         4  WH1/A-01        WH1/A-02
                7  2026-11-23 10:00  sell      MILK-1L  B-7         4  WH1/A-02        @customer/BOB  BOB
        exit 0

        $ scantrail location list
        LOCATION     KIND
        VAN-1        transit
        WH1/A-01     storage
        WH1/A-02     storage
        WH1/QUAR     quarantine
        WH1/STAGING  staging
        exit 0

    "#]].assert_eq(&world.transcript(&[
        (
            "receive --from ACME --to WH1/A-01 --lot B7 --expires 2026-12-24 --made 2026-11-20 --supplier-lot 4711",
            "MILK-1L\n10\n",
        ),
        ("lot show B7", ""),
        ("transfer --to WH1/A-02", "MILK-1L\n4\nB7\n"),
        ("sell --to BOB --from WH1/A-02", "MILK-1L\n4\nB7\n"),
        ("lot show B7", ""),
        ("lot set B7 --item MILK-1L --code B-7 --reason 'the label has a dash'", ""),
        ("trace B-7", ""),
        ("location list", ""),
    ]));
}

/// L3: the purchase order says how many of which lot came, several lots on one line.
#[test]
fn l3_a_purchase_order_records_its_lots() {
    let world = World::shop();
    expect![[r#"
        $ scantrail order show PO-1001
        PO-1001 is a purchase order with ACME
        ITEM       ORDERED
        LAPTOP-15        3
        MILK-1L         24
        PUMP             2
        exit 0

        $ scantrail receive --po PO-1001 --to WH1/A-01 --invoice R-881
        < MILK-1L\x0A10\x0AB7\x0AMILK-1L\x0A8\x0AB8\x0A
        Operation 5 (receive) is recorded.
        QUANTITY  ITEM     LOT  FROM            TO
         10 each  MILK-1L  B7   @supplier/ACME  WH1/A-01
          8 each  MILK-1L  B8   @supplier/ACME  WH1/A-01
        exit 0

        $ scantrail order show PO-1001
        PO-1001 is a purchase order with ACME
        ITEM       ORDERED  RECEIVED  LOTS
        LAPTOP-15        3
        MILK-1L         24        18  B7 B8
        PUMP             2
        exit 0

        $ scantrail receive --po PO-1001 --to WH1/A-01
        < MILK-1L\x0A7\x0AB9\x0A
        ! refused [over-ordered] line 2, scan 7: order PO-1001 asks for 24 of MILK-1L, 18 are received and 0 stand in this batch: 7 more are too many (1 scan after it was passed over)
        !   hint: count again, or receive the surplus with --allow-over
        exit 3

        $ scantrail receive --po PO-1001 --to WH1/A-01
        < MILK-1L\x0A6\x0AB9\x0A
        Operation 6 (receive) is recorded.
        QUANTITY  ITEM     LOT  FROM            TO
          6 each  MILK-1L  B9   @supplier/ACME  WH1/A-01
        exit 0

        $ scantrail order show PO-1001
        PO-1001 is a purchase order with ACME
        ITEM       ORDERED  RECEIVED  LOTS
        LAPTOP-15        3
        MILK-1L         24        24  B7 B8 B9
        PUMP             2
        exit 0

        $ scantrail trace B8
        lot B8 of MILK-1L

        Now
        ITEM     LOT  WHERE     QUANTITY  STATE
        MILK-1L  B8   WH1/A-01         8  free

        History
        OPERATION  WHEN              WHAT     ITEM     LOT  QUANTITY  FROM            TO        DOCUMENT       PARTNER
                5  2026-11-23 10:00  receive  MILK-1L  B8          8  @supplier/ACME  WH1/A-01  PO-1001 R-881  ACME
        exit 0

    "#]].assert_eq(&world.transcript(&[
        ("order show PO-1001", ""),
        ("receive --po PO-1001 --to WH1/A-01 --invoice R-881", "MILK-1L\n10\nB7\nMILK-1L\n8\nB8\n"),
        ("order show PO-1001", ""),
        ("receive --po PO-1001 --to WH1/A-01", "MILK-1L\n7\nB9\n"),
        ("receive --po PO-1001 --to WH1/A-01", "MILK-1L\n6\nB9\n"),
        ("order show PO-1001", ""),
        ("trace B8", ""),
    ]));
}

/// L4: all of a lot is kept in one place if possible.
#[test]
fn l4_a_lot_is_kept_in_one_place() {
    let world = World::shop();
    expect![[r#"
        $ scantrail receive --from ACME --to WH1/A-01
        < MILK-1L\x0A10\x0AB7\x0A
        Operation 5 (receive) is recorded.
        QUANTITY  ITEM     LOT  FROM            TO
         10 each  MILK-1L  B7   @supplier/ACME  WH1/A-01
        exit 0

        $ scantrail receive --from ACME --to WH1/STAGING
        < MILK-1L\x0A5\x0AB7\x0A
        Operation 6 (receive) is recorded.
        QUANTITY  ITEM     LOT  FROM            TO
          5 each  MILK-1L  B7   @supplier/ACME  WH1/STAGING
        ! put away: lot B7 of MILK-1L is at WH1/A-01 (10)
        exit 0

        $ scantrail transfer --from WH1/STAGING --to WH1/A-02
        < MILK-1L\x0A5\x0AB7\x0A
        Operation 7 (transfer) is recorded.
        QUANTITY  ITEM     LOT  FROM         TO
          5 each  MILK-1L  B7   WH1/STAGING  WH1/A-02
        ! warning [lot-split] lot B7 of MILK-1L lies in more than one place now: WH1/A-01, WH1/A-02
        exit 0

        $ scantrail stock --split-lots
        ITEM     LOCATION  LOT  QUANTITY  UNIT
        MILK-1L  WH1/A-01  B7         10  each
        MILK-1L  WH1/A-02  B7          5  each
        exit 0

        $ scantrail transfer --from WH1/A-02 --to WH1/A-01
        < MILK-1L\x0A5\x0AB7\x0A
        Operation 8 (transfer) is recorded.
        QUANTITY  ITEM     LOT  FROM      TO
          5 each  MILK-1L  B7   WH1/A-02  WH1/A-01
        exit 0

        $ scantrail stock --split-lots
        no lot lies in more than one place
        exit 0

    "#]]
    .assert_eq(&world.transcript(&[
        ("receive --from ACME --to WH1/A-01", "MILK-1L\n10\nB7\n"),
        ("receive --from ACME --to WH1/STAGING", "MILK-1L\n5\nB7\n"),
        ("transfer --from WH1/STAGING --to WH1/A-02", "MILK-1L\n5\nB7\n"),
        ("stock --split-lots", ""),
        ("transfer --from WH1/A-02 --to WH1/A-01", "MILK-1L\n5\nB7\n"),
        ("stock --split-lots", ""),
    ]));
}

/// L5: "Lot 114321", "LOT114321" and "114321" are one lot.
#[test]
fn l5_the_printed_word_may_be_there_or_not() {
    let world = World::shop();
    expect![[r#"
        $ scantrail setting set lot-words 'lot, lot no, batch'
        Operation 5 (setting-set) is recorded.
        exit 0

        $ scantrail receive --from ACME --to WH1/A-01
        < MILK-1L\x0A10\x0ALot 114321\x0A
        Operation 6 (receive) is recorded.
        QUANTITY  ITEM     LOT     FROM            TO
         10 each  MILK-1L  114321  @supplier/ACME  WH1/A-01
        exit 0

        $ scantrail receive --from ACME --to WH1/A-01
        < MILK-1L\x0A5\x0ALOT114321\x0A
        Operation 7 (receive) is recorded.
        QUANTITY  ITEM     LOT     FROM            TO
          5 each  MILK-1L  114321  @supplier/ACME  WH1/A-01
        ! put away: lot 114321 of MILK-1L is at WH1/A-01 (10)
        exit 0

        $ scantrail sell --to BOB
        < MILK-1L\x0A1\x0A114321\x0A
        Operation 8 (sell) is recorded.
        QUANTITY  ITEM     LOT     FROM      TO
          1 each  MILK-1L  114321  WH1/A-01  @customer/BOB
        exit 0

        $ scantrail sell --to BOB --lot 'Lot no. 114321'
        < MILK-1L\x0A1\x0A
        Operation 9 (sell) is recorded.
        QUANTITY  ITEM     LOT     FROM      TO
          1 each  MILK-1L  114321  WH1/A-01  @customer/BOB
        exit 0

        $ scantrail lot list
        ITEM     LOT     IN STOCK
        MILK-1L  114321   13 each
        exit 0

        $ scantrail trace 'batch 114321'
        lot 114321 of MILK-1L

        Now
        ITEM     LOT     WHERE          QUANTITY  STATE
        MILK-1L  114321  WH1/A-01             13  free
        MILK-1L  114321  @customer/BOB         2  sold

        History
        OPERATION  WHEN              WHAT     ITEM     LOT     QUANTITY  FROM            TO             PARTNER
                6  2026-11-23 10:00  receive  MILK-1L  114321        10  @supplier/ACME  WH1/A-01       ACME
                7  2026-11-23 10:00  receive  MILK-1L  114321         5  @supplier/ACME  WH1/A-01       ACME
                8  2026-11-23 10:00  sell     MILK-1L  114321         1  WH1/A-01        @customer/BOB  BOB
                9  2026-11-23 10:00  sell     MILK-1L  114321         1  WH1/A-01        @customer/BOB  BOB
        exit 0

    "#]]
    .assert_eq(&world.transcript(&[
        ("setting set lot-words 'lot, lot no, batch'", ""),
        ("receive --from ACME --to WH1/A-01", "MILK-1L\n10\nLot 114321\n"),
        ("receive --from ACME --to WH1/A-01", "MILK-1L\n5\nLOT114321\n"),
        ("sell --to BOB", "MILK-1L\n1\n114321\n"),
        ("sell --to BOB --lot 'Lot no. 114321'", "MILK-1L\n1\n"),
        ("lot list", ""),
        ("trace 'batch 114321'", ""),
    ]));
}

/// L6: the lots stand on the pick sheet of an order and stay on the order; a return starts from it.
#[test]
fn l6_the_lots_stay_on_the_order_and_a_return_starts_from_it() {
    let world = World::stocked();
    expect![[r#"
        $ scantrail allocate SO-2001 --sheet pick.pdf
        Operation 9 (allocate) is recorded.
        QUANTITY  ITEM       LOT  SERIALS  FROM      TO
          6 each  MILK-1L    B8            WH1/A-01  allocated for SO-2001
          2 each  LAPTOP-15       SN1 SN2  WH1/A-01  allocated for SO-2001
        Wrote pick.pdf
        exit 0

        $ scantrail pick --so SO-2001
        < MILK-1L\x0A6\x0AB8\x0ALAPTOP-15\x0A2\x0ASN1\x0ASN2\x0A
        Operation 10 (pick) is recorded.
        QUANTITY  ITEM       LOT  SERIALS  FROM      TO
          6 each  MILK-1L    B8            WH1/A-01  WH1/STAGING
          2 each  LAPTOP-15       SN1 SN2  WH1/A-01  WH1/STAGING
        exit 0

        $ scantrail sell --so SO-2001 --picked --invoice R-77
        Operation 11 (sell) is recorded.
        QUANTITY  ITEM       LOT  SERIALS  FROM         TO
          6 each  MILK-1L    B8            WH1/STAGING  @customer/BOB
          2 each  LAPTOP-15       SN1 SN2  WH1/STAGING  @customer/BOB
        exit 0

        $ scantrail order show SO-2001
        SO-2001 is a sales order with BOB
        ITEM       ORDERED  PICKED  SHIPPED  LOTS  SERIALS
        LAPTOP-15        2       2        2        SN1 SN2
        MILK-1L          6       6        6  B8
        exit 0

        $ scantrail return --so SO-2001 --to WH1/A-01
        < MILK-1L\x0A1\x0AB7\x0A
        ! refused [not-sold-on-order] line 2, scan 1: order SO-2001 did not sell MILK-1L lot B7, or all of it came back
        !   hint: scantrail order show SO-2001
        exit 3

        $ scantrail return --so SO-2001 --to WH1/A-01
        < MILK-1L\x0A1\x0AB8\x0A1\x0ASN2\x0A
        Operation 12 (return) is recorded.
        QUANTITY  ITEM       LOT  SERIALS  FROM           TO
          1 each  MILK-1L    B8            @customer/BOB  WH1/A-01
          1 each  LAPTOP-15       SN2      @customer/BOB  WH1/A-01
        ! put away: lot B8 of MILK-1L is at WH1/A-01 (4)
        exit 0

        $ scantrail order show SO-2001
        SO-2001 is a sales order with BOB
        ITEM       ORDERED  PICKED  SHIPPED  RETURNED  LOTS  SERIALS
        LAPTOP-15        2       2        2         1        SN1 SN2
        MILK-1L          6       6        6         1  B8
        exit 0

    "#]]
    .assert_eq(&world.transcript(&[
        ("allocate SO-2001 --sheet pick.pdf", ""),
        ("pick --so SO-2001", "MILK-1L\n6\nB8\nLAPTOP-15\n2\nSN1\nSN2\n"),
        ("sell --so SO-2001 --picked --invoice R-77", ""),
        ("order show SO-2001", ""),
        ("return --so SO-2001 --to WH1/A-01", "MILK-1L\n1\nB7\n"),
        ("return --so SO-2001 --to WH1/A-01", "MILK-1L\n1\nB8\n1\nSN2\n"),
        ("order show SO-2001", ""),
    ]));
}

/// L10: two suppliers use the same lot text, each for a lot of its own; ours is kept beside theirs.
#[test]
fn l10_two_suppliers_use_the_same_lot_text() {
    let world = World::shop();
    expect![[r#"
        $ scantrail receive --from ACME --to WH1/A-01 --lot OURS-1 --supplier-lot 114321
        < MILK-1L\x0A10\x0A
        Operation 5 (receive) is recorded.
        QUANTITY  ITEM     LOT     FROM            TO
         10 each  MILK-1L  OURS-1  @supplier/ACME  WH1/A-01
        exit 0

        $ scantrail receive --from ZENITH --to WH1/A-02 --lot OURS-2 --supplier-lot 114321
        < MILK-1L\x0A10\x0A
        Operation 6 (receive) is recorded.
        QUANTITY  ITEM     LOT     FROM              TO
         10 each  MILK-1L  OURS-2  @supplier/ZENITH  WH1/A-02
        exit 0

        $ scantrail receive --from ZENITH --to WH1/A-02
        < MILK-1L\x0A5\x0A114321\x0A
        Operation 7 (receive) is recorded.
        QUANTITY  ITEM     LOT     FROM              TO
          5 each  MILK-1L  OURS-2  @supplier/ZENITH  WH1/A-02
        ! put away: lot OURS-2 of MILK-1L is at WH1/A-02 (10)
        exit 0

        $ scantrail return --to-supplier ACME
        < MILK-1L\x0A1\x0A114321\x0A
        Operation 8 (return) is recorded.
        QUANTITY  ITEM     LOT     FROM      TO
          1 each  MILK-1L  OURS-1  WH1/A-01  @supplier/ACME
        exit 0

        $ scantrail sell --to BOB
        < MILK-1L\x0A1\x0A114321\x0A
        ! refused [unknown-lot] line 3, scan 114321: MILK-1L has no lot 114321
        !   hint: scantrail stock --item MILK-1L
        exit 3

        $ scantrail trace 114321
        ! refused [ambiguous] 114321 is the code of several things:
        !   lot OURS-1 of MILK-1L
        !   lot OURS-2 of MILK-1L
        !   hint: name the item with --item, or the kind with --kind
        exit 3

        $ scantrail lot list
        ITEM     LOT     IN STOCK  ALSO CALLED
        MILK-1L  OURS-1    9 each  ACME:114321
        MILK-1L  OURS-2   15 each  ZENITH:114321
        exit 0

    "#]]
    .assert_eq(&world.transcript(&[
        ("receive --from ACME --to WH1/A-01 --lot OURS-1 --supplier-lot 114321", "MILK-1L\n10\n"),
        ("receive --from ZENITH --to WH1/A-02 --lot OURS-2 --supplier-lot 114321", "MILK-1L\n10\n"),
        ("receive --from ZENITH --to WH1/A-02", "MILK-1L\n5\n114321\n"),
        ("return --to-supplier ACME", "MILK-1L\n1\n114321\n"),
        ("sell --to BOB", "MILK-1L\n1\n114321\n"),
        ("trace 114321", ""),
        ("lot list", ""),
    ]));
}

/// L11: lot numbers by template, with a prefix and a sequence for each site.
#[test]
fn l11_lot_numbers_are_made_by_template() {
    let world = World::shop();
    expect![[r#"
        $ scantrail item set MILK-1L --lot-template 'LTN-{po}-{site}-{seq:3}'
        Operation 5 (item-set) is recorded.
        ! warning [template] - may arrive as other characters where a keyboard layout or Caps Lock differs; A to Z and 0 to 9 never do
        exit 0

        $ scantrail location add EAST/A-01
        Operation 6 (location-add) is recorded.
        exit 0

        $ scantrail location set EAST --prefix E --lot-template '{site}{yyjjj}{seq:2}'
        Operation 7 (location-set) is recorded.
        exit 0

        $ scantrail receive --po PO-1001 --to WH1/A-01 --item MILK-1L --new-lot --labels lot.pdf --stock 5160
        < 6\x0A
        Operation 8 (receive) is recorded.
        QUANTITY  ITEM     LOT                  FROM            TO
          6 each  MILK-1L  LTN-PO-1001-WH1-001  @supplier/ACME  WH1/A-01
        Wrote lot.pdf
        exit 0

        $ scantrail receive --po PO-1001 --to EAST/A-01 --item MILK-1L --new-lot
        < 6\x0A
        Operation 9 (receive) is recorded.
        QUANTITY  ITEM     LOT                FROM            TO
          6 each  MILK-1L  LTN-PO-1001-E-001  @supplier/ACME  EAST/A-01
        exit 0

        $ scantrail receive --po PO-1001 --to WH1/A-01 --item MILK-1L --new-lot
        < 6\x0A
        Operation 10 (receive) is recorded.
        QUANTITY  ITEM     LOT                  FROM            TO
          6 each  MILK-1L  LTN-PO-1001-WH1-002  @supplier/ACME  WH1/A-01
        exit 0

        $ scantrail receive --from ACME --to WH1/A-01 --item MILK-1L --new-lot
        < 6\x0A
        ! refused [not-valid] no lot of MILK-1L can be made: the template needs {po}, and it is not known here; give it with --po
        !   hint: give what the template needs, or change the template: scantrail item set
        exit 3

        $ scantrail receive --from ACME --to EAST/A-01 --item FLOUR --new-lot
        < 25\x0A
        Operation 11 (receive) is recorded.
         QUANTITY  ITEM   LOT       FROM            TO
        25.000 kg  FLOUR  E2632701  @supplier/ACME  EAST/A-01
        exit 0

        $ scantrail receive --from ACME --to EAST/A-01 --item FLOUR --new-lot
        < 12.5\x0A
        Operation 12 (receive) is recorded.
         QUANTITY  ITEM   LOT       FROM            TO
        12.500 kg  FLOUR  E2632702  @supplier/ACME  EAST/A-01
        exit 0

    "#]].assert_eq(&world.transcript(&[
        ("item set MILK-1L --lot-template 'LTN-{po}-{site}-{seq:3}'", ""),
        ("location add EAST/A-01", ""),
        ("location set EAST --prefix E --lot-template '{site}{yyjjj}{seq:2}'", ""),
        ("receive --po PO-1001 --to WH1/A-01 --item MILK-1L --new-lot --labels lot.pdf --stock 5160", "6\n"),
        ("receive --po PO-1001 --to EAST/A-01 --item MILK-1L --new-lot", "6\n"),
        ("receive --po PO-1001 --to WH1/A-01 --item MILK-1L --new-lot", "6\n"),
        ("receive --from ACME --to WH1/A-01 --item MILK-1L --new-lot", "6\n"),
        ("receive --from ACME --to EAST/A-01 --item FLOUR --new-lot", "25\n"),
        ("receive --from ACME --to EAST/A-01 --item FLOUR --new-lot", "12.5\n"),
    ]));
}

/// L12: certificates are kept with their lot, and until one is there the lot does not leave.
#[test]
fn l12_a_lot_waits_for_its_certificate() {
    let world = World::shop();
    world.write("3.1 certificate.pdf", "EN 10204 type 3.1: heat H-4711, 42CrMo4");
    expect![[r#"
        $ scantrail item add ROD-20 --name 'Round bar 20 mm' --track lot --unit m --require-certificate
        Operation 5 (item-add) is recorded.
        exit 0

        $ scantrail receive --from ACME --to WH1/A-01
        < ROD-20\x0A24\x0AH-4711\x0A
        Operation 6 (receive) is recorded.
        QUANTITY  ITEM    LOT     FROM            TO
            24 m  ROD-20  H-4711  @supplier/ACME  WH1/A-01
        ! warning [certificate-missing] lot H-4711 of ROD-20 waits for its certificate, and is not set aside, picked or sold before it is there: scantrail attach lot H-4711 FILE --item ROD-20
        exit 0

        $ scantrail sell --to BOB
        < ROD-20\x0A6\x0AH-4711\x0A
        ! refused [certificate-missing] line 3, scan H-4711: lot H-4711 of ROD-20 waits for its certificate
        !   hint: when it is there: scantrail attach lot H-4711 FILE --item ROD-20
        exit 3

        $ scantrail attach lot H-4711 '3.1 certificate.pdf' --item ROD-20 --kind certificate
        Operation 7 (attach) is recorded.
        certificate 3.1 certificate.pdf is attached to lot H-4711 of ROD-20 (SHA-256 d29dfbdcc6eef78dd84fe156fc9282cc38fbbc95ccb8236fbc461736a049528f)
        exit 0

        $ scantrail attach list
        OPERATION  WHEN        ATTACHED TO           KIND         NAME                 BYTES  SHA-256
                7  2026-11-23  lot H-4711 of ROD-20  certificate  3.1 certificate.pdf     39  d29dfbdcc6ee
        exit 0

        $ scantrail sell --to BOB --certificates papers.zip --invoice R-78
        < ROD-20\x0A6\x0AH-4711\x0A
        Operation 8 (sell) is recorded.
        QUANTITY  ITEM    LOT     FROM      TO
             6 m  ROD-20  H-4711  WH1/A-01  @customer/BOB
        Wrote papers.zip
        exit 0

    "#]].assert_eq(&world.transcript(&[
        ("item add ROD-20 --name 'Round bar 20 mm' --track lot --unit m --require-certificate", ""),
        ("receive --from ACME --to WH1/A-01", "ROD-20\n24\nH-4711\n"),
        ("sell --to BOB", "ROD-20\n6\nH-4711\n"),
        ("attach lot H-4711 '3.1 certificate.pdf' --item ROD-20 --kind certificate", ""),
        ("attach list", ""),
        ("sell --to BOB --certificates papers.zip --invoice R-78", "ROD-20\n6\nH-4711\n"),
    ]));
}

/// L13: first expired, first out, or by another rule; a pick may go out of order, with a reason.
#[test]
fn l13_first_expired_first_out_and_a_pick_out_of_order_says_why() {
    let world = World::shop();
    world.ok("item set MILK-1L --picking fefo", "");
    expect![[r#"
        $ scantrail receive --from ACME --to WH1/A-01 --lot LATE --expires 2026-12-24 --made 2026-11-20
        < MILK-1L\x0A10\x0A
        Operation 6 (receive) is recorded.
        QUANTITY  ITEM     LOT   FROM            TO
         10 each  MILK-1L  LATE  @supplier/ACME  WH1/A-01
        exit 0

        $ scantrail receive --from ACME --to WH1/A-01 --lot SOON --expires 2026-11-30
        < MILK-1L\x0A10\x0A
        Operation 7 (receive) is recorded.
        QUANTITY  ITEM     LOT   FROM            TO
         10 each  MILK-1L  SOON  @supplier/ACME  WH1/A-01
        exit 0

        $ scantrail receive --from ACME --to WH1/A-01 --lot OLD --expires 2026-11-22
        < MILK-1L\x0A10\x0A
        Operation 8 (receive) is recorded.
        QUANTITY  ITEM     LOT  FROM            TO
         10 each  MILK-1L  OLD  @supplier/ACME  WH1/A-01
        ! warning [expired-on-arrival] lot OLD of MILK-1L arrived when it had expired on 2026-11-22
        exit 0

        $ scantrail receive --from ACME --to WH1/A-01 --lot LATE --expires 2026-12-26
        < MILK-1L\x0A1\x0A
        ! refused [expiry-differs] line 1, scan MILK-1L: lot LATE of MILK-1L is known with expires 2026-12-24 and not 2026-12-26 (1 scan after it was passed over)
        !   hint: look at the label again; if it is right, --correct-dates --reason TEXT takes its dates
        exit 3

        $ scantrail sell --to BOB
        < MILK-1L\x0A1\x0AOLD\x0A
        ! refused [lot-expired] line 3, scan OLD: lot OLD of MILK-1L expired on 2026-11-22
        !   hint: take another lot, and move this one to a quarantine place
        exit 3

        $ scantrail allocate SO-2001
        Operation 9 (allocate) is recorded.
        QUANTITY  ITEM     LOT   FROM      TO
          6 each  MILK-1L  SOON  WH1/A-01  allocated for SO-2001
        ! short: 2 of LAPTOP-15
        exit 0

        $ scantrail allocate SO-2002 --strategy fifo
        Operation 10 (allocate) is recorded.
        QUANTITY  ITEM     LOT   FROM      TO
          6 each  MILK-1L  LATE  WH1/A-01  allocated for SO-2002
        ! short: 1 of LAPTOP-15
        exit 0

        $ scantrail sell --to BOB
        < MILK-1L\x0A1\x0ALATE\x0A
        Operation 11 (sell) is recorded.
        QUANTITY  ITEM     LOT   FROM      TO
          1 each  MILK-1L  LATE  WH1/A-01  @customer/BOB
        ! warning [out-of-order] lot LATE of MILK-1L was taken, and SOON should have gone first
        exit 0

        $ scantrail setting set enforce-picking-order yes
        Operation 12 (setting-set) is recorded.
        exit 0

        $ scantrail sell --to BOB
        < MILK-1L\x0A1\x0ALATE\x0A
        ! refused [out-of-order] line 3, scan LATE: lot SOON (2026-11-30) of MILK-1L should go before LATE (2026-12-24)
        !   hint: take that one, or say why not with --reason TEXT
        exit 3

        $ scantrail sell --to BOB --reason 'BOB wants fresh milk'
        < MILK-1L\x0A1\x0ALATE\x0A
        Operation 13 (sell) is recorded.
        QUANTITY  ITEM     LOT   FROM      TO
          1 each  MILK-1L  LATE  WH1/A-01  @customer/BOB
        ! warning [out-of-order] lot LATE of MILK-1L was taken, and SOON should have gone first
        exit 0

    "#]].assert_eq(&world.transcript(&[
        ("receive --from ACME --to WH1/A-01 --lot LATE --expires 2026-12-24 --made 2026-11-20", "MILK-1L\n10\n"),
        ("receive --from ACME --to WH1/A-01 --lot SOON --expires 2026-11-30", "MILK-1L\n10\n"),
        ("receive --from ACME --to WH1/A-01 --lot OLD --expires 2026-11-22", "MILK-1L\n10\n"),
        ("receive --from ACME --to WH1/A-01 --lot LATE --expires 2026-12-26", "MILK-1L\n1\n"),
        ("sell --to BOB", "MILK-1L\n1\nOLD\n"),
        ("allocate SO-2001", ""),
        ("allocate SO-2002 --strategy fifo", ""),
        ("sell --to BOB", "MILK-1L\n1\nLATE\n"),
        ("setting set enforce-picking-order yes", ""),
        ("sell --to BOB", "MILK-1L\n1\nLATE\n"),
        ("sell --to BOB --reason 'BOB wants fresh milk'", "MILK-1L\n1\nLATE\n"),
    ]));
}

/// L14: a hold is a rule on the identity; it catches what is here, what is picked, and what arrives later.
#[test]
fn l14_a_hold_catches_what_arrives_later() {
    let world = World::stocked();
    world.ok("allocate SO-2002", "");
    expect![[r#"
        $ scantrail hold MILK-1L --lot B8 --reason 'glass found'
        Operation 10 (hold) is recorded.
        QUANTITY  ITEM     LOT  FROM      TO
          6 each  MILK-1L  B8   WH1/A-01  free again
        On hold: lot B8 of MILK-1L
        No longer set aside for SO-2002: 6 of MILK-1L lot B8. To find others: scantrail allocate SO-2002
        Here: 4 of MILK-1L lot B8 at WH1/A-01
        Here: 6 of MILK-1L lot B8 at WH1/A-01, was set aside for SO-2002
        exit 0

        $ scantrail hold LAPTOP-15 --serial SN77 --reason stolen
        Operation 11 (hold) is recorded.
        On hold: LAPTOP-15 SN77
        Nothing of it is here or with a customer. What arrives later is held.
        exit 0

        $ scantrail receive --from ACME --to WH1/A-01
        < LAPTOP-15\x0A1\x0ASN77\x0AMILK-1L\x0A5\x0AB8\x0A
        Operation 12 (receive) is recorded.
        QUANTITY  ITEM       LOT  SERIALS  FROM            TO
          1 each  LAPTOP-15       SN77     @supplier/ACME  WH1/A-01
          5 each  MILK-1L    B8            @supplier/ACME  WH1/A-01
        ! warning [held-on-arrival] 5 of lot B8 of MILK-1L arrived, on hold since operation 10: glass found
        ! warning [held-on-arrival] 1 of LAPTOP-15 arrived, on hold since operation 11: stolen
        ! put away: lot B8 of MILK-1L is at WH1/A-01 (10)
        exit 0

        $ scantrail sell --to BOB
        < 1\x0ASN77\x0A
        ! refused [lot-on-hold] line 2, scan SN77: LAPTOP-15 SN77 is on hold since operation 11: stolen
        !   hint: take another one, and move this one to a quarantine place; once it is good: scantrail release-hold --hold 11 --reason TEXT
        exit 3

        $ scantrail pick --so SO-2001
        < MILK-1L\x0A1\x0AB8\x0A
        ! refused [lot-on-hold] line 3, scan B8: lot B8 of MILK-1L is on hold since operation 10: glass found
        !   hint: take another one, and move this one to a quarantine place; once it is good: scantrail release-hold --hold 10 --reason TEXT
        exit 3

        $ scantrail allocate SO-2002
        Operation 13 (allocate) is recorded.
        QUANTITY  ITEM     LOT  FROM      TO
          6 each  MILK-1L  B7   WH1/A-01  allocated for SO-2002
        exit 0

        $ scantrail stock --item MILK-1L
        ITEM     LOCATION  LOT  EXPIRES     QUANTITY  UNIT  ALLOCATED  FOR      STATE
        MILK-1L  WH1/A-01  B7   2026-12-01        10  each          6  SO-2002
        MILK-1L  WH1/A-01  B8   2026-11-30        15  each                      held: glass found
        exit 0

        $ scantrail release-hold MILK-1L --lot B8 --reason 'tested, good'
        Operation 14 (release-hold) is recorded.
        No longer on hold: lot B8 of MILK-1L
        exit 0

        $ scantrail sell --to BOB
        < MILK-1L\x0A1\x0AB8\x0A
        Operation 15 (sell) is recorded.
        QUANTITY  ITEM     LOT  FROM      TO
          1 each  MILK-1L  B8   WH1/A-01  @customer/BOB
        exit 0

    "#]].assert_eq(&world.transcript(&[
        ("hold MILK-1L --lot B8 --reason 'glass found'", ""),
        ("hold LAPTOP-15 --serial SN77 --reason stolen", ""),
        ("receive --from ACME --to WH1/A-01", "LAPTOP-15\n1\nSN77\nMILK-1L\n5\nB8\n"),
        ("sell --to BOB", "1\nSN77\n"),
        ("pick --so SO-2001", "MILK-1L\n1\nB8\n"),
        ("allocate SO-2002", ""),
        ("stock --item MILK-1L", ""),
        ("release-hold MILK-1L --lot B8 --reason 'tested, good'", ""),
        ("sell --to BOB", "MILK-1L\n1\nB8\n"),
    ]));
}

/// L15: the customer's paper lists the lots, as a page of its own.
#[test]
fn l15_the_slip_for_the_customer_lists_the_lots() {
    let world = World::stocked();
    expect![[r#"
        $ scantrail sell --so SO-2001 --invoice R-77 --slip slip.pdf --lots
        < MILK-1L\x0A4\x0AB7\x0AMILK-1L\x0A2\x0AB8\x0A2\x0ASN1\x0ASN2\x0A
        Operation 9 (sell) is recorded.
        QUANTITY  ITEM       LOT  SERIALS  FROM      TO
          4 each  MILK-1L    B7            WH1/A-01  @customer/BOB
          2 each  MILK-1L    B8            WH1/A-01  @customer/BOB
          2 each  LAPTOP-15       SN1 SN2  WH1/A-01  @customer/BOB
        Wrote slip.pdf
        exit 0

        $ scantrail order show SO-2001
        SO-2001 is a sales order with BOB
        ITEM       ORDERED  SHIPPED  LOTS   SERIALS
        LAPTOP-15        2        2         SN1 SN2
        MILK-1L          6        6  B7 B8
        exit 0

    "#]]
    .assert_eq(&world.transcript(&[
        ("sell --so SO-2001 --invoice R-77 --slip slip.pdf --lots", "MILK-1L\n4\nB7\nMILK-1L\n2\nB8\n2\nSN1\nSN2\n"),
        ("order show SO-2001", ""),
    ]));
}

/// S8: a maker's serial says model, date and place; what does not fit is refused as misread.
#[test]
fn s8_a_makers_serial_is_decoded_and_checked() {
    let world = World::shop();
    world.write(
        "patterns.csv",
        "name,applies to,of,regex,tables,example
camera,LAPTOP-15,serial,(?<plant>[AB])(?<year>[0-9]{2})(?<month>[1-9XYZ])(?<sequence>[0-9]{4}),plant: A=Cork B=Osaka; month: 1=1 2=2 3=3 4=4 5=5 6=6 7=7 8=8 9=9 X=10 Y=11 Z=12,A25Z0001
",
    );
    expect![[r#"
        $ scantrail import patterns patterns.csv
        Operation 5 (import) is recorded.
        Imported patterns: 1 row
        exit 0

        $ scantrail pattern list
        PATTERN  OF      FOR        EXAMPLE
        camera   serial  LAPTOP-15  A25Z0001
        exit 0

        $ scantrail decode
        < A25Z0001\x0A
        1: A25Z0001
          plain, sure
          pattern camera
            maker   LAPTOP-15
            made    2025-12
            plant   Cork
            number  0001
        exit 0

        $ scantrail receive --from ACME --to WH1/A-01
        < LAPTOP-15\x0A2\x0AA25Z0001\x0A9506000134352\x0AB2610417\x0A
        ! refused [item-where-serial-expected] line 4, scan 9506000134352: a serial of LAPTOP-15 is due, and this is the code of item LAPTOP-15
        !   hint: scan the right barcode on the label; this one counts for nothing
        exit 3

        $ scantrail receive --from ACME --to WH1/A-01
        < LAPTOP-15\x0A2\x0AA25Z0001\x0AC26Z0002\x0A
        ! refused [serial-does-not-fit] line 4, scan C26Z0002: C26Z0002 is no serial of LAPTOP-15: it is not of the form of such numbers
        !   hint: scan the serial on the label; --allow-odd-serials takes this one
        exit 3

        $ scantrail receive --from ACME --to WH1/A-01
        < LAPTOP-15\x0A2\x0AA25Z0001\x0AB2610417\x0A
        Operation 6 (receive) is recorded.
        QUANTITY  ITEM       SERIALS            FROM            TO
          2 each  LAPTOP-15  A25Z0001 B2610417  @supplier/ACME  WH1/A-01
        exit 0

    "#]].assert_eq(&world.transcript(&[
        ("import patterns patterns.csv", ""),
        ("pattern list", ""),
        ("decode", "A25Z0001\n"),
        ("receive --from ACME --to WH1/A-01", "LAPTOP-15\n2\nA25Z0001\n9506000134352\nB2610417\n"),
        ("receive --from ACME --to WH1/A-01", "LAPTOP-15\n2\nA25Z0001\nC26Z0002\n"),
        ("receive --from ACME --to WH1/A-01", "LAPTOP-15\n2\nA25Z0001\nB2610417\n"),
    ]));
}

/// S12: serials by template, with a prefix for each size of pallet; ranges where serials are scanned.
#[test]
fn s12_serials_are_made_by_template_and_ranges_are_taken() {
    let world = World::shop();
    expect![[r#"
        $ scantrail item add PALLET --name Pallet --track serial --serial-template '{size}{seq:4}'
        Operation 5 (item-add) is recorded.
        ! warning [template] nothing stands between {seq} and {size}, so numbers of two of them can be the same; put a letter between them
        exit 0

        $ scantrail receive --from ACME --to WH1/A-01 --item PALLET --new-serials 2 --size S
        Operation 6 (receive) is recorded.
        QUANTITY  ITEM    SERIALS      FROM            TO
          2 each  PALLET  S0001 S0002  @supplier/ACME  WH1/A-01
        exit 0

        $ scantrail receive --from ACME --to WH1/A-01 --item PALLET --new-serials 2 --size L --labels pallets.pdf
        Operation 7 (receive) is recorded.
        QUANTITY  ITEM    SERIALS      FROM            TO
          2 each  PALLET  L0001 L0002  @supplier/ACME  WH1/A-01
        Wrote pallets.pdf
        exit 0

        $ scantrail receive --from ACME --to WH1/A-01
        < PALLET\x0A1\x0AS0003\x0A
        Operation 8 (receive) is recorded.
        QUANTITY  ITEM    SERIALS  FROM            TO
          1 each  PALLET  S0003    @supplier/ACME  WH1/A-01
        exit 0

        $ scantrail receive --from ACME --to WH1/A-01 --item PALLET --new-serials 1 --size S
        Operation 9 (receive) is recorded.
        QUANTITY  ITEM    SERIALS  FROM            TO
          1 each  PALLET  S0004    @supplier/ACME  WH1/A-01
        exit 0

        $ scantrail receive --from ACME --to WH1/A-01 --item PALLET --new-serials 1
        ! refused [not-valid] no serial of PALLET can be made: the template needs {size}, and it is not known here; give it with --size
        !   hint: give what the template needs, or change the template: scantrail item set
        exit 3

        $ scantrail receive --from ACME --to WH1/A-02
        < TABLET\x0A5\x0ATB-098..TB-102\x0A
        ! refused [ambiguous-scan] line 3, scan TB-098..TB-102: this is one serial, or the 5 serials TB-098 to TB-102
        !   hint: --ranges takes it as a range, --allow-odd-serials as one serial
        exit 3

        $ scantrail receive --from ACME --to WH1/A-02 --ranges
        < TABLET\x0A5\x0ATB-098..TB-102\x0A
        Operation 10 (receive) is recorded.
        QUANTITY  ITEM    SERIALS              FROM            TO
          5 each  TABLET  TB-098 … TB-102 (5)  @supplier/ACME  WH1/A-02
        exit 0

    "#]].assert_eq(&world.transcript(&[
        ("item add PALLET --name Pallet --track serial --serial-template '{size}{seq:4}'", ""),
        ("receive --from ACME --to WH1/A-01 --item PALLET --new-serials 2 --size S", ""),
        ("receive --from ACME --to WH1/A-01 --item PALLET --new-serials 2 --size L --labels pallets.pdf", ""),
        ("receive --from ACME --to WH1/A-01", "PALLET\n1\nS0003\n"),
        ("receive --from ACME --to WH1/A-01 --item PALLET --new-serials 1 --size S", ""),
        ("receive --from ACME --to WH1/A-01 --item PALLET --new-serials 1", ""),
        ("receive --from ACME --to WH1/A-02", "TABLET\n5\nTB-098..TB-102\n"),
        ("receive --from ACME --to WH1/A-02 --ranges", "TABLET\n5\nTB-098..TB-102\n"),
    ]));
}

/// S13: lot and serial on one unit.
#[test]
fn s13_a_unit_has_a_lot_and_a_serial() {
    let world = World::shop();
    expect![[r#"
        $ scantrail receive --from ACME --to WH1/A-02
        < PUMP\x0A2\x0AL1\x0AP1\x0AP2\x0A]d2010590123412345710L2\x1D21P3\x0A
        Operation 5 (receive) is recorded.
        QUANTITY  ITEM  LOT  SERIALS  FROM            TO
          2 each  PUMP  L1   P1 P2    @supplier/ACME  WH1/A-02
          1 each  PUMP  L2   P3       @supplier/ACME  WH1/A-02
        exit 0

        $ scantrail transfer --to WH1/A-01
        < PUMP\x0A1\x0AL2\x0AP1\x0A
        ! refused [lot-differs] line 4, scan P1: PUMP P1 is of lot L1, and not of L2
        !   hint: put the unit aside, or scan it in a group of its own lot
        exit 3

        $ scantrail sell --to BOB
        < 1\x0AP2\x0A
        Operation 6 (sell) is recorded.
        QUANTITY  ITEM  LOT  SERIALS  FROM      TO
          1 each  PUMP  L1   P2       WH1/A-02  @customer/BOB
        exit 0

        $ scantrail stock --item PUMP
        ITEM  LOCATION  LOT  SERIAL  QUANTITY  UNIT
        PUMP  WH1/A-02  L1   P1             1  each
        PUMP  WH1/A-02  L2   P3             1  each
        exit 0

        $ scantrail trace P2
        serial P2 of PUMP

        Now
        ITEM  LOT  SERIAL  WHERE          QUANTITY  STATE
        PUMP  L1   P2      @customer/BOB         1  sold

        History
        OPERATION  WHEN              WHAT     ITEM  LOT  SERIAL  QUANTITY  FROM            TO             PARTNER
                5  2026-11-23 10:00  receive  PUMP  L1   P2             1  @supplier/ACME  WH1/A-02       ACME
                6  2026-11-23 10:00  sell     PUMP  L1   P2             1  WH1/A-02        @customer/BOB  BOB
        exit 0

        $ scantrail trace L1 --item PUMP
        lot L1 of PUMP

        Now
        ITEM  LOT  SERIAL  WHERE          QUANTITY  STATE
        PUMP  L1   P1      WH1/A-02              1  free
        PUMP  L1   P2      @customer/BOB         1  sold

        History
        OPERATION  WHEN              WHAT     ITEM  LOT  SERIAL  QUANTITY  FROM            TO             PARTNER
                5  2026-11-23 10:00  receive  PUMP  L1   P1             1  @supplier/ACME  WH1/A-02       ACME
                5  2026-11-23 10:00  receive  PUMP  L1   P2             1  @supplier/ACME  WH1/A-02       ACME
                6  2026-11-23 10:00  sell     PUMP  L1   P2             1  WH1/A-02        @customer/BOB  BOB
        exit 0

    "#]]
    .assert_eq(&world.transcript(&[
        ("receive --from ACME --to WH1/A-02", "PUMP\n2\nL1\nP1\nP2\n]d2010590123412345710L2\x1d21P3\n"),
        ("transfer --to WH1/A-01", "PUMP\n1\nL2\nP1\n"),
        ("sell --to BOB", "1\nP2\n"),
        ("stock --item PUMP", ""),
        ("trace P2", ""),
        ("trace L1 --item PUMP", ""),
    ]));
}

/// S14: each unit carries its own measure; an ordered area is reached with the least left over, and one is opened.
#[test]
fn s14_pallets_of_stone_are_chosen_and_cut_by_measure() {
    let world = World::shop();
    expect![[r#"
        $ scantrail item add SLATE --name 'Slate pallet' --track serial --measure sqft --scale 2
        Operation 5 (item-add) is recorded.
        exit 0

        $ scantrail receive --from ACME --to WH1/A-01
        < SLATE\x0A4\x0ASL-1\x0A150\x0ASL-2\x0A200\x0ASL-3\x0A175.5\x0ASL-4\x0A160\x0A
        Operation 6 (receive) is recorded.
                      QUANTITY  ITEM   SERIALS          FROM            TO
        685.50 sqft in 4 units  SLATE  SL-1 … SL-4 (4)  @supplier/ACME  WH1/A-01
        exit 0

        $ scantrail order add SO-S --kind sales --partner BOB --line SLATE=320
        Operation 7 (order-add) is recorded.
        exit 0

        $ scantrail allocate SO-S
        Operation 8 (allocate) is recorded.
                      QUANTITY  ITEM   SERIALS    FROM      TO
        325.50 sqft in 2 units  SLATE  SL-1 SL-3  WH1/A-01  allocated for SO-S
        ! over: 5.50 of SLATE more than is ordered
        exit 0

        $ scantrail cut SL-3 5.5 --labels cut.pdf
        Operation 9 (cut) is recorded.
        5.50 sqft were cut off SL-3 of SLATE and are SL-3-1 now, at WH1/A-01
        SL-3 keeps 170.00 sqft of 175.50
        Wrote cut.pdf
        ! warning [set-aside] SL-3 is set aside for SO-S, which has 5.50 sqft less by this: scantrail order show SO-S
        exit 0

        $ scantrail stock --item SLATE
        ITEM   LOCATION  SERIAL  QUANTITY  UNIT  ALLOCATED  FOR
        SLATE  WH1/A-01  SL-1      150.00  sqft     150.00  SO-S
        SLATE  WH1/A-01  SL-2      200.00  sqft
        SLATE  WH1/A-01  SL-3      170.00  sqft     170.00  SO-S
        SLATE  WH1/A-01  SL-3-1      5.50  sqft
        SLATE  WH1/A-01  SL-4      160.00  sqft
        exit 0

        $ scantrail pick --so SO-S --to WH1/STAGING
        < SLATE\x0A2\x0ASL-1\x0ASL-3\x0A
        Operation 10 (pick) is recorded.
                      QUANTITY  ITEM   SERIALS    FROM      TO
        320.00 sqft in 2 units  SLATE  SL-1 SL-3  WH1/A-01  WH1/STAGING
        exit 0

        $ scantrail sell --so SO-S --picked
        Operation 11 (sell) is recorded.
                      QUANTITY  ITEM   SERIALS    FROM         TO
        320.00 sqft in 2 units  SLATE  SL-1 SL-3  WH1/STAGING  @customer/BOB
        exit 0

        $ scantrail order show SO-S
        SO-S is a sales order with BOB
        ITEM   ORDERED  PICKED  SHIPPED  SERIALS
        SLATE   320.00  320.00   320.00  SL-1 SL-3
        exit 0

        $ scantrail trace SL-3-1
        serial SL-3-1 of SLATE

        Now
        ITEM   SERIAL  WHERE     QUANTITY  STATE
        SLATE  SL-3-1  WH1/A-01      5.50  free

        History
        OPERATION  WHEN              WHAT          ITEM   SERIAL  QUANTITY  FROM     TO
                9  2026-11-23 10:00  cut off SL-3  SLATE  SL-3-1      5.50  @adjust  WH1/A-01
        exit 0

    "#]]
    .assert_eq(&world.transcript(&[
        ("item add SLATE --name 'Slate pallet' --track serial --measure sqft --scale 2", ""),
        ("receive --from ACME --to WH1/A-01", "SLATE\n4\nSL-1\n150\nSL-2\n200\nSL-3\n175.5\nSL-4\n160\n"),
        ("order add SO-S --kind sales --partner BOB --line SLATE=320", ""),
        ("allocate SO-S", ""),
        ("cut SL-3 5.5 --labels cut.pdf", ""),
        ("stock --item SLATE", ""),
        ("pick --so SO-S --to WH1/STAGING", "SLATE\n2\nSL-1\nSL-3\n"),
        ("sell --so SO-S --picked", ""),
        ("order show SO-S", ""),
        ("trace SL-3-1", ""),
    ]));
}

/// C10: goods between two sites are in transit until they are scanned on the other side.
#[test]
fn c10_goods_between_sites_are_in_transit() {
    let world = World::shop();
    world.ok("location add EAST/A-01", "");
    world.ok("location set WH1 --prefix W", "");
    world.ok("location set EAST --prefix E", "");
    expect![[r#"
        $ scantrail receive --from ACME --to WH1/A-01
        < LAPTOP-15\x0A3\x0ASN1\x0ASN2\x0ASN3\x0AMILK-1L\x0A10\x0AB7\x0A
        Operation 8 (receive) is recorded.
        QUANTITY  ITEM       LOT  SERIALS      FROM            TO
          3 each  LAPTOP-15       SN1 SN2 SN3  @supplier/ACME  WH1/A-01
         10 each  MILK-1L    B7                @supplier/ACME  WH1/A-01
        exit 0

        $ scantrail transfer --to EAST/A-01 --slip slip.pdf
        < LAPTOP-15\x0A2\x0ASN1\x0ASN2\x0AMILK-1L\x0A6\x0AB7\x0A
        Operation 9 (transfer) is recorded.
        QUANTITY  ITEM       LOT  SERIALS  FROM      TO
          2 each  LAPTOP-15       SN1 SN2  WH1/A-01  TRANSIT/WH1-EAST
          6 each  MILK-1L    B7            WH1/A-01  TRANSIT/WH1-EAST
        Wrote slip.pdf
        ! in transit from WH1 to EAST/A-01; there: scantrail transfer --arrived 9
        exit 0

        $ scantrail stock --item LAPTOP-15
        ITEM       LOCATION          SERIAL  QUANTITY  UNIT
        LAPTOP-15  TRANSIT/WH1-EAST  SN1            1  each
        LAPTOP-15  TRANSIT/WH1-EAST  SN2            1  each
        LAPTOP-15  WH1/A-01          SN3            1  each
        exit 0

        $ scantrail sell --to BOB
        < 1\x0ASN1\x0A
        ! refused [place-not-pickable] line 2, scan SN1: LAPTOP-15 SN1 is at TRANSIT/WH1-EAST, a transit place that nothing is picked from
        !   hint: take another unit, or first bring this one in where it arrives: scantrail transfer
        exit 3

        $ scantrail transfer --arrived 9
        < LAPTOP-15\x0A2\x0ASN1\x0ASN3\x0AMILK-1L\x0A6\x0AB7\x0A
        Operation 10 (transfer) is recorded.
        QUANTITY  ITEM       LOT  SERIALS  FROM              TO
          1 each  LAPTOP-15       SN1      TRANSIT/WH1-EAST  EAST/A-01
          1 each  LAPTOP-15       SN3      WH1/A-01          EAST/A-01
          6 each  MILK-1L    B7            TRANSIT/WH1-EAST  EAST/A-01
        ! short: 1 of LAPTOP-15 SN2 did not arrive
        ! extra: 1 of LAPTOP-15 SN3 came besides
        exit 0

        $ scantrail transfer --arrived 9
        < LAPTOP-15\x0A1\x0ASN2\x0A
        Operation 11 (transfer) is recorded.
        QUANTITY  ITEM       SERIALS  FROM              TO
          1 each  LAPTOP-15  SN2      TRANSIT/WH1-EAST  EAST/A-01
        exit 0

        $ scantrail stock
        ITEM       LOCATION   LOT  SERIAL  QUANTITY  UNIT
        LAPTOP-15  EAST/A-01       SN1            1  each
        LAPTOP-15  EAST/A-01       SN2            1  each
        LAPTOP-15  EAST/A-01       SN3            1  each
        MILK-1L    EAST/A-01  B7                  6  each
        MILK-1L    WH1/A-01   B7                  4  each
        exit 0

        $ scantrail trace SN2
        serial SN2 of LAPTOP-15

        Now
        ITEM       SERIAL  WHERE      QUANTITY  STATE
        LAPTOP-15  SN2     EAST/A-01         1  free

        History
        OPERATION  WHEN              WHAT      ITEM       SERIAL  QUANTITY  FROM              TO                PARTNER
                8  2026-11-23 10:00  receive   LAPTOP-15  SN2            1  @supplier/ACME    WH1/A-01          ACME
                9  2026-11-23 10:00  transfer  LAPTOP-15  SN2            1  WH1/A-01          TRANSIT/WH1-EAST
               11  2026-11-23 10:00  transfer  LAPTOP-15  SN2            1  TRANSIT/WH1-EAST  EAST/A-01
        exit 0

    "#]].assert_eq(&world.transcript(&[
        ("receive --from ACME --to WH1/A-01", "LAPTOP-15\n3\nSN1\nSN2\nSN3\nMILK-1L\n10\nB7\n"),
        ("transfer --to EAST/A-01 --slip slip.pdf", "LAPTOP-15\n2\nSN1\nSN2\nMILK-1L\n6\nB7\n"),
        ("stock --item LAPTOP-15", ""),
        ("sell --to BOB", "1\nSN1\n"),
        ("transfer --arrived 9", "LAPTOP-15\n2\nSN1\nSN3\nMILK-1L\n6\nB7\n"),
        ("transfer --arrived 9", "LAPTOP-15\n1\nSN2\n"),
        ("stock", ""),
        ("trace SN2", ""),
    ]));
}
