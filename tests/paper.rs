//! Paper that can be scanned: every kind is printed, rendered and read back by a decoder that is not ours.
//!
//! The files stay in the folder `paper` of the target's temporary folder, to be looked at.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use std::collections::BTreeSet;

use chrono::{DateTime, FixedOffset};
use scantrail::codes::sheet;
use scantrail::print::calibration_sheet::{self, CalibrationSheet};
use scantrail::print::command_sheet::{self, Command, Group, SheetSize};
use scantrail::print::label::{Label, LabelStock, label_pages};
use scantrail::print::page::{Area, Element, Page, Shade};
use scantrail::print::pdf::{self, PdfOptions};
use scantrail::print::pick_sheet::{self, PickLine, PickSheet};
use scantrail::print::slip::{self, LotLine, Slip, SlipLine};
use scantrail::print::symbol::gs1_element_string;
use scantrail::print::trace_report::{self, TraceReport};
use scantrail::print::{AttachedFile, PrintError, Symbology};
use support::barcodes::{decode_page_barcodes, page_count, rendered};

fn options() -> PdfOptions {
    let created: DateTime<FixedOffset> = DateTime::parse_from_rfc3339("2026-11-23T10:00:00+01:00").unwrap();
    PdfOptions { title: "Test".to_owned(), created, identity: "test 1".to_owned() }
}

/// Prints pages and checks what must hold for all paper: the same bytes twice, every barcode read with its quiet zones,
/// the same barcodes found without knowing where they are, and nothing outside the page. Returns what was found, in reading
/// order.
fn scannable(name: &str, pages: &[Page]) -> Vec<String> {
    let bytes = pdf::bytes(pages, &options()).unwrap();
    assert_eq!(bytes, pdf::bytes(pages, &options()).unwrap(), "{name}: other bytes the second time");
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("paper");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join(format!("{name}.pdf")), &bytes).unwrap();

    assert_eq!(page_count(&bytes), pages.len());
    let mut all = Vec::new();
    for (number, page) in pages.iter().enumerate() {
        inside(name, page);
        let raster = rendered(&bytes, number);
        for bars in page.barcodes() {
            let Area { left, top, width, height } = bars.area();
            let meant = bars.symbol.meaning();
            let read = raster.decode(left, top, width, height);
            assert_eq!(read.as_deref(), Some(meant), "{name}, page {number}");
            // A module less, because bars are blurred by half a dot.
            let left_quiet = (bars.symbol.quiet_left() - 1) * bars.module_width;
            let right_quiet = (bars.symbol.quiet_right() - 1) * bars.module_width;
            assert!(raster.is_white(left, top, left_quiet, height), "{name}: left quiet zone of {meant}");
            assert!(raster.is_white(left + width - right_quiet, top, right_quiet, height), "{name}: right of {meant}");
        }
        let meant: Vec<&str> = page.barcodes().map(|bars| bars.symbol.meaning()).collect();
        let found = raster.barcodes();
        assert_eq!(found, meant, "{name}, page {number}: found by searching");
        all.extend(found);
    }
    all
}

/// Texts have no width here, so that they end inside is left to the eye and to the layout's own tests.
fn inside(name: &str, page: &Page) {
    for element in &page.elements {
        let Area { left, top, width, height } = match element {
            Element::Text(text) => {
                Area { left: text.left, top: text.baseline - text.size, width: 0, height: text.size }
            }
            Element::Bars(bars) => bars.area(),
            Element::Fill(area, _) | Element::Frame(area) => *area,
        };
        let fits = left >= 0 && top >= 0 && left + width <= page.width && top + height <= page.height;
        assert!(fits, "{name}: outside the page: {element:?}");
    }
}

fn label(symbology: Symbology, code: &str, headline: &str, details: &[&str]) -> Label {
    let details = details.iter().map(|detail| (*detail).to_owned()).collect();
    Label { symbology, code: code.to_owned(), headline: headline.to_owned(), details }
}

