//! What is set aside for nobody, lot by lot in the order in which it goes, read in pages: whoever needs little reads little.

use std::collections::VecDeque;

use chrono::NaiveDate;

use super::engine::Row;
use super::stock::{Balance, balance, lot_key};
use super::{Result, View};
use crate::ledger::Holding;
use crate::model::{ItemId, LotId, Place, PlaceId, Quantity};

/// Where no date is known: after all dates.
const NO_DATE: &str = "9999-99-99";

/// A date as balances keep it.
pub(super) fn dated(date: Option<NaiveDate>) -> String {
    date.map_or_else(|| NO_DATE.to_owned(), |date| date.to_string())
}

/// In which order the lots of an item come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FreeStockOrder {
    /// By date, and where that is the same or none is known by age.
    FirstExpired,
    /// By age.
    FirstIn,
    /// As [`FreeStockOrder::FirstExpired`], in one place.
    At(PlaceId),
}

/// The first page is small, because most orders ask for little; the next ones grow.
const FIRST_PAGE: i64 = 16;
const LARGEST_PAGE: i64 = 4_096;

/// The free stock of an item that may be set aside: in storage and staging places, of lots that are good until a day.
pub struct FreeStock<'v, 'c> {
    view: &'v View<'c>,
    item: ItemId,
    order: FreeStockOrder,
    good_until: NaiveDate,
    /// Where the last page ended: the date, the lot and the place.
    after: (String, i64, i64),
    page: i64,
    is_read: bool,
    rows: VecDeque<Holding>,
}

impl<'c> View<'c> {
    /// Begins to read the free stock of an item, without lots that expire before `good_until`.
    pub fn free_stock<'v>(&'v self, item: ItemId, order: FreeStockOrder, good_until: NaiveDate) -> FreeStock<'v, 'c> {
        let (after, rows) = ((String::new(), -1, -1), VecDeque::new());
        FreeStock { view: self, item, order, good_until, after, page: FIRST_PAGE, is_read: false, rows }
    }

    /// How much of each lot of an item may be set aside, in the order in which the lots first arrived.
    ///
    /// # Errors
    /// What the database says.
    pub fn free_lots(&self, item: ItemId, good_until: NaiveDate) -> Result<Vec<(LotId, Quantity)>> {
        let places: Vec<i64> = self.pickable_places()?.iter().map(|place| place.id.0).collect();
        let sql = "SELECT lot, CAST(sum(quantity) AS BIGINT) FROM balance
                   WHERE item = $1 AND claim = 0 AND quantity > 0 AND expires >= $2 AND place = ANY($3)
                   GROUP BY lot ORDER BY lot";
        self.all(sql, (item.0, good_until.to_string(), places.as_slice()), |row| {
            Ok((LotId(row.get(0)?), Quantity::from_smallest_units(row.get(1)?)))
        })
    }

    /// What of one lot may be set aside; lot 0 for an item that is not tracked by lot.
    ///
    /// # Errors
    /// What the database says.
    pub fn free_stock_of(&self, item: ItemId, lot: LotId) -> Result<Vec<Holding>> {
        let sql = "SELECT item, lot, place, claim, quantity FROM balance
                   WHERE item = $1 AND lot = $2 AND claim = 0 AND quantity > 0 ORDER BY place";
        let mut found = self.holdings_of(self.all(sql, (item.0, lot.0), balance)?)?;
        found.retain(|holding| holding.standing.place.kind.is_pickable());
        Ok(found)
    }

    /// Where lots of an item are, everywhere.
    ///
    /// # Errors
    /// What the database says.
    pub fn holdings_of_lots(&self, item: ItemId, lots: &[LotId]) -> Result<Vec<Holding>> {
        let lots: Vec<i64> = lots.iter().map(|lot| lot.0).collect();
        let sql = "SELECT item, lot, place, claim, quantity FROM balance
                   WHERE item = $1 AND lot = ANY($2) AND quantity > 0 ORDER BY lot, place, claim";
        self.holdings_of(self.all(sql, (item.0, lots.as_slice()), balance)?)
    }

    /// The places that hold free stock of an item and that it may be taken from.
    ///
    /// # Errors
    /// What the database says.
    pub fn places_of(&self, item: ItemId) -> Result<Vec<Place>> {
        let sql = "SELECT p.id FROM place p WHERE p.kind IN ('storage', 'staging') AND EXISTS
                   (SELECT 1 FROM balance b WHERE b.place = p.id AND b.item = $1 AND b.claim = 0 AND b.quantity > 0)";
        let found = self.all(sql, [item.0], |row| Ok(PlaceId(row.get(0)?)))?;
        found.into_iter().map(|id| Ok((*self.place(id)?).clone())).collect()
    }

    fn pickable_places(&self) -> Result<Vec<Place>> {
        Ok(self.own_places()?.into_iter().filter(|place| place.kind.is_pickable()).collect())
    }
}

