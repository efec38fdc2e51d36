//! The sums at the foot of sheets: decimal texts added exactly, one sum for each unit.

/// Decimals that are kept while adding; more than any quantity has.
const DECIMALS: usize = 9;

/// The sums of quantities by unit, in the order in which the units come: `43 each, 150.25 kg`. A unit with a quantity
/// that is not a plain decimal has no sum and is left out.
pub(super) fn totals<'a>(quantities: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let mut sums: Vec<(&str, Option<Sum>)> = Vec::new();
    for (quantity, unit) in quantities {
        let position = sums.iter().position(|(known, _)| *known == unit).unwrap_or_else(|| {
            sums.push((unit, Some(Sum::default())));
            sums.len() - 1
        });
        if let Some((_, sum)) = sums.get_mut(position) {
            *sum = sum.take().and_then(|sum| sum.plus(quantity));
        }
    }
    let texts =
        sums.into_iter().filter_map(|(unit, sum)| Some(format!("{} {unit}", sum?.text()).trim_end().to_owned()));
    texts.collect::<Vec<_>>().join(", ")
}

#[derive(Debug, Clone, Copy, Default)]
struct Sum {
    /// In units of the last decimal that is kept.
    units: i128,
    /// The most decimals that an addend had.
    decimals: usize,
}

impl Sum {
    fn plus(self, quantity: &str) -> Option<Sum> {
        let (whole, decimals) = quantity.split_once('.').unwrap_or((quantity, ""));
        let plain = !whole.is_empty() && [whole, decimals].concat().bytes().all(|byte| byte.is_ascii_digit());
        if !plain || decimals.len() > DECIMALS {
            return None;
        }
        let units: i128 = format!("{whole}{decimals:0<DECIMALS$}").parse().ok()?;
        Some(Sum { units: self.units.checked_add(units)?, decimals: self.decimals.max(decimals.len()) })
    }

    fn text(self) -> String {
        let digits = format!("{:0>width$}", self.units, width = DECIMALS + 1);
        let (whole, decimals) = digits.split_at(digits.len() - DECIMALS);
        match decimals.get(..self.decimals) {
            Some(decimals) if !decimals.is_empty() => format!("{whole}.{decimals}"),
            _ => whole.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::totals;

    #[test]
    fn adds_exactly_and_by_unit() {
        assert_eq!(totals([("3", "each"), ("150.25", "kg"), ("40", "each"), ("0.9", "kg")]), "43 each, 151.15 kg");
        assert_eq!(totals([("3", "")]), "3");
        assert_eq!(totals([("many", "each"), ("3", "each"), ("1", "m")]), "1 m");
        assert_eq!(totals([]), "");
    }
}