fn many_labels() -> Vec<Label> {
    let gs1 = gs1_element_string(&[("01", "09521234543213"), ("10", "B7"), ("17", "270131")]);
    vec![
        label(Symbology::Code128, "SN001", "Serial", &["LAPTOP-15", "Laptop 15 inch, 16 GB"]),
        label(Symbology::Code128, "SN-2024A000123", "Serial", &["LAPTOP-15", "Łódź, Größe, Ελλάδα, Москва"]),
        label(Symbology::Code128, "L2026-0815", "Lot", &["Yoghurt, plain", "expires 2027-01-31", "made 2026-11-02"]),
        label(Symbology::Code128, "WH1/A-01", "Place", &[]),
        label(
            Symbology::Code128,
            "SO-1001",
            "Sales order",
            &["BOB, Bob's bicycles and everything that rolls on two wheels"],
        ),
        label(Symbology::Code128, "LAPTOP-15", "Item", &["Laptop 15 inch"]),
        label(Symbology::Code128, "12345678901234567890123456", "Serial", &["A long one of digits"]),
        label(Symbology::Code128, "ABCDEFGHIJKLM", "Serial", &["A long one of letters"]),
        label(Symbology::Ean13, "9501101531000", "Item", &["CHOC-70", "Chocolate, 70 % cocoa"]),
        label(Symbology::Gs1Code128, "21SN001", "Serial (GS1)", &[]),
        label(Symbology::Gs1Code128, &gs1, "Lot (GS1)", &["Yoghurt"]),
    ]
}

/// The labels that are short enough for a roll.
fn short_labels() -> Vec<Label> {
    let mut labels = many_labels();
    labels.pop();
    labels
}

#[test]
fn labels_on_a_sheet_of_l7160_from_the_fifth_position() {
    let stock = LabelStock::named("L7160").unwrap();
    let mut labels = short_labels();
    labels.extend(short_labels());
    let pages = label_pages(&labels, stock, 5).unwrap();
    assert_eq!(pages.len(), 2);
    scannable("labels-l7160", &pages);
}

#[test]
fn labels_on_a_sheet_of_5160() {
    let pages = label_pages(&short_labels(), LabelStock::named("5160").unwrap(), 1).unwrap();
    assert_eq!(pages.len(), 1);
    scannable("labels-5160", &pages);
}

#[test]
fn labels_on_a_roll() {
    let pages = label_pages(&short_labels(), LabelStock::named("50x25").unwrap(), 1).unwrap();
    assert_eq!(pages.len(), short_labels().len());
    scannable("labels-50x25", &pages);
}

#[test]
fn the_separator_of_gs1_elements_is_read_back() {
    let elements = gs1_element_string(&[("10", "B7"), ("21", "S1"), ("17", "270131")]);
    let labels = [label(Symbology::Gs1Code128, &elements, "Lot and serial", &[])];
    let pages = label_pages(&labels, LabelStock::named("L7160").unwrap(), 1).unwrap();
    assert_eq!(scannable("label-gs1", &pages), ["10B7\u{1d}21S1\u{1d}17270131"]);
}

fn pick_line(index: usize) -> PickLine {
    PickLine {
        place: format!("WH1/A-{:02}", index / 3 + 1),
        sku: ["LAPTOP-15", "YOG-500", "SCREW-M4"][index % 3].to_owned(),
        name: ["Laptop 15 inch, 16 GB", "Jogurt naturalny z Łodzi, 500 g", "Screw M4 × 20, Größe 2"][index % 3]
            .to_owned(),
        quantity: ["2", "12", "150.25"][index % 3].to_owned(),
        unit: ["each", "each", "kg"][index % 3].to_owned(),
        lot: (index % 3 == 1).then(|| format!("L2026-{index:03}")),
        expires: (index % 3 == 1).then(|| "2027-01-31".to_owned()),
        serials: if index.is_multiple_of(3) {
            vec![format!("SN{index:03}A"), format!("SN{index:03}B")]
        } else {
            Vec::new()
        },
    }
}

fn pick_sheet(lines: Vec<PickLine>, short: Vec<(String, String)>) -> PickSheet {
    PickSheet {
        order: "SO-1001".to_owned(),
        partner: "BOB, Bob's bicycles".to_owned(),
        operation: Some(12),
        printed_for: vec![("Printed".to_owned(), "2026-11-23 10:00 by ann at dock-1".to_owned())],
        lines,
        short,
    }
}

/// The scans of a line in the order of the grammar.
fn scans(line: &PickLine) -> Vec<String> {
    let mut scans = vec![line.place.clone(), line.sku.clone(), line.quantity.clone()];
    scans.extend(line.lot.clone());
    scans.extend(line.serials.clone());
    scans
}

/// Prints a sheet and checks that reading it from the top is the order, then the scans of every line.
fn picks(name: &str, sheet: &PickSheet) -> usize {
    let pages = pick_sheet::pages(sheet);
    let found = scannable(name, &pages);
    let mut expected = vec![sheet.order.clone()];
    expected.extend(sheet.lines.iter().flat_map(scans));
    assert_eq!(found, expected);
    for (number, page) in pages.iter().enumerate() {
        let count = format!("page {} of {}", number + 1, pages.len());
        assert!(page.texts().any(|text| text == count));
        assert!(page.texts().any(|text| text.contains(&sheet.order)));
        far_apart(page);
    }
    pages.len()
}

