//! Exact amounts: whole counts of an item's smallest unit, never floats.

use std::fmt;

/// How many decimals an item's quantity has: 0 (each) to 6.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Scale(u8);

impl Scale {
    /// Whole units only.
    pub const WHOLE: Scale = Scale(0);
    /// The most decimals an item can have.
    pub const MOST_DECIMALS: u8 = 6;

    /// A scale of `decimals`, or `None` when there are more than six.
    pub fn new(decimals: u8) -> Option<Scale> {
        (decimals <= Scale::MOST_DECIMALS).then_some(Scale(decimals))
    }

    /// The number of decimals.
    pub fn decimals(self) -> u8 {
        self.0
    }

    /// How many smallest units make one whole unit: 10 to the power of the decimals.
    pub fn units_per_whole(self) -> i64 {
        10_i64.pow(u32::from(self.0))
    }
}

/// Why a text is not a quantity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum QuantityError {
    /// Not digits with at most one decimal point.
    #[error("it is not a plain decimal number")]
    NotANumber,
    /// More than [`Quantity::MOST_WHOLE_DIGITS`] digits before the point.
    #[error("it has more than {} digits before the point", Quantity::MOST_WHOLE_DIGITS)]
    TooLarge,
    /// Zero.
    #[error("it is zero")]
    NotPositive,
    /// Decimals where only whole units exist.
    #[error("it has decimals, and only whole units are counted")]
    NotWhole,
    /// More decimals than the item's scale.
    #[error("it has more decimals than the {} that are kept", .0.decimals())]
    TooPrecise(Scale),
}

/// A count of an item's smallest unit. Sums are checked: an overflow is `None`, never a wrong number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Quantity(i64);

impl Quantity {
    /// Nothing.
    pub const ZERO: Quantity = Quantity(0);
    /// The longest number that a scan or an order line may state as a quantity, in digits before the point. Longer
    /// digits are a code.
    pub const MOST_WHOLE_DIGITS: usize = 6;

    /// A quantity of so many smallest units.
    pub fn from_smallest_units(units: i64) -> Quantity {
        Quantity(units)
    }

    /// One whole unit at this scale.
    pub fn one(scale: Scale) -> Quantity {
        Quantity(scale.units_per_whole())
    }

    /// So many whole units, or `None` when that is more than can be counted.
    pub fn whole(count: usize, scale: Scale) -> Option<Quantity> {
        i64::try_from(count).ok()?.checked_mul(scale.units_per_whole()).map(Quantity)
    }

    /// How many smallest units.
    pub fn smallest_units(self) -> i64 {
        self.0
    }

    /// Reads a positive plain decimal (`3`, `150.25`): digits, at most one point with digits on both sides.
    ///
    /// # Errors
    /// See [`QuantityError`]; `150.0` is refused at scale 0, because a decimal was stated where none exists.
    pub fn parse(text: &str, scale: Scale) -> Result<Quantity, QuantityError> {
        let (whole, decimals) = match text.split_once('.') {
            Some((whole, decimals)) if !decimals.is_empty() => (whole, decimals),
            Some(_) => return Err(QuantityError::NotANumber),
            None => (text, ""),
        };
        let digits_only = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !digits_only(whole) || !digits_only(decimals) {
            return Err(QuantityError::NotANumber);
        }
        if whole.len() > Quantity::MOST_WHOLE_DIGITS {
            return Err(QuantityError::TooLarge);
        }
        if decimals.len() > usize::from(scale.0) {
            return Err(if scale.0 == 0 { QuantityError::NotWhole } else { QuantityError::TooPrecise(scale) });
        }
        let padded = format!("{whole}{decimals:0<width$}", width = usize::from(scale.0));
        match padded.parse() {
            Ok(0) => Err(QuantityError::NotPositive),
            Ok(units) => Ok(Quantity(units)),
            Err(_) => Err(QuantityError::TooLarge),
        }
    }

    /// True for a text that states a quantity at some scale: a plain decimal of at most six digits before the point.
    pub fn looks_like_one(text: &str) -> bool {
        let widest = Scale(Scale::MOST_DECIMALS);
        matches!(Quantity::parse(text, widest), Ok(_) | Err(QuantityError::NotPositive | QuantityError::TooPrecise(_)))
    }

