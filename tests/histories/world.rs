//! The real ledger beside the second model, and one step on both.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fmt::Write as _;

use scantrail::ledger::{MeasuredStrategy, Strategy};
use scantrail::model::{LotDates, OperationNumber, Stamp};
use scantrail::ops::{
    AddItem, AddLocation, AddOrder, AddPartner, Allocate, BatchOptions, Cut, Disposition, HoldWords, OpError, Pick,
    Receive, Recorded, Release, ReleaseHold, Request, ReturnGoods, ReturnToSupplier, RuleChanges, ScanVerb, Sell,
    SubjectKind, Traced, Transfer, add_item, add_location, add_order, add_partner, hold, record_batch, ship_picked,
    short_of, trace, undo,
};
use scantrail::scan::{Framed, Scans};
use scantrail::store::{Address, Options, RecordedLine, StockFilter, Store};

use crate::inspector::Inspector;
use crate::invariants;
use crate::ledger::{Engine, Ledger};
use crate::model::{Batch, Item, Model, Move, Operation, Order, Rule, Spot, TODAY, Verb, Verdict, shown};

/// What is done in one step.
#[derive(Clone, Debug)]
pub enum Action {
    Batch(Batch),
    Allocate { order: String, by_date: bool, all_or_nothing: bool },
    Release { order: String, picked_too: bool },
    ShipPicked { order: String },
    Undo { number: i64 },
    Hold(Rule),
    ReleaseHold { number: i64 },
    Cut { serial: String, measure: i64 },
}

