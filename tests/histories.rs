//! Random histories of all verbs against a second, stupid model: the same answers, the same stock, the same traces, and
//! after every step what must always hold in the file.
//!
//! A failure prints the whole history and the smallest seeds that proptest found; they are kept in
//! `tests/histories.proptest-regressions` and run first the next time. `SCANTRAIL_LONG=1` runs many more and longer
//! histories.
#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

#[path = "support/inspector.rs"]
mod inspector;
#[path = "histories/invariants.rs"]
mod invariants;
#[path = "support/ledger.rs"]
mod ledger;
#[path = "histories/model.rs"]
mod model;
#[path = "support/postgresql.rs"]
mod postgresql;
#[path = "histories/world.rs"]
mod world;

use model::{Batch, Group, Model, Rule, Spot, Verb};
use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;
use world::{Action, World};

/// Turns one number into the choices of a step.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        // splitmix64
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((mixed ^ (mixed >> 31)) % sides.max(1) as u64) as usize
    }

    fn percent(&mut self, chance: usize) -> bool {
        self.roll(100) < chance
    }

    fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        from[self.roll(from.len())].clone()
    }

    fn maybe<T: Clone>(&mut self, chance: usize, from: &[T]) -> Option<T> {
        (!from.is_empty() && self.percent(chance)).then(|| self.pick(from))
    }
}

const SERIALS: [&str; 7] = ["SN-1", "SN-2", "SN-3", "SN-4", "SN-5", "SN-6", "SN-7"];
const LOTS: [&str; 4] = ["LOT-A", "LOT-B", "LOT-C", "LOT-D"];
/// The last one has passed.
const DATES: [&str; 3] = ["2027-03-31", "2027-01-31", "2026-10-31"];
const SALES: [&str; 3] = ["SO-1", "SO-2", "SO-3"];

fn action(dice: &mut Dice, model: &Model) -> Action {
    match dice.roll(100) {
        0..22 => Action::Batch(batch(dice, model, Verb::Receive)),
        22..32 => Action::Batch(batch(dice, model, Verb::Transfer)),
        32..42 => Action::Allocate {
            order: dice.pick(&SALES).to_owned(),
            by_date: dice.percent(70),
            all_or_nothing: dice.percent(10),
        },
        42..45 => Action::Release { order: dice.pick(&SALES).to_owned(), picked_too: dice.percent(40) },
        45..49 => cut(dice, model),
        49..58 => Action::Batch(batch(dice, model, Verb::Pick)),
        58..68 => Action::Batch(batch(dice, model, Verb::Sell)),
        68..72 => Action::ShipPicked { order: dice.pick(&SALES).to_owned() },
        72..78 => Action::Batch(batch(dice, model, Verb::Return)),
        78..81 => Action::Batch(batch(dice, model, Verb::ReturnToSupplier)),
        81..88 => Action::Hold(rule(dice, model)),
        88..90 => {
            let holds: Vec<i64> = model.holds().into_iter().map(|(number, _)| number).collect();
            Action::ReleaseHold { number: dice.maybe(90, &holds).unwrap_or(9_999) }
        }
        _ => {
            let last = model.operations.iter().rev().take(8).map(|operation| operation.number).collect::<Vec<_>>();
            Action::Undo { number: if last.is_empty() { 9_999 } else { dice.pick(&last) } }
        }
    }
}

fn rule(dice: &mut Dice, model: &Model) -> Rule {
    let item = dice.pick(&model.items);
    let mut rule = Rule { item: item.sku.to_owned(), lot: None, serial: None, supplier: None };
    let mostly_known = |dice: &mut Dice, known: &[(String, String)], any: &[&str]| {
        let known: Vec<&(String, String)> = known.iter().filter(|(of, _)| of == item.sku).collect();
        let chosen = dice.maybe(85, &known).map(|(_, text)| text.clone());
        chosen.unwrap_or_else(|| dice.pick(any).to_owned())
    };
    if item.by_lot && dice.percent(50) {
        rule.lot = Some(mostly_known(dice, &model.lots, &LOTS));
    }
    if item.by_serial && rule.lot.is_none() && dice.percent(80) {
        rule.serial = Some(mostly_known(dice, &model.serials, &SERIALS));
    }
    if item.by_lot || item.by_serial {
        rule.supplier = dice.maybe(30, &["ACME", "ZETA"]).map(str::to_owned);
    }
    rule
}

