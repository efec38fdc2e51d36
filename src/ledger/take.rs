//! From which spots a counted amount leaves: for lots and untracked goods.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::rules::{not_pickable, not_received, of_other_order};
use super::{Code, Holding, PartnerFacts, Refusal, Stage, Verb};
use crate::model::{Item, OrderId, Place, PlaceId, PlaceKind, Quantity};

/// So much of a holding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// From which holding; its quantity is what was there before.
    pub holding: Holding,
    /// How much of it.
    pub quantity: Quantity,
}

/// What is taken and by what right.
#[derive(Debug, Clone, Copy)]
pub struct Taking<'a> {
    /// The verb.
    pub verb: Verb,
    /// What.
    pub item: &'a Item,
    /// Of which lot, for people.
    pub lot: Option<&'a str>,
    /// How much.
    pub quantity: Quantity,
    /// Where it must leave from; for a return, the customer's place.
    pub from: Option<&'a Rc<Place>>,
    /// Where it goes.
    pub to: Option<&'a Rc<Place>>,
    /// The only places that it may leave, the first of them first: of goods that arrive, where they are under way, then
    /// where they were sent from. Empty where that does not matter.
    pub sources: &'a [PlaceId],
    /// The order of the batch.
    pub order: Option<(OrderId, &'a str)>,
    /// What was done before.
    pub facts: PartnerFacts,
    /// How much of the same this batch has taken already.
    pub in_batch: Quantity,
}

impl Taking<'_> {
    fn what(&self) -> String {
        match self.lot {
            Some(lot) => format!("{} lot {lot}", self.item.sku),
            None => self.item.sku.to_string(),
        }
    }

    fn show(&self, quantity: Quantity) -> String {
        quantity.display(self.item.scale)
    }
}

/// Chooses the spots: what is set aside for the order first, then free stock in the same places, then in the only
/// other place. `holdings` is what is left of the item (and lot) everywhere, in order of preference.
///
/// # Errors
/// `not-sold-on-order`, `not-received-from-supplier`, `place-required`, `place-not-pickable`,
/// `allocated-to-other-order`, `not-enough-stock`.
pub fn take(taking: &Taking<'_>, holdings: &[Holding]) -> Result<Vec<Taken>, Refusal> {
    judge_history(taking)?;
    let here: Vec<&Holding> = holdings.iter().filter(|holding| is_candidate(taking, holding)).collect();
    let (usable, blocked): (Vec<&Holding>, Vec<&Holding>) =
        here.into_iter().partition(|holding| is_usable(taking, holding));
    let total: Quantity = usable.iter().map(|holding| holding.quantity).sum();
    if total < taking.quantity {
        return Err(why_not_enough(taking, total, &blocked, holdings));
    }
    if !taking.sources.is_empty() {
        let mut ordered = usable;
        ordered.sort_by_key(|holding| taking.sources.iter().position(|place| *place == holding.standing.place.id));
        return Ok(fill(taking.quantity, &ordered));
    }
    let (mut chosen, free): (Vec<&Holding>, Vec<&Holding>) =
        usable.into_iter().partition(|holding| holding.standing.is_claimed_by(taking.order.map(|(id, _)| id)));
    chosen.sort_by_key(|holding| std::cmp::Reverse(holding.standing.claim.as_ref().map(|claim| claim.stage)));
    let claimed: Quantity = chosen.iter().map(|holding| holding.quantity).sum();
    if claimed < taking.quantity {
        chosen.extend(free_of_one_place(taking, &chosen, free, taking.quantity.less(claimed))?);
    }
    Ok(fill(taking.quantity, &chosen))
}

fn judge_history(taking: &Taking<'_>) -> Result<(), Refusal> {
    let wanted = taking.quantity.plus(taking.in_batch);
    match (taking.verb, taking.order) {
        (Verb::Return, Some((_, order))) if taking.facts.sold_on_order < wanted => {
            let message = match taking.facts.sold_on_order {
                Quantity::ZERO => format!("order {order} did not sell {}, or all of it came back", taking.what()),
                left => {
                    format!("of {}, {} sold on order {order} did not come back yet", taking.what(), taking.show(left))
                }
            };
            let hint = format!("scantrail order show {order}");
            Err(Refusal::new(Code::NotSoldOnOrder, message, hint))
        }
        (Verb::ReturnToSupplier, _) if taking.facts.received_from_supplier < wanted => {
            Err(not_received(&format!("{} of {}", taking.show(wanted), taking.what()), taking.to))
        }
        _ => Ok(()),
    }
}

fn is_candidate(taking: &Taking<'_>, holding: &Holding) -> bool {
    let place = &holding.standing.place;
    let right_kind = match taking.verb {
        Verb::Return => place.kind == PlaceKind::Customer,
        Verb::Pick | Verb::Sell => place.kind.is_pickable(),
        _ => place.kind.is_internal(),
    };
    let stays = taking.verb == Verb::Transfer && taking.to.is_some_and(|to| to.id == place.id);
    let is_source = taking.sources.is_empty() || taking.sources.contains(&place.id);
    right_kind && !stays && is_source && taking.from.is_none_or(|from| from.id == place.id)
}