/// Refusals as line and code, or what was recorded.
type Outcome = Result<Recorded, Vec<(Option<u32>, &'static str)>>;

pub struct World {
    pub model: Model,
    store: Store,
    inspector: Inspector,
    _ledger: Ledger,
    requests: i64,
    /// What was done, for the message of a failure.
    pub log: String,
    last: Option<(Action, Request, i64)>,
    _folder: tempfile::TempDir,
}

fn claim_of(standing: &scantrail::ledger::Standing) -> Spot {
    let claim = standing.claim.as_ref();
    Spot {
        place: standing.place.path.clone(),
        claim: claim.map(|claim| (claim.order_code.clone(), claim.stage.word().to_owned())),
    }
}

fn moves(lines: &[RecordedLine]) -> Vec<Move> {
    let one = |line: &RecordedLine| Move {
        item: line.item.sku.to_string(),
        lot: line.lot.as_ref().map(|lot| lot.code.to_string()),
        serial: line.serial.as_deref().map(str::to_owned),
        units: line.quantity.smallest_units(),
        from: claim_of(&line.from),
        to: claim_of(&line.to),
    };
    lines.iter().map(one).collect()
}

fn sorted(mut moves: Vec<Move>) -> Vec<Move> {
    moves.sort();
    moves
}

impl World {
    /// An empty ledger with its master data. `more_places` adds a second staging and a second quarantine place.
    pub fn new(more_places: bool) -> World {
        let item = |sku, by_lot, by_serial, scale| Item { sku, by_lot, by_serial, scale, is_measured: sku == "SLATE" };
        let mut places =
            vec![("A", "storage"), ("B", "storage"), ("STG", "staging"), ("QUA", "quarantine"), ("TRK", "transit")];
        if more_places {
            places.extend([("STG/2", "staging"), ("QUA/2", "quarantine")]);
        }
        let order = |code, is_sales, partner, lines| Order { code, is_sales, partner, lines };
        let model = Model {
            items: vec![
                item("BULK", false, false, 0),
                item("FELT", false, false, 2),
                item("MILK", true, false, 0),
                item("LAP", false, true, 0),
                item("VIAL", true, true, 0),
                item("SLATE", false, true, 2),
            ],
            places,
            orders: vec![
                order(
                    "PO-1",
                    false,
                    "ACME",
                    vec![("BULK", 6), ("MILK", 6), ("LAP", 3), ("LAP", 1), ("VIAL", 4), ("SLATE", 9_000_000)],
                ),
                order("PO-2", false, "ZETA", vec![("FELT", 900), ("MILK", 4), ("VIAL", 2)]),
                order("SO-1", true, "BOB", vec![("BULK", 4), ("MILK", 4), ("LAP", 2), ("VIAL", 2), ("SLATE", 32_000)]),
                order("SO-2", true, "EVE", vec![("FELT", 550), ("MILK", 3), ("LAP", 2), ("VIAL", 1)]),
                order("SO-3", true, "BOB", vec![("MILK", 2), ("MILK", 2), ("LAP", 1), ("BULK", 3), ("SLATE", 10_000)]),
            ],
            operations: Vec::new(),
            lots: Vec::new(),
            serials: Vec::new(),
        };
        let folder = tempfile::tempdir().unwrap();
        let ledger = Ledger::empty(Engine::of_this_run(), "ledger.db");
        let address = folder.path().join(ledger.address());
        let address = if ledger.is_file() { address.as_os_str() } else { OsStr::new(ledger.address()) };
        let address = Address::parse(address, &|_| None).unwrap();
        let options =
            Options { allow_network_file_system: true, seed: 1, now: chrono::DateTime::default(), tell: |_| {} };
        Store::create(&address, &options).unwrap();
        let store = Store::open(&address, &options).unwrap();
        let inspector = ledger.inspector(folder.path());
        let mut world = World {
            model,
            store,
            inspector,
            _ledger: ledger,
            requests: 0,
            log: String::new(),
            last: None,
            _folder: folder,
        };
        world.make_masters();
        world
    }

    fn make_masters(&mut self) {
        for item in self.model.items.clone() {
            let track = match (item.by_lot, item.by_serial) {
                (false, false) => "none",
                (true, false) => "lot",
                (false, true) => "serial",
                (true, true) => "lot+serial",
            };
            let new = AddItem {
                sku: item.sku.to_owned(),
                name: Some(item.sku.to_owned()),
                track: Some(track.to_owned()),
                scale: Some(item.scale as u8),
                rules: RuleChanges { measure: item.is_measured.then(|| "sqft".to_owned()), ..RuleChanges::default() },
                ..AddItem::default()
            };
            let request = self.request(false);
            add_item(&self.store, &new, &request).unwrap();
        }
        for (path, kind) in self.model.places.clone() {
            let new = AddLocation { code: path.to_owned(), kind: Some(kind.to_owned()) };
            let request = self.request(false);
            add_location(&self.store, &new, &request).unwrap();
        }
        for (code, kind) in [("ACME", "supplier"), ("ZETA", "supplier"), ("BOB", "customer"), ("EVE", "customer")] {
            let new = AddPartner { code: code.to_owned(), kind: kind.to_owned(), name: code.to_owned() };
            let request = self.request(false);
            add_partner(&self.store, &new, &request).unwrap();
        }
        for order in self.model.orders.clone() {
            let line =
                |(sku, units): &(&str, i64)| ((*sku).to_owned(), shown(*units, self.model.item(sku).scale), None);
            let new = AddOrder {
                code: order.code.to_owned(),
                kind: if order.is_sales { "sales" } else { "purchase" }.to_owned(),
                partner: Some(order.partner.to_owned()),
                lines: order.lines.iter().map(line).collect(),
            };
            let request = self.request(false);
            add_order(&self.store, &new, &request).unwrap();
        }
    }

    /// Two stations take turns, so that two chains are built.
    fn request(&mut self, dry_run: bool) -> Request {
        self.requests += 1;
        let now = format!("{TODAY}T10:00:00+00:00").parse().unwrap();
        let station = if self.requests % 3 == 0 { "dock-2" } else { "dock-1" };
        let stamp = Stamp { at: now, recorded_at: now, operator: "ann".to_owned(), station: station.to_owned() };
        Request {
            op_id: format!("request-{}", self.requests),
            stamp,
            at_is_given: false,
            note: None,
            reason: Some("proof".to_owned()),
            fields: BTreeMap::new(),
            dry_run,
        }
    }

    fn run(&self, action: &Action, request: &Request) -> Outcome {
        let outcome = match action {
            Action::Batch(batch) => self.run_batch(batch, request),
            Action::Allocate { order, by_date, all_or_nothing } => {
                let strategy = if *by_date { Strategy::FirstExpired } else { Strategy::FirstIn };
                let verb = Allocate {
                    sales_order: order.clone(),
                    strategy: Some(strategy),
                    all_or_nothing: *all_or_nothing,
                    measured: if *by_date { MeasuredStrategy::LeastOvershoot } else { MeasuredStrategy::FewestUnits },
                };
                verb.run(&self.store, request)
            }
            Action::Release { order, picked_too } => {
                Release { sales_order: order.clone(), picked_too: *picked_too }.run(&self.store, request)
            }
            Action::ShipPicked { order } => {
                let sell = Sell { sales_order: Some(order.clone()), ..Sell::default() };
                ship_picked(&self.store, &sell, request)
            }
            Action::Undo { number } => undo(&self.store, OperationNumber(*number), request),
            Action::Hold(rule) => {
                let words = HoldWords {
                    item: rule.item.clone(),
                    lot: rule.lot.clone(),
                    serial: rule.serial.clone(),
                    supplier: rule.supplier.clone(),
                    received: None,
                };
                hold(&self.store, &words, request)
            }
            Action::ReleaseHold { number } => ReleaseHold::Number(OperationNumber(*number)).run(&self.store, request),
            Action::Cut { serial, measure } => Cut {
                serial: serial.clone(),
                measure: shown(*measure, 2),
                item: Some("SLATE".to_owned()),
                new_serial: None,
            }
            .run(&self.store, request),
        };
        match outcome {
            Ok(recorded) => Ok(recorded),
            Err(OpError::Refused(refused)) => {
                Err(refused.listed.iter().map(|refusal| (refusal.line, refusal.code.text())).collect())
            }
            Err(other) => panic!("the database said {other:?}\n{}", self.log),
        }
    }

    fn run_batch(&self, batch: &Batch, request: &Request) -> scantrail::ops::Result<Recorded> {
        let expires = batch.expires.as_ref().map(|date| date.parse().unwrap());
        let lot = batch.groups[0].lot.clone().filter(|_| batch.lot_by_flag);
        let options =
            BatchOptions { lot, dates: LotDates { expires, ..LotDates::default() }, ..BatchOptions::default() };
        let (from, to) = (batch.from.clone(), batch.to.clone());
        let verb: Box<dyn ScanVerb> = match batch.verb {
            Verb::Receive => Box::new(Receive {
                purchase_order: batch.order.clone(),
                supplier: batch.partner.clone(),
                to,
                invoice: Some("R-1".to_owned()),
                allow_over: batch.allow_over,
                options,
                ..Receive::default()
            }),
            Verb::Transfer => Box::new(Transfer { from, to, options, ..Transfer::default() }),
            Verb::Pick => Box::new(Pick { sales_order: batch.order.clone().unwrap(), from, to, options }),
            Verb::Sell => Box::new(Sell {
                sales_order: batch.order.clone(),
                customer: batch.partner.clone(),
                from,
                invoice: None,
                override_hold: false,
                options,
            }),
            Verb::Return => Box::new(ReturnGoods {
                sales_order: batch.order.clone(),
                customer: batch.partner.clone(),
                to,
                disposition: match batch.disposition {
                    "quarantine" => Disposition::Quarantine,
                    "scrap" => Disposition::Scrap,
                    _ => Disposition::Restock,
                },
                options,
            }),
            Verb::ReturnToSupplier => Box::new(ReturnToSupplier {
                supplier: batch.partner.clone().unwrap(),
                purchase_order: batch.order.clone(),
                from,
                options,
            }),
        };
        let scan = |(index, text): (usize, String)| Framed::Scan(scantrail::scan::Scan::new(index as u32 + 1, text));
        let scans: Scans = batch.scans(&self.model).into_iter().enumerate().map(scan).collect();
        record_batch(&self.store, verb.as_ref(), request, &scans)
    }

    /// One step on both, and everything that must hold after it.
    pub fn step(&mut self, action: Action, dry_first: bool, repeat: bool) {
        let _ = writeln!(self.log, "{action:?}");
        if let Action::Batch(batch) = &action {
            let _ = writeln!(self.log, "    scans {:?}", batch.scans(&self.model));
        }
        let dry = dry_first.then(|| {
            let request = self.request(true);
            let before = invariants::count(&mut self.inspector);
            let outcome = self.run(&action, &request);
            assert_eq!(before, invariants::count(&mut self.inspector), "a dry run wrote something\n{}", self.log);
            outcome
        });
        let request = self.request(false);
        let outcome = self.run(&action, &request);
        if let Some(dry) = &dry {
            self.compare_dry(dry, &outcome);
        }
        match &outcome {
            Ok(recorded) => {
                let _ = writeln!(self.log, "    => operation {}", recorded.operation.number);
            }
            Err(refused) => {
                let _ = writeln!(self.log, "    => {refused:?}");
            }
        }
        match outcome {
            Ok(recorded) => self.accepted(&action, recorded, &request),
            Err(refused) => self.refused(&action, &refused),
        }
        if repeat {
            self.repeat();
        }
        invariants::check(&mut self.inspector, &self.log);
        self.compare_stock();
        self.check_orders();
    }

    fn compare_dry(&self, dry: &Outcome, wet: &Outcome) {
        match (dry, wet) {
            (Ok(dry), Ok(wet)) => {
                assert!(dry.dry_run && !wet.dry_run);
                assert_eq!(moves(&dry.operation.lines), moves(&wet.operation.lines), "{}", self.log);
            }
            (Err(dry), Err(wet)) => assert_eq!(dry, wet, "{}", self.log),
            (dry, wet) => panic!("a dry run said {:?}, and then it was {:?}\n{}", dry.is_ok(), wet.is_ok(), self.log),
        }
    }

    /// The last accepted step once more with the same op id, and another one under that id.
    fn repeat(&mut self) {
        let Some((action, request, number)) = self.last.clone() else { return };
        let before = invariants::count(&mut self.inspector);
        let again = self.run(&action, &request).unwrap_or_else(|codes| panic!("repeated: {codes:?}\n{}", self.log));
        assert!(again.already_recorded && again.operation.number.0 == number, "{}", self.log);
        let first = self.model.operation(number).unwrap();
        assert_eq!(moves(&again.operation.lines), first.moves, "{}", self.log);
        let other = Action::Release { order: "SO-1".to_owned(), picked_too: false };
        if !matches!(action, Action::Release { .. }) {
            let reused = self.run(&other, &request).map(|recorded| recorded.operation.number);
            assert_eq!(reused, Err(vec![(None, "op-id-reused")]), "{}", self.log);
        }
        assert_eq!(before, invariants::count(&mut self.inspector), "a repeat wrote something\n{}", self.log);
    }

    fn refused(&self, action: &Action, refused: &[(Option<u32>, &'static str)]) {
        let fail = |expected: &dyn std::fmt::Debug| -> ! {
            panic!("refused with {refused:?}; the model says {expected:?}\n{}", self.log)
        };
        match action {
            Action::Batch(batch) => {
                let verdict = self.model.judge(batch);
                if !matches_verdict(&verdict, refused) {
                    fail(&verdict);
                }
            }
            Action::Allocate { order, all_or_nothing, .. } => {
                let short = self.model.short(order);
                let expected = vec![(None, "not-enough-stock"); short.len()];
                if !all_or_nothing || short.is_empty() || refused != expected {
                    fail(&short);
                }
            }
            Action::Release { order, picked_too } => {
                let expected = self.model.release(order, *picked_too);
                if !expected.is_empty() || refused != [(None, "nothing-allocated")] {
                    fail(&expected);
                }
            }
            Action::ShipPicked { order } => {
                let expected = self.model.ship_picked(order);
                let mut codes: Vec<&str> = refused.iter().map(|(_, code)| *code).collect();
                codes.sort_unstable();
                if expected.as_ref().err().is_none_or(|expected| codes != *expected) {
                    fail(&expected);
                }
            }
            Action::Hold(rule) => {
                let is_on = self.model.holds().iter().any(|(_, on)| on == rule);
                if !is_on || refused != [(None, "already-on-hold")] {
                    fail(&rule);
                }
            }
            Action::ReleaseHold { number } => {
                let was_made = self.model.operation(*number).is_some_and(|one| one.rule.is_some());
                let is_on = self.model.holds().iter().any(|(on, _)| on == number);
                let code = if was_made { "not-on-hold" } else { "unknown-operation" };
                if is_on || refused != [(None, code)] {
                    fail(&code);
                }
            }
            Action::Cut { serial, measure } => {
                let expected = self.model.cut("SLATE", serial, *measure);
                if expected.as_ref().err().is_none_or(|code| refused != [(None, *code)]) {
                    fail(&expected);
                }
            }
            Action::Undo { number } => {
                let expected = self.model.undo(*number);
                if expected.as_ref().err().is_none_or(|code| refused != [(None, *code)]) {
                    fail(&expected);
                }
            }
        }
    }

    fn accepted(&mut self, action: &Action, recorded: Recorded, request: &Request) {
        let found = moves(&recorded.operation.lines);
        let number = recorded.operation.number.0;
        let fail = |why: String| -> ! { panic!("accepted as {found:?}, and {why}\n{}", self.log) };
        let (mut partner, mut reverses, mut dates) = (None, None, Vec::new());
        let (mut rule, mut ends) = (None, None);
        let order = match action {
            Action::Batch(batch) => {
                let verdict = self.model.judge(batch);
                if !verdict.is_accepted() {
                    fail(format!("the model says {verdict:?}"));
                }
                if let Err(why) = self.model.check_batch(batch, &found) {
                    fail(why);
                }
                partner = batch.order.as_ref().map(|order| self.model.order(order).partner.to_owned());
                partner = partner.or_else(|| batch.partner.clone());
                if let (Verb::Receive, Some(expires)) = (batch.verb, &batch.expires) {
                    for group in &batch.groups {
                        let by_lot = group.item.as_ref().filter(|sku| self.model.item(sku).by_lot);
                        if let Some((sku, lot)) = by_lot.zip(group.lot.as_ref()) {
                            dates.push((sku.clone(), lot.clone(), expires.clone()));
                        }
                    }
                }
                batch.order.clone()
            }
            Action::Allocate { order: code, by_date, all_or_nothing } => {
                let short = self.model.short(code);
                if *all_or_nothing && !short.is_empty() {
                    fail(format!("the model is short of {short:?}"));
                }
                if let Err(why) = self.model.check_allocation(code, *by_date, &found) {
                    fail(why);
                }
                let said: BTreeMap<String, String> = short_of(&recorded.operation).into_iter().collect();
                let expected: BTreeMap<String, String> =
                    short.iter().map(|(sku, units)| (sku.clone(), shown(*units, self.model.item(sku).scale))).collect();
                if said != expected {
                    fail(format!("short is {expected:?}, and {said:?} was said"));
                }
                Some(code.clone())
            }
            Action::Release { order: code, picked_too } => {
                let expected = sorted(self.model.release(code, *picked_too));
                if expected.is_empty() || expected != sorted(found.clone()) {
                    fail(format!("the model gives back {expected:?}"));
                }
                Some(code.clone())
            }
            Action::ShipPicked { order: code } => {
                match self.model.ship_picked(code) {
                    Ok(expected) if sorted(expected.clone()) == sorted(found.clone()) => {}
                    other => fail(format!("the model ships {other:?}")),
                }
                Some(code.clone())
            }
            Action::Cut { serial, measure } => {
                match self.model.cut("SLATE", serial, *measure) {
                    Ok(expected) if expected == found => {}
                    other => fail(format!("the model cuts {other:?}")),
                }
                None
            }
            Action::Undo { number: target } => {
                match self.model.undo(*target) {
                    Ok(expected) if sorted(expected.clone()) == sorted(found.clone()) => {}
                    other => fail(format!("the model undoes {other:?}")),
                }
                let undone = self.model.operation(*target).unwrap();
                (partner, reverses) = (undone.partner.clone(), Some(*target));
                undone.order.clone()
            }
            Action::Hold(made) => {
                let expected = sorted(self.model.released_by(made));
                let is_on = self.model.holds().iter().any(|(_, on)| on == made);
                if is_on || expected != sorted(found.clone()) {
                    fail(format!("the model gives back {expected:?}"));
                }
                rule = Some(made.clone());
                None
            }
            Action::ReleaseHold { number } => {
                let is_on = self.model.holds().iter().any(|(on, _)| on == number);
                if !is_on || !found.is_empty() {
                    fail("the model knows no such hold".to_owned());
                }
                ends = Some(*number);
                None
            }
        };
        let kind = recorded.operation.kind.clone();
        self.model.apply(Operation { number, kind, order, partner, reverses, dates, moves: found, rule, ends });
        let both = self.model.allocated_and_held();
        assert!(both.is_empty(), "{both:?} is set aside and on hold\n{}", self.log);
        self.last = Some((action.clone(), request.clone(), number));
    }

    /// What the ledger says is in stock, against the model.
    fn compare_stock(&self) {
        let rows = self.store.read(|view| view.stock(&StockFilter::default())).unwrap();
        let mut found: Vec<(String, Option<String>, Option<String>, i64, Spot)> = rows
            .iter()
            .map(|row| {
                let lot = row.lot.as_ref().map(|lot| lot.code.to_string());
                (
                    row.item.sku.to_string(),
                    lot,
                    row.serial.clone(),
                    row.quantity.smallest_units(),
                    claim_of(&row.standing),
                )
            })
            .collect();
        let mut expected = Vec::new();
        for item in &self.model.items {
            if item.by_serial {
                for (sku, serial) in self.model.serials.iter().filter(|(of, _)| of == item.sku) {
                    let (spot, lot) = self.model.standing(sku, serial).unwrap();
                    if self.model.is_ours(&spot.place) {
                        expected.push((sku.clone(), lot, Some(serial.clone()), self.model.measure(sku, serial), spot));
                    }
                }
                continue;
            }
            for lot in self.model.lots_of(item.sku) {
                for (spot, units) in self.model.stock(item.sku, lot.as_deref()) {
                    if self.model.is_ours(&spot.place) {
                        expected.push((item.sku.to_owned(), lot.clone(), None, units, spot));
                    }
                }
            }
        }
        found.sort();
        expected.sort();
        assert_eq!(found, expected, "the stock differs\n{}", self.log);
    }

    /// No order has more than it asks for, and no unit is claimed twice.
    fn check_orders(&self) {
        for order in self.model.orders.iter().filter(|order| order.is_sales) {
            // The last measured unit may reach over what is asked for.
            for item in self.model.items.iter().filter(|item| !item.is_measured) {
                let (has, asks) =
                    (self.model.set_aside(order.code, item.sku), self.model.ordered(order.code, item.sku));
                assert!(has <= asks, "{} has {has} of {}, and asks for {asks}\n{}", order.code, item.sku, self.log);
            }
        }
    }

    /// What the traces say of now, and the number of their events, against the model.
    pub fn compare_traces(&self) {
        for (sku, serial) in &self.model.serials {
            let (spot, lot) = self.model.standing(sku, serial).unwrap();
            let trace = self.trace(serial, sku, SubjectKind::Serial);
            let [now] = trace.now.as_slice() else { panic!("{serial} is in {} places\n{}", trace.now.len(), self.log) };
            let found = (claim_of(&now.standing), now.lot.as_ref().map(|lot| lot.code.to_string()), now.state());
            let state = self.state(&spot, sku, lot.as_deref(), Some(serial));
            assert_eq!(found, (spot.clone(), lot, state), "{sku} {serial}\n{}", self.log);
            let operations = self.model.operations.iter().flat_map(|operation| &operation.moves);
            let hops = operations.filter(|one| one.item == *sku && one.serial.as_ref() == Some(serial)).count();
            assert_eq!(trace.events.len(), hops, "{sku} {serial}\n{}", self.log);
        }
        for (sku, lot) in &self.model.lots {
            let trace = self.trace(lot, sku, SubjectKind::Lot);
            let mut found: BTreeMap<Spot, i64> = BTreeMap::new();
            for now in &trace.now {
                *found.entry(claim_of(&now.standing)).or_default() += now.quantity.smallest_units();
            }
            let mut expected = self.model.stock(sku, Some(lot));
            expected.retain(|_, units| *units > 0);
            if self.model.item(sku).by_serial {
                // Units that went back are shown where they went; a counted lot shows what is left.
                expected.retain(|spot, _| !spot.place.starts_with("@supplier"));
                found.retain(|spot, _| !spot.place.starts_with("@supplier"));
            }
            assert_eq!(found, expected, "lot {lot} of {sku}\n{}", self.log);
            for now in &trace.now {
                let state = self.state(&claim_of(&now.standing), sku, Some(lot), now.serial.as_deref());
                assert_eq!(now.state(), state, "{}", self.log);
            }
        }
        for order in &self.model.orders {
            let found = self.store.read(|view| trace(view, order.code, None, Some(SubjectKind::Order), today()));
            let Ok(Traced::One(trace)) = found else { panic!("{} has no trace\n{}", order.code, self.log) };
            let on_order = |one: &&Operation| one.order.as_deref() == Some(order.code);
            let numbers: Vec<i64> = self.model.operations.iter().filter(on_order).map(|one| one.number).collect();
            let moves: usize = self.model.operations.iter().filter(on_order).map(|one| one.moves.len()).sum();
            // What happened to its goods elsewhere stands between them.
            let events = trace.events.iter().filter(|event| numbers.contains(&event.operation.0));
            assert_eq!(events.count(), moves, "{}\n{}", order.code, self.log);
        }
    }

    fn trace(&self, code: &str, sku: &str, kind: SubjectKind) -> scantrail::ops::Trace {
        let found = self.store.read(|view| trace(view, code, Some(sku), Some(kind), today()));
        match found {
            Ok(Traced::One(trace)) => *trace,
            other => panic!("{code} of {sku} has the trace {other:?}\n{}", self.log),
        }
    }

    fn state(&self, spot: &Spot, sku: &str, lot: Option<&str>, serial: Option<&str>) -> &'static str {
        match (self.model.kind_of(&spot.place), &spot.claim) {
            ("customer", _) => "sold",
            ("transit", _) => "in-transit",
            ("quarantine", _) => "held",
            (kind, _) if !matches!(kind, "storage" | "staging") => "gone",
            _ if self.model.is_held(sku, lot, serial) => "held",
            _ if lot.is_some_and(|lot| self.model.is_expired(sku, lot)) => "held",
            (_, Some((_, stage))) if stage == "picked" => "picked",
            (_, Some(_)) => "allocated",
            (_, None) => "free",
        }
    }

    /// What is checked once, at the end.
    pub fn finish(&mut self) {
        self.compare_traces();
        invariants::check_chains(&mut self.inspector, &self.log);
        self.inspector.check_file();
    }
}

fn today() -> chrono::NaiveDate {
    TODAY.parse().unwrap()
}

fn matches_verdict(verdict: &Verdict, refused: &[(Option<u32>, &'static str)]) -> bool {
    if !verdict.whole.is_empty() {
        return refused.len() == 1 && refused[0].0.is_none() && verdict.whole.contains(refused[0].1);
    }
    let fits = |expected: &&'static str, code: &str| expected.split('|').any(|one| one == code);
    let mut lines: Vec<u32> = refused.iter().filter_map(|(line, _)| *line).collect();
    // A missing place is told beside whatever else is wrong with the scan.
    let told_beside = refused.windows(2).filter(|two| two[0].0 == two[1].0 && two[0].1 == "place-required").count();
    lines.dedup();
    lines.len() + told_beside == refused.len()
        && lines == verdict.lines.keys().copied().collect::<Vec<_>>()
        && refused.iter().all(|(line, code)| {
            let expected = line.and_then(|line| verdict.lines.get(&line));
            expected.is_some_and(|expected| expected.iter().any(|one| fits(one, code)))
        })
}
