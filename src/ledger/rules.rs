//! May this unit, lot or item be moved so? Each rule reads top to bottom in the order of precedence.

use std::collections::HashMap;
use std::rc::Rc;

use chrono::NaiveDate;

use super::{Claim, Code, LotRecord, Refusal, SerialRecord, Stage, Verb};
use crate::model::{Item, ItemId, LotDates, OrderId, Place, PlaceKind, Quantity};

/// What an order still asks for, as one verb sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderPlan {
    /// Its row.
    pub id: OrderId,
    /// Its number.
    pub code: String,
    /// For each item on it: how much is ordered, and how much of that the verb has done before this batch.
    pub items: HashMap<ItemId, (Quantity, Quantity)>,
    /// More than ordered is fine (`--allow-over`).
    pub allow_over: bool,
}

/// What was done with a unit or lot before, where the verb asks for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PartnerFacts {
    /// How much the order of a return has sold and not got back.
    pub sold_on_order: Quantity,
    /// How much came from the supplier (on the order, where one is named) and did not go back.
    pub received_from_supplier: Quantity,
    /// The order of a return sold this unit, and it is back in stock.
    pub came_back_on_order: bool,
    /// The serial's whole history is undone, so it may begin anew with another lot.
    pub history_is_undone: bool,
    /// Its item requires a certificate, and it has none.
    pub lacks_certificate: bool,
}

/// May this item stand in a group of this verb?
///
/// # Errors
/// `not-on-order`; on a return `not-sold-on-order`.
pub fn judge_item(verb: Verb, order: Option<&OrderPlan>, item: &Item) -> Result<(), Refusal> {
    let Some(order) = order else { return Ok(()) };
    if order.items.contains_key(&item.id) {
        return Ok(());
    }
    let hint = format!("scantrail order show {}", order.code);
    if verb == Verb::Return {
        let message = format!("order {} did not sell any {}", order.code, item.sku);
        return Err(Refusal::new(Code::NotSoldOnOrder, message, hint));
    }
    Err(Refusal::new(Code::NotOnOrder, format!("{} is not on order {}", item.sku, order.code), hint))
}

/// A measured unit that comes in again from scrap brings no more than went there with it: what is in scrap never falls below
/// nothing.
///
/// # Errors
/// `measure-too-large`.
pub fn judge_measure_from_scrap(item: &Item, unit: Option<&SerialRecord>, measure: Quantity) -> Result<(), Refusal> {
    let scrapped = unit.filter(|unit| unit.standing.place.kind == PlaceKind::Scrap && measure > unit.quantity);
    let Some(unit) = scrapped else { return Ok(()) };
    let (measure, before) = (measure.display(item.scale), unit.quantity.display(item.scale));
    let message = format!(
        "{} was scrapped with {before} {unit_of_measure}, so it cannot come in again with {measure}",
        unit.code,
        unit_of_measure = item.unit
    );
    Err(Refusal::new(Code::MeasureTooLarge, message, "measure it again, or receive it under another serial"))
}

/// Does the order leave room for `more`, after what this batch has counted already?
///
/// # Errors
/// `over-ordered`.
pub fn judge_order_quantity(
    verb: Verb,
    order: Option<&OrderPlan>,
    item: &Item,
    in_batch: Quantity,
    more: Quantity,
) -> Result<(), Refusal> {
    let Some(order) = order.filter(|order| !order.allow_over) else { return Ok(()) };
    // What goes back is bounded by what was sold or received, which the stock rules check.
    if matches!(verb, Verb::Return | Verb::ReturnToSupplier) {
        return Ok(());
    }
    let Some((ordered, done)) = order.items.get(&item.id) else { return Ok(()) };
    // Nobody saws a measured unit to fit: the last one may reach over what is ordered.
    let is_reached = item.rules.is_measured && done.plus(in_batch) >= *ordered;
    if done.plus(in_batch).plus(more) <= *ordered || (item.rules.is_measured && !is_reached) {
        return Ok(());
    }
    let show = |quantity: Quantity| quantity.display(item.scale);
    let verb_done = match verb {
        Verb::Receive => "received",
        Verb::Pick => "picked or shipped",
        _ => "shipped",
    };
    let message = format!(
        "order {} asks for {} of {}, {} are {verb_done} and {} stand in this batch: {} more are too many",
        order.code,
        show(*ordered),
        item.sku,
        show(*done),
        show(in_batch),
        show(more)
    );
    let hint = match verb {
        Verb::Receive => "count again, or receive the surplus with --allow-over".to_owned(),
        _ if done.plus(in_batch) >= *ordered => {
            format!("put it back; see what is open: scantrail order show {}", order.code)
        }
        _ => match ordered.less(done.plus(in_batch)) {
            Quantity::ZERO => format!("the order has all it asks for: scantrail order show {}", order.code),
            left => format!("take {} at the most", show(left)),
        },
    };
    Err(Refusal::new(Code::OverOrdered, message, hint))
}

