//! The verbs: one use case per file. Each loads what it needs, decides by the rules of the ledger, appends, commits, and
//! only then makes paper. Time, names and random ids are handed in.

mod accept_loss;
mod allocate;
mod attach;
mod batch;
mod certificates;
mod cut;
mod fields;
mod held;
mod hold;
mod house;
mod import;
mod item;
mod lookup;
mod lot;
mod masters;
mod numbers;
mod order_report;
mod out_of_order;
mod owners;
mod paper;
mod partner;
mod pattern;
mod pick;
mod put_away;
mod question;
mod receive;
mod record;
mod release;
mod resolve;
mod return_goods;
mod return_to_supplier;
mod sell;
mod session;
mod settle;
mod shipment;
mod site;
mod sold_certificates;
mod station;
mod told;
mod trace;
mod transfer;
mod undo;

pub use accept_loss::{AcceptedLoss, open_accepting_loss};
pub use allocate::Allocate;
pub use attach::{Attach, Attached, attachments, kept_file};
pub use batch::{BatchOptions, Draft, ScanVerb, command_of, read_scans, record_batch};
pub use certificates::certificates_of_stock;
pub use cut::Cut;
pub use fields::{Bearer, bearers_of, fields_of, set_serial};
pub use held::held_by;
pub use hold::{HoldWords, ReleaseHold, hold, holds_on_item};
pub use house::{House, SETTINGS, Setting, set_setting, settings};
pub use import::{ImportKind, import};
pub use item::{AddItem, ItemView, RuleChanges, add_item, item_view, set_item};
pub use lookup::facts as facts_for_scan;
pub use lot::{LotView, SetLot, lot_named, lot_view, set_lot};
pub use masters::{AddLocation, AddOrder, AddPartner, add_location, add_order, add_partner};
pub use numbers::{MOST_NEW_SERIALS, Numbers};
pub use order_report::{OrderReport, OrderReportLine, order_report};
pub use owners::{SetOwner, owner_named, owners_of};
pub use paper::{
    LabelRequest, Paper, badge_paper, calibration_paper, command_paper, labels_for, labels_of_cut, labels_of_operation,
    pick_sheet_of, slip_content, slip_of, slip_with_lots_of, trace_paper,
};
pub use partner::{SetPartner, minimum_life, set_partner};
pub use pattern::{decoded_by_any, patterns};
pub use pick::Pick;
pub use receive::Receive;
pub use record::{Content, Recorded, Request, Warning};
pub use release::Release;
pub use resolve::item as resolve_item;
pub use return_goods::{Disposition, ReturnGoods};
pub use return_to_supplier::ReturnToSupplier;
pub use sell::{Sell, ship_picked};
pub use session::{Answer, Rejudged, Session};
pub use site::{SetSite, Site, set_site, sites};
pub use sold_certificates::{NamedCertificate, sold_certificates, write_certificates, write_kept_file};
pub use station::{label_of, station_scan, station_verb, what_is, where_is};
pub use told::{by_hand, over_of, shipment_told, short_of, waiting_of};
pub use trace::{Subject, SubjectKind, Trace, TraceNow, Traced, trace, trace_by_fields};
pub use transfer::Transfer;
pub use undo::undo;

use crate::ledger::{Refusal, Refused};
use crate::store::{StoreError, WorkError};

/// Why a use case did not end well.
#[derive(Debug, thiserror::Error)]
pub enum OpError {
    /// A rule refused it: nothing was written.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// The database could not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A file or stream could not be read or written.
    #[error("{what}: {why}")]
    File {
        /// Which file or stream.
        what: String,
        /// What the system says.
        why: String,
    },
    /// Paper could not be made.
    #[error(transparent)]
    Print(#[from] crate::print::PrintError),
}

impl WorkError for OpError {
    fn store_error(&self) -> Option<&StoreError> {
        match self {
            OpError::Store(error) => Some(error),
            _ => None,
        }
    }
}

impl From<Refusal> for OpError {
    fn from(refusal: Refusal) -> OpError {
        OpError::Refused(refusal.into())
    }
}

/// What every use case gives.
pub type Result<T> = std::result::Result<T, OpError>;
