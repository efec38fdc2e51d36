//! What a batch is about, as the command line said it, and what the store knows of a scan.

use std::rc::Rc;

use chrono::NaiveDate;

use crate::ledger::{Hold, Holding, LotRecord, OrderPlan, PartnerFacts, SerialRecord, Verb};
use crate::model::{Item, LotCode, LotDates, Place, PlaceId, PlaceKind, Quantity, SerialCode};

/// What a batch is about before its first scan.
#[derive(Debug, Clone)]
pub struct Plan {
    /// What is done.
    pub verb: Verb,
    /// The only item (`--item`).
    pub item: Option<Rc<Item>>,
    /// The lot of the whole batch (`--lot`).
    pub lot: Option<LotCode>,
    /// The dates of that lot (`--expires`, `--made`).
    pub dates: LotDates,
    /// Where goods leave from, unless the stream says otherwise; for a return, the customer's place.
    pub from: Option<Rc<Place>>,
    /// Where goods go, unless the stream says otherwise.
    pub to: Option<Rc<Place>>,
    /// The only kind of place that the goods may go to.
    pub to_kind: Option<PlaceKind>,
    /// The only places that lots and untracked goods may leave, the first of them first; empty where that does not matter.
    pub sources: Vec<PlaceId>,
    /// The order.
    pub order: Option<OrderPlan>,
    /// The day of the operation.
    pub day: NaiveDate,
    /// The customer takes only goods that are good for so many days more; 0 where nobody said so.
    pub minimum_life: u32,
    /// Dates that differ from what is known of a lot are taken as its correction (`--correct-dates`).
    pub correct_dates: bool,
    /// What becomes of goods that are picked while others should go first.
    pub out_of_order: OutOfOrder,
    /// Why, for the whole batch (`--reason`).
    pub reason: Option<String>,
    /// Serials may look like the codes of items (`--allow-odd-serials`).
    pub allow_odd_serials: bool,
    /// Held and expired goods are taken all the same (`--override-hold`).
    pub override_hold: bool,
}

/// What becomes of goods that are picked while others of the item should go first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum OutOfOrder {
    /// They are taken, and it is told and written down; with the reason of the whole batch, if one was given.
    #[default]
    Told,
    /// They are refused where the scan was not decided about: nobody is there who could be asked.
    Refused,
    /// They are refused until somebody decides, with or without saying why.
    Asked,
    /// They are refused until somebody says why.
    AskedWhy,
}

/// What the store knows of a scan, found by what [`Conversation::wants`](super::Conversation::wants) asks for.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// The item that the scan names.
    pub item: Option<Rc<Item>>,
    /// How many units of it the scan stands for, when it is the barcode of a pack.
    pub pack: Option<Quantity>,
    /// The place that the scan names.
    pub place: Option<Rc<Place>>,
    /// The lot asked for.
    pub lot: Option<Rc<LotRecord>>,
    /// Another lot that the supplier of the batch calls so.
    pub other_lot: Option<Rc<LotRecord>>,
    /// What of the item should go before the lot asked for, first of all first.
    pub ahead: Vec<Holding>,
    /// The serial asked for: of the wanted item, or of any item.
    pub serials: Vec<(Rc<Item>, SerialRecord)>,
    /// Other items that have a unit with this serial.
    pub other_items: Vec<String>,
    /// Why the serial asked for is none of the item, by the item's patterns.
    pub misfit: Option<String>,
    /// Why the lot asked for is none of the item.
    pub lot_misfit: Option<String>,
    /// When the lot asked for was made, as its text says.
    pub lot_made: Option<NaiveDate>,
    /// Says with the code of what thing the new lot or serial of the scan ends.
    pub glued: Option<String>,
    /// Where the wanted item (and lot) is.
    pub stock: Vec<Holding>,
    /// Whose it is, when it may not leave for that reason.
    pub other_owner: Option<String>,
    /// What was done with it before.
    pub facts: PartnerFacts,
    /// The hold over the wanted item or lot as a whole, where the verb asks for good goods.
    pub hold: Option<Rc<Hold>>,
    /// The holds over the serials asked for.
    pub held_units: Vec<Rc<Hold>>,
}

/// What must be looked up before a scan can be judged.
#[derive(Debug, Clone, Default)]
pub struct Wants {
    /// For this item.
    pub item: Option<Rc<Item>>,
    /// This lot of it.
    pub lot: Option<LotCode>,
    /// This serial of it, or of any item when there is none.
    pub serial: Option<SerialCode>,
    /// Where it (and the lot) is.
    pub stock: bool,
}

/// The scan that something is blamed on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScanRef {
    /// Its line, from 1.
    pub line: u32,
    /// Its text, safe to show.
    pub shown: String,
}