/// May these goods be used on this day?
///
/// # Errors
/// `lot-expired`.
pub fn judge_expiry(verb: Verb, item: &Item, lot: &LotRecord, day: NaiveDate) -> Result<(), Refusal> {
    match lot.dates.expires {
        Some(expires) if verb.needs_good_goods() && lot.dates.expired_on(day) => Err(Refusal::new(
            Code::LotExpired,
            format!("lot {} of {} expired on {expires}", lot.code, item.sku),
            "take another lot, and move this one to a quarantine place",
        )),
        _ => Ok(()),
    }
}

/// Does a lot last long enough for a customer who takes only goods with so many days left on this day?
///
/// # Errors
/// `remaining-life-too-short`.
pub fn judge_remaining_life(item: &Item, lot: &LotRecord, day: NaiveDate, minimum_days: u32) -> Result<(), Refusal> {
    let Some(expires) = lot.dates.expires.filter(|_| minimum_days > 0) else { return Ok(()) };
    let left = (expires - day).num_days();
    if left >= i64::from(minimum_days) {
        return Ok(());
    }
    Err(Refusal::new(
        Code::RemainingLifeTooShort,
        format!(
            "lot {} of {} expires on {expires}: {left} days are left, and the customer takes no less than {minimum_days}",
            lot.code, item.sku
        ),
        "take a lot that lasts longer; what each customer wants stands in: scantrail partner list",
    ))
}

/// May these goods go out before their certificate is there? `kind` is `lot` or `serial`.
///
/// # Errors
/// `certificate-missing`.
pub fn judge_certificate(verb: Verb, item: &Item, kind: &str, code: &str, facts: &PartnerFacts) -> Result<(), Refusal> {
    match verb.needs_good_goods() && facts.lacks_certificate {
        true => Err(certificate_missing(item, kind, code)),
        false => Ok(()),
    }
}

/// The refusal for goods that belong to somebody else than who they would leave for.
pub fn owned_by_other(what: &str, owner: &str) -> Refusal {
    let message = format!("{what} belongs to {owner}");
    let hint = "take goods of ours; once it is ours: scantrail owner set serial CODE --ours --reason TEXT";
    Refusal::new(Code::OwnedByOther, message, hint)
}

/// The refusal for goods that wait for their certificate.
pub fn certificate_missing(item: &Item, kind: &str, code: &str) -> Refusal {
    let (sku, code) = (&item.sku, crate::codes::shown(code.as_bytes()));
    Refusal::new(
        Code::CertificateMissing,
        format!("{kind} {code} of {sku} waits for its certificate"),
        format!("when it is there: scantrail attach {kind} {code} FILE --item {sku}"),
    )
}

/// Do dates that were scanned or given agree with what is known of the lot?
///
/// # Errors
/// `expiry-differs`.
pub fn judge_arriving_dates(sku: &str, lot: &str, known: &LotDates, said: &LotDates) -> Result<(), Refusal> {
    if !known.contradicts(said) {
        return Ok(());
    }
    let differing = [
        ("expires", known.expires, said.expires),
        ("best before", known.best_before, said.best_before),
        ("made on", known.made, said.made),
    ];
    let parts: Vec<String> = differing
        .into_iter()
        .filter_map(|(name, known, said)| Some((name, known?, said?)))
        .filter(|(_, known, said)| known != said)
        .map(|(name, known, said)| format!("{name} {known} and not {said}"))
        .collect();
    Err(Refusal::new(
        Code::ExpiryDiffers,
        format!("lot {lot} of {sku} is known with {}", parts.join(", ")),
        "look at the label again; two lots may share a text only if they share their dates",
    ))
}