fn batch(dice: &mut Dice, model: &Model, verb: Verb) -> Batch {
    let places: Vec<String> = model.places.iter().map(|(path, _)| (*path).to_owned()).collect();
    let orders = |sales: bool| -> Vec<String> {
        model.orders.iter().filter(|order| order.is_sales == sales).map(|order| order.code.to_owned()).collect()
    };
    let suppliers = ["ACME".to_owned(), "ZETA".to_owned()];
    let customers = ["BOB".to_owned(), "EVE".to_owned()];
    let (chance, sales, partners) = match verb {
        Verb::Receive => (55, false, &suppliers),
        Verb::ReturnToSupplier => (30, false, &suppliers),
        Verb::Pick => (100, true, &customers),
        Verb::Transfer => (0, true, &customers),
        _ => (55, true, &customers),
    };
    let order = dice.maybe(chance, &orders(sales));
    let its_partner = order.as_ref().map(|order| model.order(order).partner.to_owned());
    let partner = match (verb, &its_partner) {
        (Verb::Transfer | Verb::Pick, _) => None,
        (Verb::ReturnToSupplier, Some(its)) if dice.percent(90) => Some(its.clone()),
        (Verb::ReturnToSupplier | Verb::Sell | Verb::Receive, None) | (Verb::ReturnToSupplier, _) => {
            Some(dice.pick(partners))
        }
        (Verb::Return, None) => dice.maybe(60, partners),
        (_, Some(_)) => dice.maybe(5, partners),
    };
    let disposition =
        if verb == Verb::Return { dice.pick(&["restock", "restock", "quarantine", "scrap"]) } else { "restock" };
    let fitting: Vec<String> = places.iter().filter(|place| model.is_pickable(place)).cloned().collect();
    let wanted = if dice.percent(75) { &fitting } else { &places };
    let to = match (verb, disposition) {
        (Verb::Sell | Verb::ReturnToSupplier, _) | (_, "scrap") => None,
        (Verb::Pick, _) | (_, "quarantine") => dice.maybe(20, wanted),
        _ => dice.maybe(95, wanted),
    };
    let from = match verb {
        Verb::Receive | Verb::Return => None,
        _ => dice.maybe(30, &places),
    };
    let mut batch = Batch {
        verb,
        order,
        partner,
        from,
        to,
        scanned_place: None,
        disposition,
        allow_over: verb == Verb::Receive && dice.percent(15),
        expires: None,
        lot_by_flag: false,
        groups: Vec::new(),
    };
    // A place is named or scanned, never both, so that it is clear which one holds.
    if dice.percent(40) {
        batch.scanned_place = match verb {
            Verb::Receive | Verb::Transfer | Verb::Return => batch.to.take(),
            _ => batch.from.take(),
        };
    }
    let no_mixed = verb == Verb::Receive;
    if !no_mixed && dice.percent(20) {
        let serials = serials(dice, model, &batch, None, None);
        let units = serials.len() as i64;
        batch.groups.push(Group { item: None, units, lot: None, serials, measures: Vec::new() });
        return batch;
    }
    let ordered: Vec<String> = match &batch.order {
        Some(order) if dice.percent(92) => model.order(order).lines.iter().map(|(sku, _)| (*sku).to_owned()).collect(),
        _ => model.items.iter().map(|item| item.sku.to_owned()).collect(),
    };
    for _ in 0..=usize::from(dice.percent(30)) {
        let sku = dice.pick(&ordered);
        if batch.groups.iter().all(|group| group.item.as_ref() != Some(&sku)) {
            let group = group(dice, model, &batch, &sku);
            batch.groups.push(group);
        }
    }
    if let [only] = batch.groups.as_slice()
        && model.item(only.item.as_deref().unwrap()).by_lot
    {
        batch.lot_by_flag = dice.percent(25);
        if verb == Verb::Receive {
            let known = model.expiry(only.item.as_deref().unwrap(), only.lot.as_deref().unwrap());
            batch.expires = match known {
                Some(known) if dice.percent(85) => dice.maybe(50, &[known]),
                _ => dice.maybe(60, &DATES).map(str::to_owned),
            };
        }
    }
    batch
}