impl FreeStock<'_, '_> {
    /// The next lot, with all its places: storage first, then by their paths. Goods that are not tracked by lot are one.
    ///
    /// # Errors
    /// What the database says.
    pub fn next_lot(&mut self) -> Result<Option<Vec<Holding>>> {
        loop {
            // A lot is whole when another one follows it.
            while !self.is_read && !self.rows.iter().any(|row| lot_of(row) != self.rows.front().and_then(lot_of)) {
                self.read_page()?;
            }
            let Some(first) = self.rows.front().map(lot_of) else { return Ok(None) };
            let mut lot: Vec<Holding> = Vec::new();
            while self.rows.front().is_some_and(|row| lot_of(row) == first) {
                lot.extend(self.rows.pop_front());
            }
            lot.retain(|holding| holding.standing.place.kind.is_pickable());
            lot.sort_by(|one, two| {
                let (one, two) = (&one.standing.place, &two.standing.place);
                one.kind.cmp(&two.kind).then_with(|| one.path.cmp(&two.path))
            });
            if !lot.is_empty() {
                return Ok(Some(lot));
            }
        }
    }

    fn read_page(&mut self) -> Result<()> {
        const COLUMNS: &str = "SELECT item, lot, place, claim, quantity, first_out FROM balance";
        let read = |row: &Row<'_>| Ok((balance(row)?, row.get::<String>(5)?));
        let (item, good_until) = (self.item.0, self.good_until.to_string());
        let (date, lot, place) = (self.after.0.as_str(), self.after.1, self.after.2);
        let rows: Vec<(Balance, String)> = match self.order {
            FreeStockOrder::FirstExpired => self.view.all(
                &format!(
                    "{COLUMNS} WHERE item = $1 AND claim = 0 AND quantity > 0 AND expires >= $2
                     AND (first_out, lot, place) > ($3, $4, $5) ORDER BY first_out, lot, place LIMIT $6"
                ),
                (item, good_until, date, lot, place, self.page),
                read,
            )?,
            FreeStockOrder::FirstIn => self.view.all(
                &format!(
                    "{COLUMNS} WHERE item = $1 AND claim = 0 AND quantity > 0 AND expires >= $2
                     AND (lot, place) > ($3, $4) ORDER BY lot, place LIMIT $5"
                ),
                (item, good_until, lot, place, self.page),
                read,
            )?,
            FreeStockOrder::At(at) => self.view.all(
                &format!(
                    "{COLUMNS} WHERE place = $6 AND item = $1 AND claim = 0 AND quantity > 0 AND expires >= $2
                     AND (first_out, lot) > ($3, $4) ORDER BY first_out, lot LIMIT $5"
                ),
                (item, good_until, date, lot, self.page, at.0),
                read,
            )?,
        };
        self.is_read = i64::try_from(rows.len()).is_ok_and(|count| count < self.page);
        self.page = (self.page * 4).min(LARGEST_PAGE);
        if let Some((last, date)) = rows.last() {
            self.after = (date.clone(), lot_key(last.lot), last.spot.place.0);
        }
        self.rows.extend(self.view.holdings_of(rows.into_iter().map(|(row, _)| row).collect())?);
        Ok(())
    }
}

fn lot_of(holding: &Holding) -> Option<LotId> {
    holding.lot.as_ref().map(|lot| lot.id)
}
