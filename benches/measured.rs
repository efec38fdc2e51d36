//! How long it takes to choose measured units for an order, out of 10,000, beside a bare floor: sorting the same units by
//! measure and adding them up until the order is reached, which is the least that any choice must do. And how long it
//! takes to find an order's lots among 100,000, in each order of picking.
//!
//! `cargo bench --bench measured` measures, `SCANTRAIL_SHORT=1` only shows that it runs (so does `cargo test --benches`).
//! What was measured is in `docs/performance.md`.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, clippy::disallowed_macros)]

use std::hint::black_box;
use std::rc::Rc;
use std::time::{Duration, Instant};

use scantrail::ledger::{Holding, LotRecord, MeasuredStrategy, Standing, Strategy, allocate_by, choose};
use scantrail::model::{ItemId, LotCode, LotDates, LotId, Place, PlaceId, PlaceKind, Quantity};

/// The longest that one choice may take.
const AIM: Duration = Duration::from_millis(200);

/// Numbers without a pattern, the same in each run.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self, below: u64) -> i64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        i64::try_from(self.0 % below).unwrap()
    }
}

type Stock = Vec<(usize, Quantity)>;

fn stock(count: usize, mut measure: impl FnMut(usize) -> i64) -> Stock {
    (0..count).map(|at| (at, Quantity::from_smallest_units(measure(at)))).collect()
}

/// What is in stock, and what is wanted of it.
fn cases(count: usize) -> Vec<(&'static str, Stock, i64)> {
    let mut numbers = Numbers(0x5ca7_7a11);
    let pallets = stock(count, |at| if at % 3 == 0 { 20_000 } else { 15_000 });
    let slabs = stock(count, |_| 12_000 + numbers.next(9_001));
    let cheeses = stock(count, |_| 7_500 + numbers.next(1_501));
    let nearly_equal = stock(count, |_| 1_000_000 + numbers.next(4));
    let lumpy = stock(count, |at| if at == 0 { 1 } else { (numbers.next(20) + 1) * 1_000 });
    let lumpy_and_large = stock(count, |at| if at == 0 { 1 } else { (numbers.next(10_000) + 1) * 1_000 });
    let doubles = stock(count, |at| 1_i64 << (at % 40));
    let all = |stock: &Stock| stock.iter().map(|(_, each)| each.smallest_units()).sum::<i64>();
    vec![
        ("two sorts of pallets, 320.00 sq ft", pallets.clone(), 32_000),
        ("two sorts of pallets, 32,070.00 sq ft", pallets, 3_207_000),
        ("slabs, 320.00 sq ft", slabs.clone(), 32_000),
        ("slabs, 3,200.00 sq ft", slabs.clone(), 320_000),
        ("slabs, 32,000.00 sq ft", slabs.clone(), 3_200_000),
        ("slabs, 320,000.00 sq ft", slabs.clone(), 32_000_000),
        ("slabs, nearly all", slabs.clone(), all(&slabs) - 54_321),
        ("cheeses, 250.000 kg", cheeses, 250_000),
        ("nearly equal, between 5 and 6 of them", nearly_equal.clone(), 5_500_000),
        ("nearly equal, between 55 and 56 of them", nearly_equal, 55_500_000),
        ("whole thousands and one odd, 100 and a half", lumpy.clone(), 100_500),
        ("whole thousands and one odd, 2,000 and a half", lumpy, 2_000_500),
        ("large whole thousands and one odd, 30,000 and a half", lumpy_and_large, 30_000_500),
        ("powers of two", doubles, (1 << 39) + (1 << 20) + 5),
    ]
}

