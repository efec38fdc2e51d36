//! Closing a group: from which spots it is taken, and the line that it becomes.

use std::rc::Rc;

use super::{Conversation, Stumble, Then, stumble};
use crate::ledger::{Holding, Taken, Taking, take};
use crate::model::{Item, LotCode, Place};
use crate::scan::Known;
use crate::scan::group::{GroupLot, Line, LineLot, LineSerial, OpenGroup};

impl Conversation {
    /// Goods that are known bring their lot along.
    pub(super) fn take_lot_of(&self, group: &mut OpenGroup, serial: &LineSerial) {
        let recorded = serial.record.as_ref().and_then(|record| record.lot.clone());
        if let (GroupLot::None, Some(record), true) = (&group.lot, recorded, self.plan.verb.moves_known_goods()) {
            group.lot = GroupLot::Known(LineLot::known(record));
        }
    }

    pub(super) fn put_or_close(
        &mut self,
        mut group: OpenGroup,
        stock: &[Holding],
        known: &Known,
    ) -> Result<(), Stumble> {
        if group.is_complete() && !group.may_be_counted() {
            return self.close(group, stock, Some(known));
        }
        // A unit that is not tracked by serial must be there even if no quantity follows.
        if group.is_complete() && !group.needs_serials() {
            let taken = self.take(&group, stock, Some(known))?;
            drop(taken);
            group.known = Known { stock: stock.to_vec(), facts: known.facts, ..Known::default() };
        }
        self.open = Some(group);
        Ok(())
    }

    pub(super) fn take(
        &self,
        group: &OpenGroup,
        stock: &[Holding],
        known: Option<&Known>,
    ) -> Result<Vec<Taken>, Stumble> {
        let Some(item) = group.item.as_ref().filter(|item| !item.tracking.by_serial()) else { return Ok(Vec::new()) };
        if !self.plan.verb.moves_known_goods() {
            return Ok(Vec::new());
        }
        let lot = group.known_lot();
        let left: Vec<Holding> = stock.iter().filter_map(|holding| self.left_of(holding)).collect();
        let lot_id = stock.first().and_then(|holding| holding.lot.as_ref().map(|lot| lot.id));
        let in_batch = self.taken.iter().filter(|((one, lot, _), _)| *one == item.id && *lot == lot_id);
        let taking = Taking {
            verb: self.plan.verb,
            item,
            lot: lot.as_ref().map(LotCode::as_str),
            quantity: group.quantity(),
            from: self.origin(),
            to: self.destination(),
            sources: &self.plan.sources,
            order: self.order(),
            facts: known.map(|known| known.facts).unwrap_or_default(),
            in_batch: in_batch.map(|(_, quantity)| *quantity).sum(),
        };
        take(&taking, &left).map_err(|refusal| stumble(refusal, group.counted_by(), Then::PassOver))
    }

    pub(super) fn left_of(&self, holding: &Holding) -> Option<Holding> {
        let key = (holding.item, holding.lot.as_ref().map(|lot| lot.id), holding.standing.spot());
        let quantity = holding.quantity.less(self.taken.get(&key).copied().unwrap_or_default());
        quantity.is_positive().then(|| Holding { quantity, ..holding.clone() })
    }

    pub(super) fn close(&mut self, group: OpenGroup, stock: &[Holding], known: Option<&Known>) -> Result<(), Stumble> {
        let taken = self.take(&group, stock, known)?;
        for one in &taken {
            let holding = &one.holding;
            let key = (holding.item, holding.lot.as_ref().map(|lot| lot.id), holding.standing.spot());
            let total = self.taken.entry(key).or_default();
            *total = total.plus(one.quantity);
        }
        self.seen.extend(group.serials.iter().map(|(item, serial)| (item.id, serial.code.clone())));
        let to = self.destination().cloned();
        let quantity = group.quantity();
        match group.item {
            Some(item) => {
                if !item.rules.is_measured {
                    self.count_more(item.id, quantity);
                }
                let lot = if let GroupLot::Known(lot) = group.lot { Some(lot) } else { None };
                if let Some(lot) = &lot {
                    let stated = self.stated.entry((item.id, lot.code.clone())).or_default();
                    *stated =
                        if lot.corrects { (lot.said.or(stated.0), true) } else { (stated.0.or(lot.said), stated.1) };
                }
                let serials = group.serials.into_iter().map(|(_, serial)| serial).collect();
                self.lines.push(Line { item, lot, quantity, serials, taken, to });
            }
            None => self.close_mixed(group.serials, to),
        }
        self.open = None;
        Ok(())
    }

    /// Units that name their item themselves become one line for each item, in the order of their first scan.
    pub(super) fn close_mixed(&mut self, serials: Vec<(Rc<Item>, LineSerial)>, to: Option<Rc<Place>>) {
        let mut lines: Vec<Line> = Vec::new();
        for (item, serial) in serials {
            let one = serial.quantity();
            match lines.iter_mut().find(|line| line.item.id == item.id) {
                Some(line) => {
                    line.quantity = line.quantity.plus(one);
                    line.serials.push(serial);
                }
                None => lines.push(Line {
                    item,
                    lot: None,
                    quantity: one,
                    serials: vec![serial],
                    taken: Vec::new(),
                    to: to.clone(),
                }),
            }
        }
        self.lines.append(&mut lines);
    }
}