fn group(dice: &mut Dice, model: &Model, batch: &Batch, sku: &str) -> Group {
    let item = model.item(sku);
    let known: Vec<String> = model.lots.iter().filter(|(of, _)| of == sku).map(|(_, lot)| lot.clone()).collect();
    let lot = match batch.verb {
        Verb::Receive => dice.pick(&LOTS).to_owned(),
        _ if known.is_empty() || dice.percent(5) => dice.pick(&LOTS).to_owned(),
        _ => dice.pick(&known),
    };
    let lot = item.by_lot.then_some(lot);
    if item.by_serial {
        let serials = serials(dice, model, batch, Some(sku), lot.as_deref());
        let is_stated = item.is_measured && batch.verb == Verb::Receive;
        let measures = serials.iter().filter(|_| is_stated).map(|_| measure(dice)).collect();
        return Group { item: Some(sku.to_owned()), units: serials.len() as i64, lot, serials, measures };
    }
    let units = if item.scale == 0 { 1 + dice.roll(4) as i64 } else { 25 + dice.roll(400) as i64 };
    Group { item: Some(sku.to_owned()), units, lot, serials: Vec::new(), measures: Vec::new() }
}

/// Round measures and odd ones, some of them equal.
fn measure(dice: &mut Dice) -> i64 {
    if dice.percent(60) { dice.pick(&[5_000, 15_000, 16_000, 20_000]) } else { 1 + dice.roll(25_000) as i64 }
}

/// Mostly some off a unit that is here, and now and then too much of one that is not.
fn cut(dice: &mut Dice, model: &Model) -> Action {
    let units: Vec<String> =
        model.serials.iter().filter(|(of, _)| of == "SLATE").map(|(_, serial)| serial.clone()).collect();
    let is_here =
        |serial: &&String| model.standing("SLATE", serial).is_some_and(|(spot, _)| model.is_ours(&spot.place));
    let here: Vec<String> = units.iter().filter(is_here).cloned().collect();
    let serial = dice.maybe(85, &here).or_else(|| dice.maybe(80, &units));
    let serial = serial.unwrap_or_else(|| dice.pick(&SERIALS).to_owned());
    let whole = model.measure("SLATE", &serial);
    let measure =
        if dice.percent(90) { 1 + dice.roll((whole - 1) as usize) as i64 } else { whole + dice.roll(2) as i64 };
    Action::Cut { serial, measure }
}

/// Serials that mostly stand where the batch may take them.
fn serials(dice: &mut Dice, model: &Model, batch: &Batch, sku: Option<&str>, lot: Option<&str>) -> Vec<String> {
    let may = |spot: &Spot| match batch.verb {
        Verb::Receive => false,
        Verb::Return => spot.place.starts_with("@customer"),
        Verb::Transfer | Verb::ReturnToSupplier => model.is_ours(&spot.place),
        _ => {
            model.is_pickable(&spot.place) && spot.claim.as_ref().is_none_or(|(of, _)| Some(of) == batch.order.as_ref())
        }
    };
    let mut fitting: Vec<String> = Vec::new();
    for (of, serial) in &model.serials {
        let (spot, its_lot) = model.standing(of, serial).unwrap();
        if sku.is_none_or(|sku| sku == of) && may(&spot) && lot.is_none_or(|lot| its_lot.as_deref() == Some(lot)) {
            fitting.push(serial.clone());
        }
    }
    if batch.verb == Verb::Receive {
        let is_away = |serial: &&str| {
            let standing = model.standing(sku.unwrap_or_default(), serial);
            standing.is_none_or(|(spot, _)| !model.is_ours(&spot.place) && !spot.place.starts_with("@customer"))
        };
        fitting = SERIALS.into_iter().filter(is_away).map(str::to_owned).collect();
    }
    let mut chosen: Vec<String> = Vec::new();
    for _ in 0..=dice.roll(3) {
        let serial = match dice.percent(93) && !fitting.is_empty() {
            true => fitting.remove(dice.roll(fitting.len())),
            false => dice.pick(&SERIALS).to_owned(),
        };
        chosen.push(serial);
    }
    chosen
}