/// Free stock of many lots on a few places, in no order.
fn lots(count: usize) -> Vec<Holding> {
    let mut numbers = Numbers(0x5ca7_7a11);
    let today: chrono::NaiveDate = "2026-11-25".parse().unwrap();
    let place = |at: usize| Place { id: PlaceId(1), path: format!("WH1/A-{at}"), kind: PlaceKind::Storage };
    let places: Vec<_> = (0..500).map(|at| Rc::new(place(at))).collect();
    let holding = |at: usize| {
        let expires = (!at.is_multiple_of(10)).then(|| today + chrono::Days::new(numbers.next(700).unsigned_abs()));
        let dates = LotDates { expires, ..LotDates::default() };
        let id = LotId(i64::try_from(at * 7_919 % count).unwrap());
        let lot =
            LotRecord { id, code: LotCode::new(&format!("L{at}")).unwrap(), dates, also: Vec::new(), made_as: None };
        let standing = Standing { place: places[at * 31 % places.len()].clone(), claim: None };
        let quantity = Quantity::from_smallest_units(numbers.next(1_000) + 1);
        Holding { item: ItemId(1), lot: Some(Rc::new(lot)), standing, quantity }
    };
    (0..count).map(holding).collect()
}

/// How long it takes to find the lots of an order in each order of picking, beside a bare sort of as many numbers.
fn picking(count: usize, runs: usize) {
    let stock = lots(count);
    let need = Quantity::from_smallest_units(i64::try_from(count).unwrap() * 100);
    let numbers: Vec<i64> = stock.iter().map(|holding| holding.quantity.smallest_units() * 7_919 % 10_007).collect();
    let bare = timed(runs, || {
        let mut numbers = numbers.clone();
        numbers.sort_unstable();
        numbers
    });
    println!("{count} lots, median of {runs}; the floor sorts as many numbers");
    for (strategy, word) in Strategy::WORDS {
        let mut copies: Vec<_> = (0..runs).map(|_| stock.clone()).collect();
        let time = timed(runs, || allocate_by(strategy, need, &mut copies.pop().unwrap()));
        println!("{word}: {time:.2?}, floor {bare:.2?}, ratio {:.0}", time.as_secs_f64() / bare.as_secs_f64());
        assert!(count < 100_000 || time < AIM, "{word} took {time:?}");
    }
}

/// Sorted by measure, added up until the order is reached.
fn floor(stock: &Stock, wanted: i64) -> usize {
    let mut measures: Vec<i64> = stock.iter().map(|(_, each)| each.smallest_units()).collect();
    measures.sort_unstable_by(|one, two| two.cmp(one));
    let mut sum = 0;
    let is_needed = |each: &&i64| {
        sum += **each;
        sum - **each < wanted
    };
    measures.iter().take_while(is_needed).count()
}

/// The median of a few runs.
fn timed<T>(runs: usize, mut work: impl FnMut() -> T) -> Duration {
    let mut times: Vec<Duration> = (0..runs)
        .map(|_| {
            let started = Instant::now();
            black_box(work());
            started.elapsed()
        })
        .collect();
    times.sort_unstable();
    times[times.len() / 2]
}

fn main() {
    let is_wanted = std::env::args_os().any(|argument| argument == "--bench");
    let is_short = !is_wanted || std::env::var_os("SCANTRAIL_SHORT").is_some_and(|value| value == "1");
    picking(if is_short { 1_000 } else { 100_000 }, if is_short { 1 } else { 7 });
    let (count, runs) = if is_short { (100, 1) } else { (10_000, 7) };
    println!("{count} units, median of {runs}; the floor sorts and adds");
    for (what, stock, wanted) in cases(count) {
        let bare = timed(runs, || floor(&stock, wanted));
        for strategy in [MeasuredStrategy::LeastOvershoot, MeasuredStrategy::FewestUnits] {
            let time = timed(runs, || choose(&stock, Quantity::from_smallest_units(wanted), strategy));
            let choice = choose(&stock, Quantity::from_smallest_units(wanted), strategy);
            let proven = match (choice.is_proven, choice.is_tie_proven) {
                (true, true) => "proven",
                (true, false) => "first proven",
                _ => "not proven",
            };
            println!(
                "{what}, {strategy:?}: {time:.2?}, floor {bare:.2?}, ratio {:.0}; {} units, over {}, {proven}",
                time.as_secs_f64() / bare.as_secs_f64(),
                choice.units.len(),
                choice.over.smallest_units(),
            );
            assert!(is_short || time < AIM, "{what} took {time:?}");
        }
    }
}
