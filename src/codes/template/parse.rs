//! From the text of a template to its parts.

use super::fault::MOST_DIGITS;
use super::{CheckCharacter, Field, MOST_CHARACTERS, Part, TemplateFault};
use crate::codes::shown;

pub(super) fn parse(text: &str) -> Result<Vec<Part>, TemplateFault> {
    let text = text.trim();
    if text.chars().any(char::is_control) {
        return Err(TemplateFault::ControlCharacter);
    }
    if text.chars().count() > MOST_CHARACTERS {
        return Err(TemplateFault::TooLong);
    }
    let mut parts = Vec::new();
    let mut literal = String::new();
    let mut characters = text.chars().enumerate().peekable();
    while let Some((index, character)) = characters.next() {
        let is_doubled = characters.peek().is_some_and(|(_, next)| *next == character);
        match character {
            '{' | '}' if is_doubled => {
                characters.next();
                literal.push(character);
            }
            '}' => return Err(TemplateFault::NotOpened(index + 1)),
            '{' => {
                push_text(&mut parts, &mut literal);
                let mut field = String::new();
                loop {
                    match characters.next() {
                        Some((_, '}')) => break,
                        Some((_, '{')) | None => return Err(TemplateFault::NotClosed(index + 1)),
                        Some((_, other)) => field.push(other),
                    }
                }
                let part = part(field.trim())?;
                if let (Part::Check(way), true) = (&part, parts.is_empty()) {
                    return Err(TemplateFault::NothingToCheck(way.word()));
                }
                parts.push(part);
            }
            other => literal.push(other),
        }
    }
    push_text(&mut parts, &mut literal);
    match parts.iter().filter(|part| matches!(part, Part::Sequence(_))).count() {
        0 => Err(TemplateFault::NoSequence),
        1 => Ok(parts),
        _ => Err(TemplateFault::SecondSequence),
    }
}

fn push_text(parts: &mut Vec<Part>, literal: &mut String) {
    if !literal.is_empty() {
        parts.push(Part::Text(std::mem::take(literal)));
    }
}

/// The part that stands between braces; its words may be in either case.
fn part(text: &str) -> Result<Part, TemplateFault> {
    let lower = text.to_ascii_lowercase();
    let unknown = || TemplateFault::UnknownField(shown(text.as_bytes()));
    match lower.split_once(':').map(|(word, rest)| (word.trim(), rest.trim())) {
        None if lower == "seq" => Ok(Part::Sequence(1)),
        None => Field::from_word(&lower).map(Part::Field).ok_or_else(unknown),
        Some(("seq", digits)) => match digits.parse() {
            Ok(digits) if (1..=MOST_DIGITS).contains(&digits) => Ok(Part::Sequence(digits)),
            _ => Err(TemplateFault::SequenceDigits(shown(digits.as_bytes()))),
        },
        Some(("check", way)) => CheckCharacter::from_word(way)
            .filter(|way| way.is_for_any_length())
            .map(Part::Check)
            .ok_or_else(|| TemplateFault::UnknownCheck(shown(way.as_bytes()))),
        Some(_) => Err(unknown()),
    }
}
