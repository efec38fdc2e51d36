//! Clocks that go back. The order of operations is their number, and the times beside it are what a station's clock showed:
//! one that shows an earlier time than an operation before it is told, and the operation is marked for good.

use chrono::DateTime;
use serde_json::{Map, Value, json};

use super::operation::time_at;
use crate::model::OperationNumber;

/// Where an operation says so, in what else is recorded of it.
pub(crate) const CLOCK_WENT_BACK: &str = "clock_went_back";

/// So many seconds, five minutes, may the clocks of two stations differ before it is told.
const TOLERANCE: i64 = 300;

/// An operation that was recorded before, or the one with the latest time before that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Earlier {
    /// Which operation.
    pub number: OperationNumber,
    /// When it was recorded: seconds since 1970.
    pub recorded_at: i64,
    /// Where, in seconds east of Greenwich.
    pub offset: i32,
}

impl Earlier {
    /// An operation, or the one that it is marked with: the latest time there is goes along from mark to mark.
    pub fn of(number: i64, recorded_at: i64, offset: i32, detail: Option<&str>) -> Earlier {
        let marked = detail.filter(|text| text.contains(CLOCK_WENT_BACK)).and_then(|text| {
            let detail: Value = serde_json::from_str(text).ok()?;
            let mark = detail.get(CLOCK_WENT_BACK)?;
            let at = DateTime::parse_from_rfc3339(mark["recorded_at"].as_str()?).ok()?;
            let number = OperationNumber(mark["operation"].as_i64()?);
            Some(Earlier { number, recorded_at: at.timestamp(), offset: at.offset().local_minus_utc() })
        });
        let own = Earlier { number: OperationNumber(number), recorded_at, offset };
        marked.filter(|marked| marked.recorded_at > recorded_at).unwrap_or(own)
    }
}

/// What else is recorded of an operation, with a mark when the clock shows an earlier time than one of those before.
pub(super) fn marked(detail: Option<&str>, now: i64, before: [Option<Earlier>; 2]) -> Option<String> {
    let latest = before.into_iter().flatten().max_by_key(|one| (one.recorded_at, one.number));
    let Some(latest) = latest.filter(|latest| latest.recorded_at > now.saturating_add(TOLERANCE)) else {
        return detail.map(str::to_owned);
    };
    let known = detail.and_then(|text| serde_json::from_str(text).ok());
    let mut known: Map<String, Value> = known.unwrap_or_default();
    let at = time_at(latest.recorded_at, latest.offset).map(|time| time.to_rfc3339());
    known.insert(CLOCK_WENT_BACK.to_owned(), json!({ "operation": latest.number.0, "recorded_at": at }));
    Some(Value::Object(known).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(number: i64, recorded_at: i64) -> Option<Earlier> {
        Some(Earlier { number: OperationNumber(number), recorded_at, offset: 3_600 })
    }

    #[test]
    fn clocks_may_differ_a_little() {
        assert_eq!(marked(None, 1_000, [None, None]), None);
        assert_eq!(marked(None, 1_000, [at(1, 1_300), at(2, 900)]), None);
        assert_eq!(marked(Some("{\"a\":1}"), 1_000, [at(1, 1_300), None]), Some("{\"a\":1}".to_owned()));
    }

    #[test]
    fn the_latest_of_those_before_is_named() {
        let mark = "\"clock_went_back\":{\"operation\":2,\"recorded_at\":\"1970-01-01T01:33:20+01:00\"}";
        assert_eq!(marked(None, 1_000, [at(1, 1_301), at(2, 2_000)]), Some(format!("{{{mark}}}")));
        assert_eq!(marked(Some("{\"a\":1}"), 1_000, [at(2, 2_000), None]), Some(format!("{{\"a\":1,{mark}}}")));
        // It goes along, until a later one comes.
        let marked = format!("{{\"a\":1,{mark}}}");
        assert_eq!(Some(Earlier::of(3, 1_000, 0, Some(&marked))), at(2, 2_000));
        assert_eq!(Earlier::of(3, 2_001, 0, Some(&marked)).number, OperationNumber(3));
        assert_eq!(Earlier::of(3, 1_000, 0, Some("{}")).number, OperationNumber(3));
    }
}
