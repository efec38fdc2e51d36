//! Templates of our own lot and serial numbers, such as `LTN-{po}-{item}-{site}-{seq:4}`.
//!
//! A template is text with fields in braces. [`Template::number`] fills it in, [`Template::scope`] says for what its
//! sequence is counted, and [`Template::recognises`] reads a number back. Who keeps the sequences is not known here.

mod fault;
mod field;
mod parse;
mod recognise;
#[cfg(test)]
mod tests;

pub use fault::{NumberFault, TemplateFault, TemplateWarning};
pub use field::{Field, Values};

use super::{CheckCharacter, CheckFault};
use crate::model::SerialCode;

/// The longest number that a template may make, in characters. Longer ones do not fit a label.
pub const MOST_CHARACTERS: usize = 120;

/// A part of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    /// This text.
    Text(String),
    /// A value that is handed in.
    Field(Field),
    /// The sequence with at least so many digits.
    Sequence(usize),
    /// Check characters for all that stands before.
    Check(CheckCharacter),
}

/// A template that was read. It has exactly one sequence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    parts: Vec<Part>,
}

impl Template {
    /// Reads a template: fields in braces, `{{` and `}}` for braces themselves, and any other text as it is. Spaces at
    /// both ends are dropped. The fields are those of [`Field::WORDS`], `{seq}` or `{seq:4}`, and `{check:mod10}` and its
    /// like.
    ///
    /// # Errors
    /// See [`TemplateFault`].
    pub fn parse(text: &str) -> Result<Template, TemplateFault> {
        parse::parse(text).map(|parts| Template { parts })
    }

    /// What is allowed and may still be regretted.
    pub fn warnings(&self) -> Vec<TemplateWarning> {
        fault::warnings(&self.parts)
    }

    /// The fields whose values it needs, each once, in the order of the template.
    pub fn fields(&self) -> Vec<Field> {
        let mut fields = Vec::new();
        for part in &self.parts {
            if let Part::Field(field) = part
                && !fields.contains(field)
            {
                fields.push(*field);
            }
        }
        fields
    }

    /// What the sequence is counted for: the number with `{seq}` in place of its sequence, and without check characters.
    /// Numbers of one scope differ in their sequence alone, so that a template with a day in it begins anew each day,
    /// and each order, item or site of a template has a sequence of its own.
    ///
    /// # Errors
    /// [`NumberFault::MissingValue`].
    pub fn scope(&self, values: &Values<'_>) -> Result<String, NumberFault> {
        let mut scope = String::new();
        for part in &self.parts {
            match part {
                Part::Text(text) => scope.push_str(text),
                Part::Field(field) => scope.push_str(&field.filled(values)?),
                Part::Sequence(_) => scope.push_str("{seq}"),
                Part::Check(_) => {}
            }
        }
        Ok(scope)
    }

    /// The number with this sequence, in a form that is a lot and a serial code.
    ///
    /// # Errors
    /// See [`NumberFault`].
    pub fn number(&self, values: &Values<'_>, sequence: u64) -> Result<String, NumberFault> {
        let mut number = String::new();
        for part in &self.parts {
            match part {
                Part::Text(text) => number.push_str(text),
                Part::Field(field) => number.push_str(&field.filled(values)?),
                Part::Sequence(digits) => number.push_str(&sequence_text(sequence, *digits)),
                Part::Check(way) => {
                    let check = way.of(&number).map_err(|_: CheckFault| NumberFault::NothingToCheck(way.word()))?;
                    number.push_str(&check);
                }
            }
        }
        let characters = number.chars().count();
        if characters > MOST_CHARACTERS {
            return Err(NumberFault::TooLong(characters));
        }
        // Lots and serials have the same rules.
        match SerialCode::new(&number) {
            Ok(code) if code.as_str() == number => Ok(number),
            Ok(code) => Err(NumberFault::ChangesWhenKept { made: number, kept: code.as_str().to_owned() }),
            Err(fault) => Err(NumberFault::NotACode(fault)),
        }
    }

    /// The sequence of a text that this template could have made, or `None` for a stranger's number. Values that are
    /// not handed in may be anything; where several readings are left, fields are as long as they can be.
    ///
    /// A sequence is moved by making numbers, never by reading them: this is for telling people that a number which
    /// they typed is one of ours, and for passing over it when the sequence comes there.
    pub fn recognises(&self, values: &Values<'_>, text: &str) -> Option<u64> {
        recognise::recognise(&self.parts, values, text)
    }
}

/// A sequence with zeros in front. It grows beyond its digits and never begins again.
fn sequence_text(sequence: u64, digits: usize) -> String {
    format!("{sequence:0digits$}")
}