    /// The decimal text at the item's scale: `"3"` at scale 0, `"150.25"` at scale 2.
    pub fn display(self, scale: Scale) -> String {
        let sign = if self.0 < 0 { "-" } else { "" };
        let units = self.0.unsigned_abs();
        let per_whole = scale.units_per_whole().unsigned_abs();
        match scale.0 {
            0 => format!("{sign}{units}"),
            decimals => {
                format!("{sign}{}.{:0width$}", units / per_whole, units % per_whole, width = usize::from(decimals))
            }
        }
    }

    /// The sum, or `None` on overflow.
    pub fn checked_add(self, other: Quantity) -> Option<Quantity> {
        self.0.checked_add(other.0).map(Quantity)
    }

    /// The difference, which may be negative, or `None` on overflow.
    pub fn checked_sub(self, other: Quantity) -> Option<Quantity> {
        self.0.checked_sub(other.0).map(Quantity)
    }

    /// What is left after taking `other`, and never less than nothing.
    pub fn less(self, other: Quantity) -> Quantity {
        Quantity(self.0.saturating_sub(other.0).max(0))
    }

    /// The sum, or the largest quantity there is: for totals that are only compared or shown.
    pub fn plus(self, other: Quantity) -> Quantity {
        Quantity(self.0.saturating_add(other.0))
    }

    /// True for more than nothing.
    pub fn is_positive(self) -> bool {
        self.0 > 0
    }

    /// True for nothing.
    pub fn is_zero(self) -> bool {
        self.0 == 0
    }
}

impl std::iter::Sum for Quantity {
    fn sum<I: Iterator<Item = Quantity>>(quantities: I) -> Quantity {
        quantities.fold(Quantity::ZERO, Quantity::plus)
    }
}

impl fmt::Display for Scale {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scale(decimals: u8) -> Scale {
        Scale::new(decimals).unwrap()
    }

    #[test]
    fn reads_and_prints_exact_decimals() {
        for (text, decimals, units, printed) in [
            ("3", 0, 3, "3"),
            ("007", 0, 7, "7"),
            ("150.25", 2, 15_025, "150.25"),
            ("150.2", 2, 15_020, "150.20"),
            ("0.000001", 6, 1, "0.000001"),
            ("999999.999999", 6, 999_999_999_999, "999999.999999"),
        ] {
            let quantity = Quantity::parse(text, scale(decimals)).unwrap();
            assert_eq!(quantity.smallest_units(), units, "{text}");
            assert_eq!(quantity.display(scale(decimals)), printed, "{text}");
        }
    }

    #[test]
    fn names_what_is_wrong() {
        for (text, decimals, error) in [
            ("", 0, QuantityError::NotANumber),
            ("three", 0, QuantityError::NotANumber),
            ("-1", 0, QuantityError::NotANumber),
            ("+1", 0, QuantityError::NotANumber),
            ("1e3", 0, QuantityError::NotANumber),
            ("1.", 2, QuantityError::NotANumber),
            (".5", 2, QuantityError::NotANumber),
            ("1,5", 2, QuantityError::NotANumber),
            ("1.2.3", 2, QuantityError::NotANumber),
            ("٣", 0, QuantityError::NotANumber),
            ("1234567", 0, QuantityError::TooLarge),
            ("0", 0, QuantityError::NotPositive),
            ("0.00", 2, QuantityError::NotPositive),
            ("2.5", 0, QuantityError::NotWhole),
            ("2.0", 0, QuantityError::NotWhole),
            ("1.255", 2, QuantityError::TooPrecise(scale(2))),
        ] {
            assert_eq!(Quantity::parse(text, scale(decimals)), Err(error), "{text}");
        }
    }

    #[test]
    fn digits_of_a_barcode_do_not_look_like_a_quantity() {
        assert!(Quantity::looks_like_one("999999.5"));
        assert!(Quantity::looks_like_one("0"));
        assert!(!Quantity::looks_like_one("4006381333931"));
        assert!(!Quantity::looks_like_one("SN1"));
    }
}