/// A scanner must not hit two barcodes at once: 10 mm between their bars in one direction or the other.
fn far_apart(page: &Page) {
    let areas: Vec<Area> = page.barcodes().map(|bars| bars.area()).collect();
    for (index, first) in areas.iter().enumerate() {
        for second in &areas[index + 1..] {
            let beside = (second.left - first.left - first.width).max(first.left - second.left - second.width);
            let below = (second.top - first.top - first.height).max(first.top - second.top - second.height);
            assert!(beside >= 10_000 || below >= 10_000, "{first:?} and {second:?}");
        }
    }
}

#[test]
fn a_pick_sheet_of_one_line() {
    assert_eq!(picks("pick-1", &pick_sheet(vec![pick_line(1)], Vec::new())), 1);
}

#[test]
fn a_pick_sheet_of_forty_lines() {
    let short = vec![("LAPTOP-15".to_owned(), "3".to_owned()), ("YOG-500".to_owned(), "24".to_owned())];
    let pages = picks("pick-40", &pick_sheet((0..40).map(pick_line).collect(), short));
    assert!(pages > 3, "{pages}");
}

#[test]
fn a_pick_sheet_whose_serials_take_pages() {
    let serials = (0..60).map(|index| format!("SN-2024A{index:06}")).collect();
    let line = PickLine { quantity: "60".to_owned(), lot: Some("B7".to_owned()), serials, ..pick_line(0) };
    let pages = picks("pick-60", &pick_sheet(vec![line], Vec::new()));
    assert!(pages >= 2, "{pages}");
}

#[test]
fn a_pick_sheet_with_long_codes() {
    let long = PickLine {
        place: "WAREHOUSE-NORTH/AISLE-12/RACK-03/SHELF-4".to_owned(),
        sku: "EXTRAORDINARILY-LONG-ITEM-CODE-0001".to_owned(),
        lot: Some("2026-11-23/LINE-4/SHIFT-2/B7".to_owned()),
        serials: vec!["SERIAL-NUMBER-OF-THIRTY-SIX-LETTERS-1".to_owned()],
        quantity: "1".to_owned(),
        ..pick_line(0)
    };
    picks("pick-long", &pick_sheet(vec![pick_line(1), long], Vec::new()));
}

#[test]
fn what_has_no_bars_is_printed_to_be_typed() {
    let line = PickLine { serials: vec!["Łódź-1".to_owned(), "A".repeat(90)], ..pick_line(0) };
    let pages = pick_sheet::pages(&pick_sheet(vec![line], Vec::new()));
    scannable("pick-typed", &pages);
    let texts: Vec<&str> = pages.iter().flat_map(|page| page.texts()).collect();
    assert!(texts.contains(&"Łódź-1"), "{texts:?}");
    assert!(texts.iter().any(|text| text.contains("no barcode, type it")), "{texts:?}");
}

#[test]
fn codes_as_long_as_a_scan_stay_on_the_page() {
    let long = "W".repeat(4_096);
    let line = PickLine { serials: vec![long.clone(), long.clone()], lot: Some(long.clone()), ..pick_line(0) };
    scannable(
        "pick-longest",
        &pick_sheet::pages(&PickSheet { order: long.clone(), ..pick_sheet(vec![line], Vec::new()) }),
    );
    let report = TraceReport {
        subject: long.clone(),
        code: long.clone(),
        now_columns: texts(&["Item", "Serial"]),
        now: vec![texts(&["LAPTOP-15", &long])],
        ..TraceReport::default()
    };
    scannable("trace-longest", &trace_report::pages(&report));
}

fn slip() -> Slip {
    let line = |index: usize| {
        let PickLine { sku, name, quantity, unit, lot, expires, serials, .. } = pick_line(index);
        SlipLine { sku, name, quantity, unit, lot, expires, serials }
    };
    let mut lines: Vec<SlipLine> = (0..30).map(line).collect();
    lines[0].serials = (0..60).map(|index| format!("SN-2024A{index:06}")).collect();
    Slip {
        heading: "Packing slip".to_owned(),
        number: "SO-1001".to_owned(),
        number_of: "Order".to_owned(),
        partner: "BOB, Bob's bicycles".to_owned(),
        fields: vec![("Invoice".to_owned(), "RE-2026-77".to_owned()), ("Shipped".to_owned(), "2026-11-23".to_owned())],
        lines,
        lots: Vec::new(),
        certificates: vec![AttachedFile {
            name: "mill certificate 4711.pdf".to_owned(),
            kind: "certificate".to_owned(),
            to: "lot H-4711 of ROD-20".to_owned(),
            hash: "9f86d081884c".to_owned(),
        }],
    }
}