/// What a rule for a serial needs to know beside the serial's own record.
#[derive(Debug, Clone, Copy)]
pub struct SerialContext<'a> {
    /// The verb.
    pub verb: Verb,
    /// The item of the group.
    pub item: &'a Item,
    /// The serial as scanned.
    pub code: &'a str,
    /// Where it must leave from, if that is said; for a return, the customer's place.
    pub from: Option<&'a Rc<Place>>,
    /// Where it goes, if that is said.
    pub to: Option<&'a Rc<Place>>,
    /// The order of the batch.
    pub order: Option<(OrderId, &'a str)>,
    /// The day of the operation.
    pub day: NaiveDate,
    /// Other items that have a unit with this serial.
    pub other_items: &'a [String],
    /// What was done with it before.
    pub facts: PartnerFacts,
}

/// May this unit be moved so?
///
/// # Errors
/// The serial codes of the verb, in order of precedence.
pub fn judge_serial(context: &SerialContext<'_>, record: Option<&SerialRecord>) -> Result<(), Refusal> {
    if context.verb == Verb::Receive {
        return record.map_or(Ok(()), |record| judge_receipt(context, record));
    }
    if context.verb == Verb::Return
        && let Some((_, order)) = context.order
        && !context.facts.sold_on_order.is_positive()
        && !context.facts.came_back_on_order
    {
        let message = format!("order {order} did not sell {} {}", context.item.sku, context.code);
        return Err(Refusal::new(Code::NotSoldOnOrder, message, format!("scantrail trace {order} --kind order")));
    }
    let Some(record) = record else { return Err(unknown_serial(context)) };
    match context.verb {
        Verb::Return => judge_return(context, record),
        Verb::ReturnToSupplier => judge_return_to_supplier(context, record),
        _ => judge_leaving(context, record),
    }
}

fn unknown_serial(context: &SerialContext<'_>) -> Refusal {
    match context.other_items {
        [] => Refusal::new(
            Code::UnknownSerial,
            format!("no unit of {} has the serial {}", context.item.sku, context.code),
            "scan the serial of the unit, or receive it first",
        ),
        others => Refusal::new(
            Code::SerialOfOtherItem,
            format!("serial {} belongs to {}, not to {}", context.code, others.join(" and "), context.item.sku),
            "put the unit aside and scan it in a group of its own item",
        ),
    }
}

fn place_of(record: &SerialRecord) -> &str {
    &record.standing.place.path
}

fn judge_receipt(context: &SerialContext<'_>, record: &SerialRecord) -> Result<(), Refusal> {
    let sku = &context.item.sku;
    match record.standing.place.kind {
        kind if kind.is_internal() => Err(Refusal::new(
            Code::SerialAlreadyInStock,
            format!("{sku} {} is in stock at {}", context.code, place_of(record)),
            format!("scantrail trace {} --item {sku}", context.code),
        )),
        PlaceKind::Customer => Err(Refusal::new(
            Code::SerialSold,
            format!("{sku} {} was sold and is with {}", context.code, place_of(record)),
            "use `scantrail return` for goods that come back from a customer",
        )),
        _ => Ok(()),
    }
}

fn not_here(context: &SerialContext<'_>, record: &SerialRecord, why: &str) -> Refusal {
    Refusal::new(
        Code::SerialNotHere,
        format!("{} {} is {why}: it is at {}", context.item.sku, context.code, place_of(record)),
        format!("scantrail trace {} --item {}", context.code, context.item.sku),
    )
}

fn judge_origin(context: &SerialContext<'_>, record: &SerialRecord) -> Result<(), Refusal> {
    if !record.standing.place.kind.is_internal() {
        return Err(not_here(context, record, "not in stock"));
    }
    match context.from {
        Some(from) if from.id != record.standing.place.id => {
            Err(not_here(context, record, &format!("not at {}", from.path)))
        }
        _ => Ok(()),
    }
}

