//! The group that is being scanned, and the lines that finished groups become.

use std::rc::Rc;

use super::{Known, ScanRef};
use crate::ledger::{LotRecord, SerialRecord, Taken};
use crate::model::{Item, LotCode, LotDates, Place, Quantity, SerialCode};

/// The lot of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineLot {
    /// Its text.
    pub code: LotCode,
    /// Its record, when it is known.
    pub record: Option<Rc<LotRecord>>,
    /// The dates that scans and flags stated.
    pub said: LotDates,
    /// They take the place of those that were known.
    pub corrects: bool,
    /// The lot that should have gone first, and why it did not.
    pub passed_over: Option<(Rc<LotRecord>, String)>,
}

impl LineLot {
    /// A lot that is known, of which nothing new was said.
    pub fn known(record: Rc<LotRecord>) -> LineLot {
        let (code, said) = (record.code.clone(), LotDates::default());
        LineLot { code, record: Some(record), said, corrects: false, passed_over: None }
    }
}

/// A serial of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineSerial {
    /// Its text.
    pub code: SerialCode,
    /// Its record, when it is known.
    pub record: Option<Box<SerialRecord>>,
    /// The lot that should have gone before its own, and why it did not.
    pub passed_over: Option<Box<(Rc<LotRecord>, String)>>,
    /// The measure that was stated for it.
    pub measure: Option<Quantity>,
}

impl LineSerial {
    /// How much it is: what was stated, else what is recorded, else one.
    pub fn quantity(&self) -> Quantity {
        let recorded = self.record.as_ref().map(|record| record.quantity);
        self.measure.or(recorded).unwrap_or(Quantity::from_smallest_units(1))
    }
}

/// What a finished group says: so much of one item, to one place.
#[derive(Debug, Clone)]
pub struct Line {
    /// What.
    pub item: Rc<Item>,
    /// Of which lot, for items tracked by lot. Units that name their item themselves bring the lot along.
    pub lot: Option<LineLot>,
    /// How much.
    pub quantity: Quantity,
    /// Which units, for items tracked by serial.
    pub serials: Vec<LineSerial>,
    /// From which spots, for goods that are known and not tracked by serial.
    pub taken: Vec<Taken>,
    /// Where to, when the stream or the command line says so.
    pub to: Option<Rc<Place>>,
}

/// How a group knows its quantity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Count {
    /// Not yet.
    Due,
    /// This much unless a quantity follows: one unit was scanned, or one pack.
    Implied(Quantity),
    /// It was said, by this scan.
    Said(Quantity, ScanRef),
}

/// How a group knows its lot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum GroupLot {
    /// Not yet, or not tracked by lot.
    None,
    /// Known.
    Known(LineLot),
    /// A scan was refused in its place.
    Refused,
}

/// The group that is being scanned.
#[derive(Debug, Clone)]
pub(super) struct OpenGroup {
    /// What; `None` when the serials name their item.
    pub item: Option<Rc<Item>>,
    /// The scan that opened it.
    pub opened_by: ScanRef,
    pub count: Count,
    /// How many units are in each of what is counted, when it is packs.
    pub pack: Option<Quantity>,
    pub lot: GroupLot,
    pub serials: Vec<(Rc<Item>, LineSerial)>,
    /// Serial slots that refused scans have taken.
    pub refused_slots: usize,
    /// Each serial is followed by its measure.
    pub needs_measures: bool,
    /// What the store knew of a unit that is not tracked by serial, for when no quantity follows.
    pub known: Known,
}

impl OpenGroup {
    pub fn new(item: Option<Rc<Item>>, opened_by: ScanRef) -> OpenGroup {
        let (count, lot) = (Count::Due, GroupLot::None);
        OpenGroup {
            item,
            opened_by,
            count,
            pack: None,
            lot,
            serials: Vec::new(),
            refused_slots: 0,
            needs_measures: false,
            known: Known::default(),
        }
    }

    pub fn needs_serials(&self) -> bool {
        self.item.as_ref().is_none_or(|item| item.tracking.by_serial())
    }

    pub fn needs_lot(&self) -> bool {
        self.lot == GroupLot::None && self.item.as_ref().is_some_and(|item| item.tracking.by_lot())
    }

    /// True when the measure of the last serial is due.
    pub fn is_measure_due(&self) -> bool {
        self.needs_measures && self.serials.last().is_some_and(|(_, serial)| serial.measure.is_none())
    }

    /// How many serials it wants, once its quantity is known: units with serials are counted whole, measured or not.
    pub fn wanted_serials(&self) -> usize {
        match &self.count {
            Count::Due => usize::MAX,
            Count::Implied(units) | Count::Said(units, _) => usize::try_from(units.smallest_units()).unwrap_or(0),
        }
    }

    pub fn filled_slots(&self) -> usize {
        self.serials.len() + self.refused_slots
    }

    /// True while a quantity may follow that nobody must scan.
    pub fn may_be_counted(&self) -> bool {
        matches!(self.count, Count::Implied(_))
    }

    pub fn is_complete(&self) -> bool {
        self.count != Count::Due
            && !self.needs_lot()
            && !self.is_measure_due()
            && (!self.needs_serials() || self.filled_slots() >= self.wanted_serials())
    }

    pub fn quantity(&self) -> Quantity {
        if self.item.as_ref().is_some_and(|item| item.rules.is_measured) {
            return self.serials.iter().map(|(_, serial)| serial.quantity()).sum();
        }
        match (&self.count, &self.item) {
            (Count::Implied(quantity) | Count::Said(quantity, _), _) => *quantity,
            (_, Some(item)) => Quantity::one(item.scale),
            (_, None) => Quantity::ZERO,
        }
    }

    pub fn known_lot(&self) -> Option<LotCode> {
        match &self.lot {
            GroupLot::Known(lot) => Some(lot.code.clone()),
            _ => None,
        }
    }

    /// The scan that its quantity is blamed on.
    pub fn counted_by(&self) -> &ScanRef {
        match &self.count {
            Count::Said(_, scan) => scan,
            _ => &self.opened_by,
        }
    }

    pub fn name(&self) -> &str {
        self.item.as_ref().map_or("the group", |item| item.sku.as_str())
    }
}
