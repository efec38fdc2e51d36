//! What a house says of a partner: rules that may change at any time.

use super::masters::{draft, not_valid};
use super::record::record;
use super::{Content, Recorded, Request, Result, resolve};
use crate::ledger::{Code, Refusal};
use crate::model::PartnerKind;
use crate::store::{Partner, Store, View};

/// The name of the setting that says how many days goods must be good for.
const MINIMUM_LIFE: &str = "minimum-life";

/// The most days that a customer may ask for: a hundred years.
const MOST_DAYS: u32 = 36_500;

/// `partner set`.
#[derive(Debug, Clone, Default)]
pub struct SetPartner {
    /// Its code.
    pub code: String,
    /// The word for its side of the trade; needed where both sides have the code.
    pub kind: Option<String>,
    /// A customer takes only goods that are good for so many days more; 0 takes the rule away.
    pub minimum_life: Option<u32>,
}

/// For how many days goods must be good that a customer takes; 0 where nobody said so.
///
/// # Errors
/// What the database says.
pub fn minimum_life(view: &View<'_>, customer: Option<&Partner>) -> Result<u32> {
    let Some(customer) = customer.filter(|partner| partner.kind == PartnerKind::Customer) else { return Ok(0) };
    let value = view.setting_of(&subject(customer), MINIMUM_LIFE)?;
    Ok(value.and_then(|days| days.parse().ok()).unwrap_or(0))
}

/// Whose settings they are: `customer/BOB`.
fn subject(partner: &Partner) -> String {
    format!("{}/{}", partner.kind.word(), partner.code)
}

/// Changes what is said of a partner.
///
/// # Errors
/// `not-valid`, `unknown-partner`, `ambiguous-scan` where a supplier and a customer have the code.
pub fn set_partner(store: &Store, change: &SetPartner, request: &Request) -> Result<Recorded> {
    let mut content = Content::of("partner set", request);
    content.flag("code", Some(&change.code));
    content.flag("kind", change.kind.as_deref());
    content.flag(MINIMUM_LIFE, change.minimum_life.map(|days| days.to_string()).as_deref());
    record(store, request, content.digest(), |writer| {
        let partner = named(writer, change)?;
        let Some(days) = change.minimum_life else {
            return Err(not_valid("nothing is to be changed", "scantrail partner set BOB --minimum-life 30").into());
        };
        if partner.kind != PartnerKind::Customer {
            let message = format!("{} is a supplier, and a minimum life is what a customer asks for", partner.code);
            return Err(not_valid(message, "name a customer, with --kind customer where both have the code").into());
        }
        if days > MOST_DAYS {
            return Err(not_valid(format!("{days} days are more than {MOST_DAYS}"), "give it in days").into());
        }
        let before = minimum_life(writer, Some(&partner))?;
        writer.set_setting(&subject(&partner), MINIMUM_LIFE, &days.to_string())?;
        let detail = serde_json::json!({
            "partner": partner.code, "partner_kind": partner.kind.word(), "before": before, "minimum_life": days,
        });
        Ok(draft("partner-set", detail))
    })
}

fn named(view: &View<'_>, change: &SetPartner) -> Result<Partner> {
    if let Some(word) = &change.kind {
        let kind = PartnerKind::from_word(word)
            .ok_or_else(|| not_valid("there is no such kind of partner", "one of supplier, customer"))?;
        return resolve::partner(view, kind, &change.code);
    }
    let customer = view.partner_named(PartnerKind::Customer, &change.code)?;
    match (customer, view.partner_named(PartnerKind::Supplier, &change.code)?) {
        (Some(customer), Some(_)) => {
            let message = format!("{} is a supplier and a customer", customer.code);
            Err(Refusal::new(Code::AmbiguousScan, message, "say which one with --kind").into())
        }
        (Some(partner), None) | (None, Some(partner)) => Ok(partner),
        (None, None) => resolve::partner(view, PartnerKind::Customer, &change.code),
    }
}