fn is_usable(taking: &Taking<'_>, holding: &Holding) -> bool {
    match &holding.standing.claim {
        None => true,
        Some(_) if taking.verb == Verb::Transfer => true,
        Some(claim) => {
            let own = taking.order.is_some_and(|(order, _)| order == claim.order);
            own && (taking.verb == Verb::Sell || claim.stage == Stage::Allocated)
        }
    }
}

fn why_not_enough(taking: &Taking<'_>, usable: Quantity, blocked: &[&Holding], all: &[Holding]) -> Refusal {
    let blocked_total: Quantity = blocked.iter().map(|holding| holding.quantity).sum();
    if usable.plus(blocked_total) >= taking.quantity
        && let Some(claim) = blocked.iter().find_map(|holding| holding.standing.claim.as_ref())
    {
        if taking.order.is_some_and(|(order, _)| order == claim.order) {
            let message = format!(
                "{} of {} were picked for order {} already",
                taking.show(blocked_total),
                taking.what(),
                claim.order_code
            );
            return Refusal::new(
                Code::AlreadyPicked,
                message,
                format!("scantrail sell --so {} --picked", claim.order_code),
            );
        }
        return of_other_order(&format!("{} of {}", taking.show(blocked_total), taking.what()), claim);
    }
    let unpickable = all.iter().find(|holding| {
        let place = &holding.standing.place;
        taking.verb.needs_good_goods()
            && place.kind.is_internal()
            && !place.kind.is_pickable()
            && taking.from.is_none_or(|from| from.id == place.id)
    });
    if let (true, Some(holding)) = (usable.is_zero(), unpickable) {
        return not_pickable(&taking.what(), &holding.standing.place);
    }
    let at = match (taking.from, taking.verb) {
        (Some(from), _) => format!(" at {}", from.path),
        (None, Verb::Return) => " with customers".to_owned(),
        (None, Verb::Transfer) => taking.to.map(|to| format!(" outside {}", to.path)).unwrap_or_default(),
        (None, _) => String::new(),
    };
    let set_aside = match blocked_total {
        Quantity::ZERO => String::new(),
        more => format!(", and {} more that are set aside for orders", taking.show(more)),
    };
    let (wanted, there) = (taking.show(taking.quantity), taking.show(usable));
    let message = format!("{wanted} of {} are wanted, and there are {there}{at}{set_aside}", taking.what());
    let hint = match taking.verb {
        Verb::Return => format!("scantrail stock --item {} --location @customer/CODE", taking.item.sku),
        _ => format!("scantrail stock --item {}", taking.item.sku),
    };
    Refusal::new(Code::NotEnoughStock, message, hint)
}

/// Free stock for what the claims do not cover: where claimed stock lies, else in the only place that has some.
fn free_of_one_place<'h>(
    taking: &Taking<'_>,
    claimed: &[&Holding],
    free: Vec<&'h Holding>,
    wanted: Quantity,
) -> Result<Vec<&'h Holding>, Refusal> {
    let beside: Vec<&Holding> = free
        .iter()
        .copied()
        .filter(|one| claimed.iter().any(|other| other.standing.place.id == one.standing.place.id))
        .collect();
    if beside.iter().map(|holding| holding.quantity).sum::<Quantity>() >= wanted {
        return Ok(beside);
    }
    let mut places: BTreeMap<&str, Quantity> = BTreeMap::new();
    for holding in &free {
        let there = places.entry(holding.standing.place.path.as_str()).or_default();
        *there = there.plus(holding.quantity);
    }
    if places.len() <= 1 {
        return Ok(free);
    }
    let lies: Vec<String> =
        places.iter().map(|(path, quantity)| format!("{} at {path}", taking.show(*quantity))).collect();
    let (what, lies) = (taking.what(), lies.join(", "));
    let (message, hint) = match taking.verb {
        Verb::Return => (
            format!("more than one customer has {what}: {lies}"),
            "name the customer with --from, or the order with --so",
        ),
        Verb::Pick | Verb::Sell => (
            format!("{what} lies in more than one place: {lies}"),
            "scan the place before the item, or name it with --from",
        ),
        _ => (format!("{what} lies in more than one place: {lies}"), "name the place with --from"),
    };
    Err(Refusal::new(Code::PlaceRequired, message, hint))
}

fn fill(wanted: Quantity, chosen: &[&Holding]) -> Vec<Taken> {
    let mut left = wanted;
    let mut taken = Vec::new();
    for holding in chosen {
        let quantity = left.min(holding.quantity);
        if quantity.is_positive() {
            taken.push(Taken { holding: (*holding).clone(), quantity });
            left = left.less(quantity);
        }
    }
    taken
}
