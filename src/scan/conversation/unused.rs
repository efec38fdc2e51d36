//! Nothing that was read is dropped without being named: the GS1 elements of an accepted scan that its slot did not use.

use super::Due;
use crate::codes::Reading;
use crate::model::Item;

/// What an element is about.
#[derive(Clone, Copy, PartialEq, Eq)]
enum About {
    Item,
    Lot,
    Serial,
    Count,
    Place,
    Other,
}

fn about(identifier: &str, has_content: bool, is_measured: bool) -> About {
    match identifier {
        "01" | "02" => About::Item,
        "10" | "11" | "15" | "17" => About::Lot,
        "21" => About::Serial,
        "30" => About::Count,
        "37" if has_content => About::Count,
        measure if is_measured && measure.len() == 4 && measure.starts_with('3') => About::Count,
        "414" | "254" => About::Place,
        _ => About::Other,
    }
}

/// The elements of an accepted scan that were not used, as they stand below a barcode. `due` is what was due before it, `item`
/// the item of its group.
pub(super) fn unused(reading: &Reading, due: Due, item: Option<&Item>, named_item: bool) -> Vec<String> {
    if !reading.has_elements_of_gs1() {
        return Vec::new();
    }
    let by_lot = item.is_some_and(|item| item.tracking.by_lot());
    let by_serial = item.is_some_and(|item| item.tracking.by_serial());
    let opens = matches!(due, Due::Opening) || (due == Due::UnitOrQuantity && named_item);
    let is_used = |about: About| match about {
        About::Item => opens || matches!(due, Due::Serial(..)),
        About::Lot => by_lot && (opens || matches!(due, Due::Lot | Due::UnitOrQuantity | Due::Serial(..))),
        About::Serial => by_serial && (opens || matches!(due, Due::Serial(..))),
        About::Count => {
            let is_of_unit = matches!(due, Due::Serial(..)) && item.is_some_and(|item| item.rules.is_measured);
            opens || is_of_unit || matches!(due, Due::Quantity | Due::UnitOrQuantity | Due::Measure(..))
        }
        About::Place => opens && !named_item,
        About::Other => false,
    };
    let has_content = reading.elements.iter().any(|(identifier, _)| identifier == "02");
    let is_measured = reading.count.is_none() && item.is_some_and(|item| reading.amount_in(&item.unit).is_some());
    let unused =
        reading.elements.iter().filter(|(identifier, _)| !is_used(about(identifier, has_content, is_measured)));
    unused.map(|(identifier, value)| format!("({identifier}){value}")).collect()
}