fn judge_leaving(context: &SerialContext<'_>, record: &SerialRecord) -> Result<(), Refusal> {
    judge_origin(context, record)?;
    if context.verb == Verb::Transfer {
        return judge_not_already_there(context, record);
    }
    if !record.standing.place.kind.is_pickable() {
        return Err(not_pickable(&format!("{} {}", context.item.sku, context.code), &record.standing.place));
    }
    judge_claim(context, record.standing.claim.as_deref())
}

fn judge_not_already_there(context: &SerialContext<'_>, record: &SerialRecord) -> Result<(), Refusal> {
    match context.to {
        Some(to) if to.id == record.standing.place.id => Err(Refusal::new(
            Code::AlreadyAtPlace,
            format!("{} {} is at {} already", context.item.sku, context.code, to.path),
            "leave it out, or scan the place where it goes",
        )),
        _ => Ok(()),
    }
}

/// The refusal for goods in a quarantine or transit place.
pub(super) fn not_pickable(what: &str, place: &Place) -> Refusal {
    let hint = match place.kind {
        PlaceKind::Transit => "take another unit, or first bring this one in where it arrives: scantrail transfer",
        _ => "take another unit, or transfer this one to a storage place once it is good",
    };
    let message = format!("{what} is at {}, a {} place that nothing is picked from", place.path, place.kind.word());
    Refusal::new(Code::PlaceNotPickable, message, hint)
}

/// The refusal for goods that are set aside for another order.
pub(super) fn of_other_order(what: &str, claim: &Claim) -> Refusal {
    let picked = if claim.stage == Stage::Picked { " --picked" } else { "" };
    Refusal::new(
        Code::AllocatedToOtherOrder,
        format!("{what} is {} for order {}", claim.stage.word(), claim.order_code),
        format!("take another unit, or give it back with: scantrail release {}{picked}", claim.order_code),
    )
}

fn judge_claim(context: &SerialContext<'_>, claim: Option<&Claim>) -> Result<(), Refusal> {
    let Some(claim) = claim else { return Ok(()) };
    if context.order.is_none_or(|(order, _)| order != claim.order) {
        return Err(of_other_order(&format!("{} {}", context.item.sku, context.code), claim));
    }
    if context.verb == Verb::Pick && claim.stage == Stage::Picked {
        return Err(Refusal::new(
            Code::AlreadyPicked,
            format!("{} {} was picked for order {} already", context.item.sku, context.code, claim.order_code),
            format!("scan the next unit, or ship what is picked: scantrail sell --so {} --picked", claim.order_code),
        ));
    }
    Ok(())
}

fn judge_return(context: &SerialContext<'_>, record: &SerialRecord) -> Result<(), Refusal> {
    let kind = record.standing.place.kind;
    if kind.is_internal() {
        return Err(Refusal::new(
            Code::SerialAlreadyInStock,
            format!("{} {} is in stock at {} already", context.item.sku, context.code, place_of(record)),
            format!("scantrail trace {} --item {}", context.code, context.item.sku),
        ));
    }
    if kind != PlaceKind::Customer {
        return Err(not_here(context, record, "not with a customer"));
    }
    match context.from {
        Some(from) if from.id != record.standing.place.id => {
            Err(not_here(context, record, &format!("not with {}", from.path)))
        }
        _ => Ok(()),
    }
}

fn judge_return_to_supplier(context: &SerialContext<'_>, record: &SerialRecord) -> Result<(), Refusal> {
    judge_origin(context, record)?;
    if !context.facts.received_from_supplier.is_positive() {
        return Err(not_received(&format!("{} {}", context.item.sku, context.code), context.to));
    }
    judge_claim(context, record.standing.claim.as_deref())
}

/// The refusal for goods that the supplier did not deliver.
pub(super) fn not_received(what: &str, supplier: Option<&Rc<Place>>) -> Refusal {
    let supplier = supplier.map_or("@supplier", |place| place.path.as_str());
    Refusal::new(
        Code::NotReceivedFromSupplier,
        format!("{what} did not come from {supplier} (on that order), or went back already"),
        "see where it came from: scantrail trace CODE",
    )
}
