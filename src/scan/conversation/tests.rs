//! The conversation as a table: scans in, what is due or refused out. The "store" is a handful of things that are known.

use std::rc::Rc;

use super::*;
use crate::codes;
use crate::ledger::{Holding, LotRecord, SerialRecord, Standing, Verb};
use crate::model::{OrderId, PlaceId, PlaceKind, Scale, SerialId, Sku, Tracking};
use crate::scan::{OutOfOrder, Plan, ScanRef};

const GTIN: &str = "09521234543213";

fn item(id: i64, sku: &str, tracking: Tracking) -> Rc<Item> {
    Rc::new(Item {
        id: ItemId(id),
        sku: Sku::new(sku).unwrap(),
        name: sku.to_lowercase(),
        tracking,
        unit: "each".to_owned(),
        scale: Scale::WHOLE,
        rules: crate::model::ItemRules::default(),
    })
}

fn place(id: i64, path: &str, kind: PlaceKind) -> Rc<Place> {
    Rc::new(Place { id: PlaceId(id), path: path.to_owned(), kind })
}

/// A world with items SER, LOT, BOTH (with a GTIN) and NONE, and a place SHELF. The serials OLD1 and OLD2 of SER and ten of
/// lot L1 are on it.
struct World {
    conversation: Conversation,
    items: Vec<Rc<Item>>,
    shelf: Rc<Place>,
}

impl World {
    fn new(verb: Verb, change: impl FnOnce(&mut Plan)) -> World {
        let items = vec![
            item(1, "SER", Tracking::Serial),
            item(2, "LOT", Tracking::Lot),
            item(3, "BOTH", Tracking::LotAndSerial),
            item(4, "NONE", Tracking::None),
        ];
        let shelf = place(1, "SHELF", PlaceKind::Storage);
        let mut plan = Plan {
            verb,
            item: None,
            lot: None,
            dates: LotDates::default(),
            from: None,
            to: Some(place(2, "ELSEWHERE", PlaceKind::Storage)),
            to_kind: None,
            sources: Vec::new(),
            order: None,
            minimum_life: 0,
            correct_dates: false,
            out_of_order: OutOfOrder::Told,
            reason: None,
            day: "2026-11-23".parse().unwrap(),
            allow_odd_serials: false,
            override_hold: false,
        };
        change(&mut plan);
        World { conversation: Conversation::new(plan), items, shelf }
    }

    fn known(&self, reading: &Reading) -> Known {
        let text = reading.plain().unwrap_or_default();
        let mut known = Known::default();
        let is_both = reading.item.as_ref().is_some_and(|gtin| gtin.as_str() == GTIN);
        known.item = self.items.iter().find(|item| item.sku.as_str() == text || (is_both && item.id.0 == 3)).cloned();
        known.place = (text == "SHELF").then(|| self.shelf.clone());
        let wants = self.conversation.wants(reading, known.item.as_ref());
        let standing = Standing { place: self.shelf.clone(), claim: None };
        known.lot = wants.lot.as_ref().filter(|lot| lot.as_str() == "L1").map(|code| {
            Rc::new(LotRecord {
                id: LotId(1),
                code: code.clone(),
                dates: LotDates::default(),
                also: Vec::new(),
                made_as: None,
            })
        });
        if let Some(code) = wants.serial.filter(|code| code.as_str().starts_with("OLD")) {
            let record = SerialRecord {
                id: SerialId(1),
                item: ItemId(1),
                code,
                lot: None,
                standing: standing.clone(),
                hop: 1,
                quantity: Quantity::from_smallest_units(1),
            };
            known.serials.push((self.items[0].clone(), record));
        }
        if wants.stock {
            let lot = known.lot.clone();
            let item = wants.item.map_or(ItemId(0), |item| item.id);
            known.stock.push(Holding { item, lot, standing, quantity: Quantity::from_smallest_units(10) });
        }
        known
    }

    /// Scans everything as a pipe does, and gives the codes of the refusals with their lines.
    fn pipe(&mut self, scans: &[&str]) -> Vec<(u32, &'static str)> {
        let mut refusals = Vec::new();
        for (index, text) in scans.iter().enumerate() {
            let scan = ScanRef { line: index as u32 + 1, shown: (*text).to_owned() };
            let reading = codes::read(text.as_bytes(), "2026-11-23".parse().unwrap()).unwrap();
            let known = self.known(&reading);
            if let Err(stumble) = self.conversation.step(&scan, &reading, &known) {
                self.conversation.go_on(&stumble);
                refusals.push((scan.line, stumble.refusal.code.text()));
            }
        }
        if let Err(missing) = self.conversation.finish()
            && (refusals.is_empty() || self.conversation.is_open())
        {
            refusals.push((0, missing.code.text()));
        }
        refusals
    }

