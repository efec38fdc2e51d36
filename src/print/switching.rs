//! The shortest way to write a text in the three code sets of Code 128 (ISO/IEC 15417).
//!
//! Set A holds ASCII 0 to 95, set B 32 to 127, set C pairs of digits. Every character and every change of the set costs
//! one symbol character, so the shortest symbol is a shortest path; it is found from the end to the start.

/// A code set of Code 128.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CodeSet {
    A,
    B,
    C,
}

const SETS: [CodeSet; 3] = [CodeSet::A, CodeSet::B, CodeSet::C];

/// What is to be encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token {
    /// An ASCII character.
    Ascii(u8),
    /// Function 1: the mark of GS1-128 and its separator.
    Function1,
}

/// What is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// Begin with or change to a set.
    Set(CodeSet),
    /// One character in set A or B.
    Ascii(u8),
    /// Two digits in set C.
    Pair(u8, u8),
    /// Function 1, which every set has.
    Function1,
}

impl CodeSet {
    /// The next step in this set and how many tokens it takes, if the set can write what comes next.
    fn step(self, tokens: &[Token]) -> Option<(Step, usize)> {
        match (self, tokens) {
            (_, [Token::Function1, ..]) => Some((Step::Function1, 1)),
            (CodeSet::A, [Token::Ascii(byte @ 0..=95), ..]) => Some((Step::Ascii(*byte), 1)),
            (CodeSet::B, [Token::Ascii(byte @ 32..=127), ..]) => Some((Step::Ascii(*byte), 1)),
            (CodeSet::C, [Token::Ascii(tens @ b'0'..=b'9'), Token::Ascii(ones @ b'0'..=b'9'), ..]) => {
                Some((Step::Pair(*tens, *ones), 2))
            }
            _ => None,
        }
    }
}

/// The best continuation from one position in one set.
#[derive(Debug, Clone, Copy)]
struct Best {
    cost: usize,
    /// The set in which the next step is written.
    set: CodeSet,
}

const IMPOSSIBLE: usize = usize::MAX / 2;

/// The fewest symbol characters for the tokens, the start character first.
pub(super) fn shortest(tokens: &[Token]) -> Vec<Step> {
    let table = continuations(tokens);
    let mut steps = Vec::new();
    let mut current = None;
    let mut rest = tokens;
    while !rest.is_empty() {
        let row = &table[tokens.len() - rest.len()];
        // The start costs the same for every set. B is the first choice: it is what people expect to see.
        let set = match current {
            Some(set) => row[set as usize].set,
            None => [CodeSet::B, CodeSet::C, CodeSet::A]
                .into_iter()
                .min_by_key(|set| stay_cost(row, *set))
                .unwrap_or(CodeSet::B),
        };
        if current != Some(set) {
            steps.push(Step::Set(set));
            current = Some(set);
        }
        let Some((step, taken)) = set.step(rest) else { break };
        steps.push(step);
        rest = rest.get(taken..).unwrap_or_default();
    }
    steps
}

/// The cost of going on from a row in a set without changing it first.
fn stay_cost(row: &[Best; 3], set: CodeSet) -> usize {
    let best = row[set as usize];
    if best.set == set { best.cost } else { IMPOSSIBLE }
}

/// For every position, and every set that was in force before it, the cheapest way to the end.
fn continuations(tokens: &[Token]) -> Vec<[Best; 3]> {
    let end = SETS.map(|set| Best { cost: 0, set });
    let mut table = vec![end; tokens.len() + 1];
    for position in (0..tokens.len()).rev() {
        let staying = SETS.map(|set| match set.step(&tokens[position..]) {
            Some((_, taken)) => table[position + taken][set as usize].cost.saturating_add(1).min(IMPOSSIBLE),
            None => IMPOSSIBLE,
        });
        table[position] = SETS.map(|before| {
            let change_then = |set: CodeSet| Best { cost: staying[set as usize] + usize::from(set != before), set };
            // Only a cheaper set replaces the one in force, so a tie does not change it.
            SETS.into_iter()
                .map(change_then)
                .fold(change_then(before), |best, other| if other.cost < best.cost { other } else { best })
        });
    }
    table
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn tokens(text: &str) -> Vec<Token> {
        text.bytes().map(|byte| if byte == 0x1d { Token::Function1 } else { Token::Ascii(byte) }).collect()
    }

    /// What the steps say, written down again.
    fn said(steps: &[Step]) -> Vec<Token> {
        let tokens = steps.iter().flat_map(|step| match *step {
            Step::Set(_) => vec![],
            Step::Ascii(byte) => vec![Token::Ascii(byte)],
            Step::Pair(tens, ones) => vec![Token::Ascii(tens), Token::Ascii(ones)],
            Step::Function1 => vec![Token::Function1],
        });
        tokens.collect()
    }

    /// The second, stupid model: every way to write the tokens is tried.
    fn fewest(tokens: &[Token], before: Option<CodeSet>) -> usize {
        if tokens.is_empty() {
            return 0;
        }
        let ways = SETS.into_iter().filter_map(|set| {
            let (_, taken) = set.step(tokens)?;
            Some(1 + usize::from(before != Some(set)) + fewest(&tokens[taken..], Some(set)))
        });
        ways.min().unwrap()
    }

    #[test]
    fn known_texts_take_as_many_characters_as_they_must() {
        let lengths =
            ["SN001", "12345678", "123", "SN-2024A000123", "A\u{1}b"].map(|text| shortest(&tokens(text)).len());
        assert_eq!(lengths, [6, 5, 4, 13, 5]);
    }

    #[test]
    fn function_1_never_stands_between_the_digits_of_a_pair() {
        let steps = shortest(&tokens("\u{1d}123\u{1d}4567"));
        assert_eq!(said(&steps), tokens("\u{1d}123\u{1d}4567"));
    }

    proptest! {
        #[test]
        fn steps_say_the_text_and_are_as_few_as_can_be(text in "[0-9]{0,3}[0-9A-Ca-c\u{1}\u{1d}]{1,6}[0-9]{0,3}") {
            let tokens = tokens(&text);
            let steps = shortest(&tokens);
            prop_assert_eq!(said(&steps), tokens.clone());
            prop_assert_eq!(steps.len(), fewest(&tokens, None));
        }
    }
}
