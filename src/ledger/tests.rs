//! The choices of the ledger, each as a table of small cases.

use std::collections::HashSet;
use std::rc::Rc;

use super::*;
use crate::model::{
    ClaimId, Item, ItemId, LotCode, LotDates, LotId, OrderId, Place, PlaceId, PlaceKind, Quantity, Scale, Sku, Tracking,
};

fn quantity(units: i64) -> Quantity {
    Quantity::from_smallest_units(units)
}

fn item() -> Item {
    Item {
        id: ItemId(1),
        sku: Sku::new("MILK").unwrap(),
        name: "Milk".to_owned(),
        tracking: Tracking::Lot,
        unit: "each".to_owned(),
        scale: Scale::WHOLE,
        rules: crate::model::ItemRules::default(),
    }
}

fn place(id: i64, kind: PlaceKind) -> Rc<Place> {
    Rc::new(Place { id: PlaceId(id), path: format!("P{id}"), kind })
}

fn claim(order: i64, stage: Stage) -> Option<Rc<Claim>> {
    let id = ClaimId(order * 2 + i64::from(stage == Stage::Picked));
    Some(Rc::new(Claim { id, order: OrderId(order), order_code: format!("SO-{order}"), stage }))
}

fn holding(place: &Rc<Place>, claim: Option<Rc<Claim>>, units: i64) -> Holding {
    let standing = Standing { place: place.clone(), claim };
    Holding { item: ItemId(1), lot: None, standing, quantity: quantity(units) }
}

fn taken(verb: Verb, wanted: i64, order: Option<i64>, holdings: &[Holding]) -> Result<Vec<(i64, i64)>, &'static str> {
    let item = item();
    let taking = Taking {
        verb,
        item: &item,
        lot: Some("B7"),
        quantity: quantity(wanted),
        from: None,
        to: None,
        sources: &[],
        order: order.map(|order| (OrderId(order), "SO")),
        facts: PartnerFacts::default(),
        in_batch: Quantity::ZERO,
    };
    match take(&taking, holdings) {
        Ok(taken) => {
            Ok(taken.iter().map(|one| (one.holding.standing.place.id.0, one.quantity.smallest_units())).collect())
        }
        Err(refusal) => Err(refusal.code.text()),
    }
}

#[test]
fn a_lot_leaves_the_allocated_place_else_its_only_place() {
    let (shelf, other) = (place(1, PlaceKind::Storage), place(2, PlaceKind::Storage));
    let mine = || claim(7, Stage::Allocated);
    let cases: Vec<(&str, i64, Option<i64>, Vec<Holding>, Result<Vec<(i64, i64)>, &str>)> = vec![
        ("the only place", 3, None, vec![holding(&shelf, None, 5)], Ok(vec![(1, 3)])),
        ("two places", 3, None, vec![holding(&shelf, None, 5), holding(&other, None, 5)], Err("place-required")),
        (
            "the allocated place",
            3,
            Some(7),
            vec![holding(&shelf, None, 5), holding(&other, mine(), 3)],
            Ok(vec![(2, 3)]),
        ),
        (
            "two allocated places",
            5,
            Some(7),
            vec![holding(&shelf, mine(), 2), holding(&other, mine(), 3)],
            Ok(vec![(1, 2), (2, 3)]),
        ),
        (
            "more than allocated, from beside it",
            5,
            Some(7),
            vec![holding(&shelf, None, 9), holding(&other, mine(), 3), holding(&other, None, 2)],
            Ok(vec![(2, 3), (2, 2)]),
        ),
        ("too little", 6, None, vec![holding(&shelf, None, 5)], Err("not-enough-stock")),
        (
            "another order's",
            5,
            None,
            vec![holding(&shelf, None, 2), holding(&shelf, mine(), 3)],
            Err("allocated-to-other-order"),
        ),
        ("quarantine", 1, None, vec![holding(&place(3, PlaceKind::Quarantine), None, 5)], Err("place-not-pickable")),
        ("picked already", 2, Some(7), vec![holding(&shelf, claim(7, Stage::Picked), 2)], Err("already-picked")),
    ];
    for (name, wanted, order, holdings, expected) in cases {
        assert_eq!(taken(Verb::Pick, wanted, order, &holdings), expected, "{name}");
    }
}