    fn lines(&self) -> Vec<(String, i64, usize)> {
        let line = |line: &Line| (line.item.sku.to_string(), line.quantity.smallest_units(), line.serials.len());
        self.conversation.lines().iter().map(line).collect()
    }
}

fn unit(serial: &str) -> String {
    format!("]d201{GTIN}10B1\u{1d}21{serial}")
}

#[test]
fn groups_of_every_tracking_are_understood() {
    let unit_1 = unit("U1");
    let unit_2 = unit("U2");
    let expected = |rows: &[(&str, i64, usize)]| {
        rows.iter().map(|(sku, quantity, serials)| ((*sku).to_owned(), *quantity, *serials)).collect::<Vec<_>>()
    };
    let cases: Vec<(&str, Vec<&str>, Vec<(String, i64, usize)>)> = vec![
        ("serial", vec!["SER", "2", "A", "B"], expected(&[("SER", 2, 2)])),
        ("lot", vec!["LOT", "6", "L9"], expected(&[("LOT", 6, 0)])),
        ("both", vec!["BOTH", "2", "L9", "A", "B"], expected(&[("BOTH", 2, 2)])),
        ("none", vec!["NONE", "4"], expected(&[("NONE", 4, 0)])),
        ("a place before", vec!["SHELF", "NONE", "4"], expected(&[("NONE", 4, 0)])),
        ("a unit counts one", vec![&unit_1], expected(&[("BOTH", 1, 1)])),
        ("two units are two groups", vec![&unit_1, &unit_2], expected(&[("BOTH", 1, 1), ("BOTH", 1, 1)])),
        ("unless a quantity follows", vec![&unit_1, "2", &unit_2], expected(&[("BOTH", 2, 2)])),
        ("done ends it", vec!["NONE", "4", "SCANTRAILDONER"], expected(&[("NONE", 4, 0)])),
        ("the word done too", vec!["NONE", "4", "done"], expected(&[("NONE", 4, 0)])),
    ];
    for (name, scans, lines) in cases {
        let mut world = World::new(Verb::Receive, |_| {});
        assert_eq!(world.pipe(&scans), [], "{name}");
        assert_eq!(world.lines(), lines, "{name}");
    }
}

#[test]
fn known_goods_may_begin_with_the_quantity() {
    let mut world = World::new(Verb::Transfer, |_| {});
    assert_eq!(world.pipe(&["2", "OLD1", "OLD2", "NONE", "3"]), []);
    assert_eq!(world.lines(), [("SER".to_owned(), 2, 2), ("NONE".to_owned(), 3, 0)]);
}

#[test]
fn refusals_keep_or_take_their_slot_or_pass_over() {
    let cases: Vec<(&str, Verb, Vec<&str>, Vec<(u32, &str)>)> = vec![
        ("a double takes its slot", Verb::Receive, vec!["SER", "2", "A", "A"], vec![(4, "duplicate-in-batch")]),
        (
            "the wrong kind does not",
            Verb::Receive,
            vec!["SER", "2", "A", "LOT", "SHELF", "B"],
            vec![(4, "item-where-serial-expected"), (5, "location-where-serial-expected")],
        ),
        (
            "an item where a quantity is due",
            Verb::Receive,
            vec!["SER", "LOT", "1", "A"],
            vec![(2, "item-where-quantity-expected")],
        ),
        (
            "after a refused item, on to the next",
            Verb::Receive,
            vec!["WHAT", "2", "A", "B", "NONE", "1"],
            vec![(1, "unknown-item")],
        ),
        (
            "after a refused quantity, on to the next",
            Verb::Receive,
            vec!["SER", "many", "A", "B", "NONE", "0", "NONE", "1.5"],
            vec![(2, "quantity-not-a-number"), (6, "quantity-not-positive"), (8, "quantity-not-whole")],
        ),
        ("a lot is not an item", Verb::Receive, vec!["LOT", "2", "SER", "L9"], vec![(3, "lot-required")]),
        ("in stock already", Verb::Receive, vec!["SER", "1", "OLD1"], vec![(3, "serial-already-in-stock")]),
        ("unknown serial", Verb::Transfer, vec!["SER", "1", "NEW"], vec![(3, "unknown-serial")]),
        ("unknown lot", Verb::Transfer, vec!["LOT", "1", "L9"], vec![(3, "unknown-lot")]),
        ("too much in two groups", Verb::Transfer, vec!["NONE", "6", "NONE", "5"], vec![(4, "not-enough-stock")]),
        ("serials missing", Verb::Receive, vec!["SER", "2", "A"], vec![(0, "batch-incomplete")]),
        ("nothing at all", Verb::Receive, vec![], vec![(0, "batch-incomplete")]),
        ("after done", Verb::Receive, vec!["NONE", "1", "SCANTRAILDONER", "NONE"], vec![(4, "scan-after-done")]),
        ("done inside a group", Verb::Receive, vec!["NONE", "SCANTRAILDONER"], vec![(2, "batch-incomplete")]),
    ];
    for (name, verb, scans, expected) in cases {
        assert_eq!(World::new(verb, |_| {}).pipe(&scans), expected, "{name}");
    }
}