#[test]
fn the_lots_of_a_slip_stand_on_a_page_of_their_own() {
    let lot = |index: usize| LotLine {
        sku: "MILK-1L".to_owned(),
        name: "Milk 1 l".to_owned(),
        lot: format!("B{index}"),
        dates: ["2027-01-31".to_owned(), String::new(), String::new()],
        quantity: "6 each".to_owned(),
    };
    let without = slip::pages(&slip()).len();
    let with = slip::pages(&Slip { lots: vec![lot(7), lot(8)], ..slip() });
    assert_eq!(with.len(), without + 1);
    assert_eq!(scannable("slip-lots", &with), ["SO-1001"]);
}

#[test]
fn a_packing_slip() {
    let pages = slip::pages(&slip());
    assert!(pages.len() > 1);
    assert_eq!(scannable("slip", &pages), ["SO-1001"]);
}

fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

#[test]
fn a_trace_report() {
    let event = |index: usize| {
        let number = index.to_string();
        let kind = ["receive", "transfer", "sell", "return"][index % 4];
        texts(&[
            &number,
            kind,
            "2026-11-23 10:00",
            "@supplier/ACME",
            "WH1/A-01",
            "1",
            "PO-1001, invoice RE-2026-77 of the year",
        ])
    };
    let report = TraceReport {
        subject: "Serial SN002 of LAPTOP-15".to_owned(),
        code: "SN002".to_owned(),
        now_columns: texts(&["Item", "Lot", "Place", "Quantity", "State"]),
        now: vec![texts(&["LAPTOP-15", "", "@customer/BOB", "1", "sold"])],
        event_columns: texts(&["Operation", "What", "When", "From", "To", "Quantity", "Document"]),
        events: (1..60).map(event).collect(),
        files: slip().certificates,
        printed: "2026-11-23 10:00 by ann".to_owned(),
    };
    let pages = trace_report::pages(&report);
    assert!(pages.len() > 1);
    assert_eq!(scannable("trace", &pages), ["SN002"]);
}

#[test]
fn a_command_sheet() {
    let command = |title: &str, explanation: &str, code: &str| Command {
        title: title.to_owned(),
        explanation: explanation.to_owned(),
        code: code.to_owned(),
    };
    let commands = [
        command("Done", "Ends the batch and writes it.", "STDONEX7"),
        command("Cancel", "Throws the batch away; nothing is written.", "STCANCELQ2"),
        command(
            "Undo the last scan",
            "Takes back the last scan that was accepted, however many there were before it.",
            "STUNDOK4",
        ),
        command("Mode: receive", "Changes to receiving.", "STMODERECEIVEP1"),
    ];
    let numbers = (1..=40).map(|number| command(&number.to_string(), "", &format!("STQTY{number}B3")));
    let groups = [
        Group { heading: "Batch".to_owned(), commands: commands.to_vec(), is_chart: false },
        Group { heading: "Quantities".to_owned(), commands: numbers.collect(), is_chart: true },
    ];
    for (name, size) in [("commands-a4", SheetSize::A4), ("commands-letter", SheetSize::Letter)] {
        scannable(name, &command_sheet::pages("Command barcodes", &groups, size));
    }
}

/// The sheet as the program prints it: every command stands on it once, with bars that are found without knowing where.
#[test]
fn the_sheet_of_all_commands() {
    let codes: BTreeSet<String> = scantrail::codes::Command::all().into_iter().map(|command| command.code()).collect();
    for size in [SheetSize::A4, SheetSize::Letter] {
        let paper = scantrail::ops::command_paper(size, options().created).unwrap();
        let bytes = &paper.files[0];
        let found: Vec<String> = (0..page_count(bytes)).flat_map(|page| decode_page_barcodes(bytes, page)).collect();
        assert_eq!(found.len(), codes.len());
        assert_eq!(found.into_iter().collect::<BTreeSet<String>>(), codes);
    }
}