#[test]
fn a_sale_ships_what_was_picked_before_what_is_only_allocated() {
    let shelf = place(1, PlaceKind::Storage);
    let staging = place(2, PlaceKind::Staging);
    let holdings = [holding(&shelf, claim(7, Stage::Allocated), 2), holding(&staging, claim(7, Stage::Picked), 2)];
    assert_eq!(taken(Verb::Sell, 3, Some(7), &holdings), Ok(vec![(2, 2), (1, 1)]));
}

#[test]
fn first_expired_goes_first_and_lots_without_a_date_last() {
    let shelf = place(1, PlaceKind::Storage);
    let lot = |id: i64, expires: Option<&str>| Holding {
        lot: Some(Rc::new(LotRecord {
            id: LotId(id),
            code: LotCode::new(&format!("L{id}")).unwrap(),
            dates: LotDates { expires: expires.map(|date| date.parse().unwrap()), ..LotDates::default() },
            also: Vec::new(),
            made_as: None,
        })),
        ..holding(&shelf, None, 10)
    };
    let order = |strategy| {
        let mut holdings = vec![lot(3, Some("2027-01-01")), lot(1, None), lot(2, Some("2026-12-01"))];
        first_out_order(strategy, &mut holdings);
        holdings.iter().filter_map(|one| one.lot.as_ref().map(|lot| lot.id.0)).collect::<Vec<_>>()
    };
    assert_eq!(order(Strategy::FirstExpired), [2, 3, 1]);
    assert_eq!(order(Strategy::FirstIn), [1, 2, 3]);
}

#[test]
fn an_allocation_reaches_as_far_as_the_stock() {
    let shelf = place(1, PlaceKind::Storage);
    let stock = [holding(&shelf, None, 4), holding(&shelf, None, 4)];
    let found = |need| {
        let found = allocate(quantity(need), &stock);
        let taken: Vec<_> = found.taken.iter().map(|(index, taken)| (*index, taken.smallest_units())).collect();
        (taken, found.short.smallest_units())
    };
    assert_eq!(found(3), (vec![(0, 3)], 0));
    assert_eq!(found(6), (vec![(0, 4), (1, 2)], 0));
    assert_eq!(found(9), (vec![(0, 4), (1, 4)], 1));
    assert_eq!(found(0), (vec![], 0));
}

#[test]
fn what_is_replaced_is_given_back_from_the_same_place_first() {
    let (shelf, other, staging) =
        (place(1, PlaceKind::Storage), place(2, PlaceKind::Storage), place(3, PlaceKind::Staging));
    let outstanding =
        |place: &Rc<Place>, stage, units| Outstanding { holding: holding(place, claim(7, stage), units), serial: None };
    let all = [
        outstanding(&shelf, Stage::Allocated, 2),
        outstanding(&other, Stage::Allocated, 2),
        outstanding(&staging, Stage::Picked, 2),
    ];
    let released = |replaced, room| {
        let from_shelf = HashSet::from([PlaceId(1)]);
        let released = released_by_swap(&all, quantity(replaced), quantity(room), &from_shelf);
        released.iter().map(|(index, units)| (*index, units.smallest_units())).collect::<Vec<_>>()
    };
    assert_eq!(released(0, 6), []);
    assert_eq!(released(1, 6), [(0, 1)], "from the place where the other unit was taken");
    assert_eq!(released(3, 6), [(0, 2), (1, 1)]);
    assert_eq!(released(1, 4), [(0, 2)], "what the order has no room for goes too");
    assert_eq!(released(4, 1), [(0, 2), (1, 2), (2, 1)], "picked units last");
}
