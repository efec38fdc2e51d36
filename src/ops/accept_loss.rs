//! `--accept-loss`: going on without operations that were recorded and are gone, and saying so for ever.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Request, Result};
use crate::ledger::Chain;
use crate::store::{Address, Head, Loss, NewOperation, Options, RecordedOperation, Store};

/// A loss that was accepted.
#[derive(Debug)]
pub struct AcceptedLoss {
    /// What is gone.
    pub loss: Loss,
    /// Where the log that was there is kept, if there was one.
    pub kept_log: Option<String>,
    /// The operations that say so: one for each station that lost some.
    pub recorded: Vec<RecordedOperation>,
}

/// Opens a database of which a part is missing, and records what is known to be gone. The chain of each station that lost
/// operations goes on behind them, under a new operation that is sealed over the last one that is known: no number and no
/// place in a chain is ever given twice. Where nothing is missing, nothing is recorded.
///
/// # Errors
/// As [`Store::open`], and as `Store::write`.
pub fn open_accepting_loss(
    address: &Address,
    options: &Options,
    request: &Request,
) -> Result<(Store, Option<AcceptedLoss>)> {
    let suffix = request.stamp.recorded_at.format("%Y%m%dT%H%M%S").to_string();
    let (store, Some((loss, kept_log))) = Store::open_after_loss(address, options, &suffix)? else {
        return Ok((Store::open(address, options)?, None));
    };
    let stations = last_of_each_station(&loss);
    let first = loss.missing.iter().map(|head| head.number).max().unwrap_or(0).max(loss.last) + 1;
    let recorded = store.write_alone(false, |writer| -> Result<Vec<RecordedOperation>> {
        let operation = |(index, lost): (usize, Option<&Head>)| {
            let new = statement(&loss, lost, kept_log.as_deref(), request);
            Ok(writer.append_after_loss(new, first + index as i64, lost)?)
        };
        match stations.is_empty() {
            true => Ok(vec![operation((0, None))?]),
            false => stations.iter().map(|head| Some(*head)).enumerate().map(operation).collect(),
        }
    })?;
    Ok((store, Some(AcceptedLoss { loss, kept_log, recorded })))
}

/// The last known operation of each station that lost some.
fn last_of_each_station(loss: &Loss) -> Vec<&Head> {
    let mut last: Vec<&Head> = Vec::new();
    for head in &loss.missing {
        match last.iter_mut().find(|known| known.station == head.station) {
            Some(known) if known.station_sequence < head.station_sequence => *known = head,
            Some(_) => {}
            None => last.push(head),
        }
    }
    last
}

/// What is recorded in the chain of one station, or of the one that accepts when no operation is known to be gone.
fn statement(loss: &Loss, lost: Option<&Head>, kept_log: Option<&str>, request: &Request) -> NewOperation {
    let station = lost.map_or(&request.stamp.station, |head| &head.station);
    let missing: Vec<Value> = loss.missing.iter().filter(|head| head.station == *station).map(named).collect();
    let detail =
        json!({ "last": loss.last, "lost": missing, "unnamed": loss.unnamed, "accepted_at": request.stamp.station, "kept_log": kept_log })
            .to_string();
    let mut content = Chain::alone();
    content.text(Some("accept-loss"));
    content.text(Some(&detail));
    let mut stamp = request.stamp.clone();
    stamp.station.clone_from(station);
    stamp.at = stamp.recorded_at;
    NewOperation {
        op_id: format!("accept-loss {} {station}", request.op_id).chars().take(250).collect(),
        content: content.finish(),
        kind: "accept-loss".to_owned(),
        stamp,
        reason: request.reason.clone(),
        note: request.note.clone(),
        detail: Some(detail),
        order: None,
        partner: None,
        invoice: None,
        fields: BTreeMap::new(),
        reverses: None,
        movements: Vec::new(),
        lot_dates: Vec::new(),
        scans: None,
    }
}

fn named(head: &Head) -> Value {
    json!({
        "operation": head.number, "op_id": head.op_id, "kind": head.kind,
        "recorded_at": head.recorded_at.to_rfc3339(), "station_sequence": head.station_sequence,
        "hash": head.hash.iter().map(|byte| format!("{byte:02x}")).collect::<String>(),
    })
}