/// The calibration sheet: the Data Matrix and the bars say what a calibration expects.
#[test]
fn the_sheet_that_scanners_are_calibrated_with() {
    let content = CalibrationSheet {
        matrix: sheet::data_matrix().text,
        bars: sheet::bars().into_iter().map(|barcode| barcode.text).collect(),
    };
    for (name, size) in [("calibration-a4", SheetSize::A4), ("calibration-letter", SheetSize::Letter)] {
        let pages = calibration_sheet::pages(&content, size).unwrap();
        assert_eq!(scannable(name, &pages), content.bars);
        let bytes = pdf::bytes(&pages, &options()).unwrap();
        let modules = pages[0].elements.iter().filter_map(|element| match element {
            Element::Fill(area, Shade::Black) => Some(*area),
            _ => None,
        });
        let modules: Vec<Area> = modules.collect();
        let (left, top) = (modules.iter().map(|area| area.left).min(), modules.iter().map(|area| area.top).min());
        let bottom = modules.iter().map(|area| area.top + area.height).max().unwrap();
        let (left, top) = (left.unwrap() - 2_000, top.unwrap() - 2_000);
        let side = bottom - top + 2_000;
        let found = rendered(&bytes, 0).decode_matrix(left, top, side, side);
        assert_eq!(found.as_deref(), Some(content.matrix.as_str()), "{name}");
    }
}

#[test]
fn a_code_that_is_too_long_for_a_roll_says_what_would_fit() {
    let labels = [label(Symbology::Code128, "ABCDEFGHIJKLMNOPQ", "Serial", &[])];
    let error = label_pages(&labels, LabelStock::named("50x25").unwrap(), 1).unwrap_err();
    expect_test::expect![[r#""ABCDEFGHIJKLMNOPQ" does not fit on a label of 50x25: its code128 bars need 60.5 mm and 50 mm are there; it fits on L7160 and 5160"#]].assert_eq(&error.to_string());
    let labels = [label(Symbology::Code128, &"A".repeat(30), "Serial", &[])];
    let error = label_pages(&labels, LabelStock::named("L7160").unwrap(), 1).unwrap_err();
    expect_test::expect![[r#""AAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" does not fit on a label of L7160: its code128 bars need 96.25 mm and 63.5 mm are there; no stock is wide enough: use a shorter code"#]].assert_eq(&error.to_string());
}

#[test]
fn refusals_say_what_to_do() {
    let stock = LabelStock::named("L7160").unwrap();
    let refused = |symbology, code: &str, start| {
        label_pages(&[label(symbology, code, "Item", &[])], stock, start).unwrap_err().to_string()
    };
    let messages = [
        refused(Symbology::Code128, "", 1),
        refused(Symbology::Code128, "Größe", 1),
        refused(Symbology::Gs1Code128, "10B 7", 1),
        refused(Symbology::Gs1Code128, &"1".repeat(49), 1),
        refused(Symbology::Ean13, "12345", 1),
        refused(Symbology::Ean13, "9501101531001", 1),
        refused(Symbology::Code128, "A", 0),
        refused(Symbology::Code128, "A", 22),
        PrintError::TooManyLabels { count: 6_000, most: 5_000 }.to_string(),
    ];
    expect_test::expect![[r#"
        a barcode cannot be printed for an empty code: give the code
        "Größe" cannot be printed as code128: it has no bars for 'ö'; print it as text, or give the thing a code of plain letters and digits
        "10B 7" cannot be printed as gs1-128: it has no bars for ' '; print it as text, or give the thing a code of plain letters and digits
        the 49 characters of "1111111111111111111111111111111111111111111111111" do not go into one gs1-128, which holds 48: leave out an element
        "12345" cannot be printed as ean13: it takes 12 digits, or 13 with the check digit; use code128
        9501101531001 cannot be printed as ean13: its check digit is 0, not 1; correct the last digit
        a sheet of L7160 has the positions 1 to 21: it cannot start at 0
        a sheet of L7160 has the positions 1 to 21: it cannot start at 22
        6000 labels are too many for one file, which holds 5000: print them in parts"#]].assert_eq(&messages.join("\n"));
}

#[test]
fn characters_without_a_glyph_are_reported() {
    let labels = [label(Symbology::Code128, "A1", "漢字 Größe שלום", &["Łódź, Ελλάδα, Москва"])];
    let pages = label_pages(&labels, LabelStock::named("L7160").unwrap(), 1).unwrap();
    let printed = pdf::print(&pages, &options()).unwrap();
    assert_eq!(printed.missing_characters, ['ו', 'ל', 'ם', 'ש', '字', '漢']);
    assert!(printed.bytes.len() < 30_000, "{} bytes", printed.bytes.len());
}