#[test]
fn a_refused_scan_changes_nothing_when_it_can_be_scanned_again() {
    let mut world = World::new(Verb::Receive, |_| {});
    let scan = |world: &mut World, text: &str| {
        let reading = codes::read(text.as_bytes(), "2026-11-23".parse().unwrap()).unwrap();
        let known = world.known(&reading);
        let scan = ScanRef { line: 1, shown: text.to_owned() };
        world.conversation.step(&scan, &reading, &known).map_err(|stumble| stumble.refusal.code.text())
    };
    assert_eq!(world.conversation.due(), Due::Opening);
    assert_eq!(scan(&mut world, "WHAT"), Err("unknown-item"));
    assert_eq!(world.conversation.due(), Due::Opening);
    assert!(scan(&mut world, "SER").is_ok());
    assert_eq!(scan(&mut world, "0"), Err("quantity-not-positive"));
    assert_eq!(world.conversation.due(), Due::Quantity);
    assert!(scan(&mut world, "2").is_ok());
    assert!(scan(&mut world, "A").is_ok());
    assert_eq!(scan(&mut world, "A"), Err("duplicate-in-batch"));
    assert_eq!(scan(&mut world, "OLD1"), Err("serial-already-in-stock"));
    assert_eq!(world.conversation.due(), Due::Serial(2, 2));
    assert!(scan(&mut world, "B").is_ok());
    assert_eq!(world.conversation.due(), Due::Opening);
    assert_eq!(world.lines(), [("SER".to_owned(), 2, 2)]);
}

#[test]
fn what_holds_for_the_whole_batch_is_not_asked_for() {
    let only =
        |sku: usize| move |plan: &mut Plan| plan.item = Some(World::new(Verb::Receive, |_| {}).items[sku].clone());
    let mut world = World::new(Verb::Receive, only(0));
    assert_eq!(world.pipe(&["2", "A", "B", "1", "C"]), []);
    assert_eq!(world.lines(), [("SER".to_owned(), 2, 2), ("SER".to_owned(), 1, 1)]);
    assert_eq!(World::new(Verb::Receive, only(0)).pipe(&["NONE", "1"]), [(1, "item-differs")]);
    let mut world = World::new(Verb::Receive, |plan| plan.lot = Some(LotCode::new("L5").unwrap()));
    assert_eq!(world.pipe(&["LOT", "2", "BOTH", "1", "A"]), []);
    let mut world = World::new(Verb::Receive, |plan| plan.lot = Some(LotCode::new("L5").unwrap()));
    assert_eq!(world.pipe(&[&unit("U1")]), [(1, "lot-differs")]);
}

#[test]
fn an_order_bounds_the_batch() {
    let order = |plan: &mut Plan| {
        let units = Quantity::from_smallest_units;
        let items = [(ItemId(4), (units(5), units(2)))].into_iter().collect();
        plan.order =
            Some(crate::ledger::OrderPlan { id: OrderId(1), code: "PO-1".to_owned(), items, allow_over: false });
    };
    assert_eq!(World::new(Verb::Receive, order).pipe(&["NONE", "3"]), []);
    assert_eq!(World::new(Verb::Receive, order).pipe(&["NONE", "2", "NONE", "2"]), [(4, "over-ordered")]);
    assert_eq!(World::new(Verb::Receive, order).pipe(&["SER", "1", "A"]), [(1, "not-on-order")]);
}
