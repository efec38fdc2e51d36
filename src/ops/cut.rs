//! Cutting some off a measured unit: the rest keeps the unit's number, and the piece gets one of its own.

use super::record::{Warning, record};
use super::{Content, Draft, Recorded, Request, Result, numbers, resolve};
use crate::ledger::{Code, Movement, Refusal, SerialHop, SerialRecord, Spot, judge_hold};
use crate::model::{Item, PlaceKind, Quantity, SerialCode};
use crate::store::{Owned, Store, View, Writer};

/// `cut`.
#[derive(Debug, Clone, Default)]
pub struct Cut {
    /// The unit.
    pub serial: String,
    /// How much is cut off, in the item's unit.
    pub measure: String,
    /// The item, where several have a unit with this number.
    pub item: Option<String>,
    /// The number of the piece; made when nobody gives one.
    pub new_serial: Option<String>,
}

impl Cut {
    /// Cuts the unit.
    ///
    /// # Errors
    /// `unknown-serial`, `ambiguous-scan`, `serial-not-here`, `lot-on-hold`, `not-measured`, `measure-too-large`, the quantity codes,
    /// `serial-already-in-stock`.
    pub fn run(&self, store: &Store, request: &Request) -> Result<Recorded> {
        let mut content = Content::of("cut", request);
        content.flag("serial", Some(&self.serial));
        content.flag("measure", Some(&self.measure));
        content.flag("item", self.item.as_deref());
        content.flag("new-serial", self.new_serial.as_deref());
        record(store, request, content.digest(), |writer| self.decide(writer, request))
    }

    fn decide(&self, writer: &Writer<'_>, request: &Request) -> Result<Draft> {
        let (item, unit) = resolve::unit(writer, &self.serial, self.item.as_deref())?;
        if !item.rules.is_measured {
            let message = format!("units of {} carry no measure of their own", item.sku);
            let hint = format!("scantrail item show {}", item.sku);
            return Err(Refusal::new(Code::NotMeasured, message, hint).into());
        }
        if !unit.standing.place.kind.is_internal() {
            let message = format!("{} is at {}, and not here", unit.code, unit.standing.place.path);
            let hint = format!("scantrail trace {}", unit.code);
            return Err(Refusal::new(Code::SerialNotHere, message, hint).into());
        }
        // Else the piece, with a number of its own, would go out past the hold.
        if let Some(hold) = writer.hold_over(item.id, unit.lot.as_ref().map(|lot| lot.id), Some(unit.id), None)? {
            judge_hold(&format!("{} {}", item.sku, unit.code), &hold)?;
        }
        let piece = self.piece(&item, &unit)?;
        let rest = unit.quantity.less(piece);
        let code = self.new_code(writer, &item, &unit, request)?;
        let new = writer.add_serials(item.id, std::slice::from_ref(&code))?;
        let Some(new) = new.first().copied() else { return Ok(Draft::default()) };
        let owner = writer.owner_of(item.id, unit.lot.as_ref().map(|lot| lot.id), Some(unit.id))?;
        if owner.is_some() {
            writer.set_owners(&[(item.id, Owned::Unit(new), owner)])?;
        }
        let here = unit.standing.spot();
        let Some(bench) = writer.only_place(PlaceKind::Adjust)?.map(|place| Spot::free(&place)) else {
            return Err(Refusal::new(Code::UnknownLocation, "the ledger has no @adjust", "scantrail init").into());
        };
        let hop = |hop: u32, quantity: Quantity, from: Spot, to: Spot| Movement {
            item: item.id,
            lot: unit.lot.as_ref().map(|lot| lot.id),
            serial: Some(SerialHop { serial: unit.id, hop }),
            quantity,
            from,
            to,
        };
        // The piece lies beside the rest, and is set aside for nobody.
        let beside = Spot::free(&unit.standing.place);
        let movements = vec![
            hop(unit.hop + 1, unit.quantity, here, bench),
            hop(unit.hop + 2, rest, bench, here),
            Movement { serial: Some(SerialHop { serial: new, hop: 1 }), ..hop(1, piece, bench, beside) },
        ];
        let show = |quantity: Quantity| quantity.display(item.scale);
        let detail = serde_json::json!({"cut": {
            "item": item.sku.as_str(), "serial": unit.code.as_str(), "was": show(unit.quantity), "rest": show(rest),
            "piece": code.as_str(), "measure": show(piece),
        }});
        // The order keeps the rest, and may be short by the piece.
        let warnings = unit.standing.claim.as_ref().map(|claim| {
            let message = format!(
                "{} is set aside for {}, which has {} {} less by this: scantrail order show {}",
                unit.code,
                claim.order_code,
                show(piece),
                item.unit,
                claim.order_code
            );
            Warning { code: "set-aside", line: None, scan: None, message }
        });
        let warnings = warnings.into_iter().collect();
        Ok(Draft { kind: "cut", detail: Some(detail.to_string()), movements, warnings, ..Draft::default() })
    }

    fn piece(&self, item: &Item, unit: &SerialRecord) -> Result<Quantity> {
        let text = self.measure.trim();
        let piece = Quantity::parse(text, item.scale).map_err(|error| {
            let shown = crate::codes::shown(text.as_bytes());
            let message = format!("{shown} is no measure in {}: {error}", item.unit);
            let whole = unit.quantity.display(item.scale);
            let hint = format!("it must be more than 0 and less than {whole}, with no more decimals");
            Refusal::new(resolve::quantity_code(error), message, hint)
        })?;
        if piece >= unit.quantity {
            let (piece, whole) = (piece.display(item.scale), unit.quantity.display(item.scale));
            let message = format!("{} measures {whole} {}, so {piece} cannot be cut off it", unit.code, item.unit);
            return Err(Refusal::new(Code::MeasureTooLarge, message, "take the whole unit, or cut off less").into());
        }
        Ok(piece)
    }

    /// The number that was given, or that the item's template makes, or the one of the unit with a piece number behind it.
    fn new_code(&self, writer: &Writer<'_>, item: &Item, unit: &SerialRecord, request: &Request) -> Result<SerialCode> {
        if let Some(text) = &self.new_serial {
            let code = SerialCode::new(text).map_err(|error| {
                Refusal::new(Code::NotValid, format!("the new serial cannot be kept: {error}"), "give it a short code")
            })?;
            if is_taken(writer, item, &code)? {
                let message = format!("{} has a unit {code} already", item.sku);
                return Err(Refusal::new(Code::SerialAlreadyInStock, message, "give the piece another number").into());
            }
            return Ok(code);
        }
        if item.rules.serial_template.is_some() {
            return numbers::one_serial(writer, item, &unit.standing.place.path, request);
        }
        for number in 1..=MOST_PIECES {
            let code =
                SerialCode::new(&format!("{}-{number}", unit.code)).ok().filter(|code| !code.as_str().is_empty());
            if let Some(code) = code
                && !is_taken(writer, item, &code)?
            {
                return Ok(code);
            }
        }
        let message = format!("no number is left for a piece of {}", unit.code);
        Err(Refusal::new(Code::NotValid, message, "name one with --new-serial").into())
    }
}

/// The most pieces that are numbered after their unit.
const MOST_PIECES: u32 = 9_999;

fn is_taken(view: &View<'_>, item: &Item, code: &SerialCode) -> Result<bool> {
    Ok(view.serial(item.id, code)?.is_some())
}