/// The receipt of a lot of milk.
fn milk(index: usize, units: i64, to: &str, expires: Option<String>) -> Batch {
    let lot = Some(format!("LOT-{index}"));
    let group = Group { item: Some("MILK".to_owned()), units, lot, serials: Vec::new(), measures: Vec::new() };
    Batch {
        verb: Verb::Receive,
        order: None,
        partner: Some("ACME".to_owned()),
        from: None,
        to: Some(to.to_owned()),
        scanned_place: None,
        disposition: "restock",
        allow_over: false,
        expires,
        lot_by_flag: true,
        groups: vec![group],
    }
}

/// The dates of the milk that may be set aside, without one last, and how much there is with each.
fn free_milk(model: &Model) -> Vec<((bool, Option<String>), i64)> {
    let mut found = Vec::new();
    for lot in model.lots_of("MILK").into_iter().flatten() {
        if model.is_expired("MILK", &lot) || model.is_held("MILK", Some(&lot), None) {
            continue;
        }
        let date = model.expiry("MILK", &lot);
        let stock = model.stock("MILK", Some(&lot)).into_iter();
        let free = stock.filter(|(spot, units)| spot.claim.is_none() && *units > 0 && model.is_pickable(&spot.place));
        found.extend(free.map(|(_, units)| ((date.is_none(), date.clone()), units)));
    }
    found
}

fn play(seeds: &[u64], more_places: bool) {
    let mut world = World::new(more_places);
    for seed in seeds {
        let mut dice = Dice(*seed);
        let action = action(&mut dice, &world.model);
        let (dry_first, repeat) = (dice.percent(25), dice.percent(10));
        world.step(action, dry_first, repeat);
    }
    world.finish();
}

fn is_long() -> bool {
    std::env::var_os("SCANTRAIL_LONG").is_some_and(|value| value == "1")
}

fn config() -> ProptestConfig {
    ProptestConfig {
        cases: if is_long() { 3_000 } else { 24 },
        max_shrink_iters: 2_000,
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct("tests/histories.proptest-regressions"))),
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn the_ledger_answers_as_the_model_does(
        seeds in prop::collection::vec(any::<u64>(), 1..if is_long() { 160 } else { 70 }),
        more_places in any::<bool>(),
    ) {
        play(&seeds, more_places);
    }

    /// Lots with random dates, sizes and places, and then one order after the other: what is set aside expires no later
    /// than anything that is left, never has expired, and is never more than is ordered or there.
    #[test]
    fn first_expired_goes_first_and_never_more_than_is_ordered_or_there(
        lots in prop::collection::vec((prop::option::weighted(0.8, 0_u32..40), 1_i64..4, any::<bool>()), 1..9),
        holds in prop::collection::vec(0_usize..9, 0..2),
    ) {
        let mut world = World::new(false);
        for (index, (day, units, is_far)) in lots.iter().enumerate() {
            let expires = day.map(|day| format!("2026-{}-{:02}", 11 + day / 28, 1 + day % 28));
            world.step(Action::Batch(milk(index, *units, if *is_far { "B" } else { "A" }, expires)), false, false);
        }
        for index in holds {
            let lot = Some(format!("LOT-{index}"));
            let rule = Rule { item: "MILK".to_owned(), lot, serial: None, supplier: None };
            if !world.model.holds().iter().any(|(_, on)| *on == rule) {
                world.step(Action::Hold(rule), false, false);
            }
        }
        for order in SALES {
            let good_before = free_milk(&world.model);
            let needed = world.model.needed(order, "MILK");
            let allocate = Action::Allocate { order: order.to_owned(), by_date: true, all_or_nothing: false };
            world.step(allocate, false, false);
            let taken = &world.model.operations.last().unwrap().moves;
            let total: i64 = taken.iter().map(|one| one.units).sum();
            let there: i64 = good_before.iter().map(|(_, units)| units).sum();
            assert_eq!(total, needed.min(there), "{}", world.log);
            let date = |lot: &Option<String>| {
                let date = world.model.expiry("MILK", lot.as_deref().unwrap());
                (date.is_none(), date)
            };
            let latest = taken.iter().map(|one| date(&one.lot)).max();
            let first_left = free_milk(&world.model).into_iter().map(|(date, _)| date).min();
            assert!(latest.is_none() || first_left.is_none() || latest <= first_left, "{}", world.log);
            assert!(taken.iter().all(|one| !world.model.is_expired("MILK", one.lot.as_deref().unwrap())));
        }
    }
}
