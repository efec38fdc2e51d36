//! What can be wrong with a template and with a number, in words for people.

use super::{CheckCharacter, Field, MOST_CHARACTERS, Part};
use crate::model::CodeError;

/// Why a text is no template.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TemplateFault {
    /// A field that does not exist. It is shown without control characters.
    #[error("there is no field {{{0}}}; there are {known}", known = known_fields())]
    UnknownField(String),
    /// Without a sequence all numbers would be the same.
    #[error("it has no {{seq}}, so all of its numbers would be the same")]
    NoSequence,
    /// Two sequences.
    #[error("it has more than one {{seq}}")]
    SecondSequence,
    /// `{seq:0}`, `{seq:99}`, `{seq:four}`.
    #[error("{{seq:{0}}} does not say how many digits: 1 to {MOST_DIGITS}")]
    SequenceDigits(String),
    /// A way to compute check characters that does not exist or does not work for numbers of any length.
    #[error("there is no check character {0}; there are {known}", known = known_checks())]
    UnknownCheck(String),
    /// The template begins with a check character.
    #[error("nothing stands before {{check:{0}}}, and it is computed from what stands before it")]
    NothingToCheck(&'static str),
    /// `{` without its `}`.
    #[error("the {{ at character {0} has no }}; write {{{{ for the brace itself")]
    NotClosed(usize),
    /// `}` without its `{`.
    #[error("the }} at character {0} has no {{ before it; write }}}} for the brace itself")]
    NotOpened(usize),
    /// A control character, which no printed code contains.
    #[error("it contains a control character")]
    ControlCharacter,
    /// More characters than a number may have.
    #[error("it is longer than {MOST_CHARACTERS} characters")]
    TooLong,
}

/// The most digits that `{seq:N}` may ask for; more than any sequence has.
pub(super) const MOST_DIGITS: usize = 18;

/// Why there is no number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NumberFault {
    /// The template names a field whose value is not there.
    #[error("the template needs {{{field}}}, and it is not known here; give it with {flag}")]
    MissingValue {
        /// The word of the field.
        field: &'static str,
        /// The flag that gives it.
        flag: &'static str,
    },
    /// A check character that is computed from digits, and none stands before it.
    #[error("nothing that {{check:{0}}} can be computed from stands before it")]
    NothingToCheck(&'static str),
    /// So many characters.
    #[error("the number would have {0} characters; {MOST_CHARACTERS} are the most")]
    TooLong(usize),
    /// Not a lot or serial code.
    #[error("the number cannot be used: {0}")]
    NotACode(CodeError),
    /// The number would be kept as another text, such as without a space at its end.
    #[error("the number {made:?} would be kept as {kept:?}; leave out spaces at its ends and separate accents")]
    ChangesWhenKept {
        /// As the template makes it.
        made: String,
        /// As it would be kept.
        kept: String,
    },
}

/// What is allowed in a template, and may still be regretted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TemplateWarning {
    /// Characters that arrive as others where the host has another keyboard layout, or Caps Lock is on.
    #[error("{} may arrive as other characters where a keyboard layout or Caps Lock differs; A to Z and 0 to 9 never do",
        spaced(.0))]
    ChangesWithLayout(Vec<char>),
    /// The sequence follows or precedes a text of any length without anything between them: order 1 with sequence 11 is
    /// order 11 with sequence 1.
    #[error(
        "nothing stands between {{seq}} and {{{0}}}, so numbers of two of them can be the same; put a letter between them"
    )]
    SequenceTouches(&'static str),
    /// A check character before the sequence says nothing of the sequence.
    #[error("{{check:{0}}} stands before {{seq}}, so a wrong sequence does not show")]
    CheckBeforeSequence(&'static str),
}

/// The characters of a text that another keyboard layout or Caps Lock may change, each once, in order: all but A to Z and
/// 0 to 9.
pub(super) fn changed_by_layouts(text: &str) -> Vec<char> {
    let mut found = Vec::new();
    for character in text.chars() {
        if !character.is_ascii_uppercase() && !character.is_ascii_digit() && !found.contains(&character) {
            found.push(character);
        }
    }
    found
}

pub(super) fn warnings(parts: &[Part]) -> Vec<TemplateWarning> {
    let mut warnings = Vec::new();
    let texts: String = parts.iter().map(|part| if let Part::Text(text) = part { text.as_str() } else { "" }).collect();
    let changed = changed_by_layouts(&texts);
    if !changed.is_empty() {
        warnings.push(TemplateWarning::ChangesWithLayout(changed));
    }
    for pair in parts.windows(2) {
        let ([Part::Sequence(_), Part::Field(field)] | [Part::Field(field), Part::Sequence(_)]) = pair else {
            continue;
        };
        if field.digits().is_none() {
            warnings.push(TemplateWarning::SequenceTouches(field.word()));
        }
    }
    let before = parts.iter().take_while(|part| !matches!(part, Part::Sequence(_)));
    warnings.extend(before.filter_map(|part| match part {
        Part::Check(way) => Some(TemplateWarning::CheckBeforeSequence(way.word())),
        _ => None,
    }));
    warnings
}

fn known_fields() -> String {
    let fields = Field::WORDS.iter().map(|(_, word)| format!("{{{word}}}")).collect::<Vec<_>>().join(", ");
    format!("{fields}, {{seq}}, {{seq:4}} and {{check:…}}")
}

fn known_checks() -> String {
    let words = CheckCharacter::WORDS.iter().filter(|(way, _)| way.is_for_any_length()).map(|(_, word)| *word);
    words.collect::<Vec<_>>().join(", ")
}

fn spaced(characters: &[char]) -> String {
    let shown = |character: &char| match character {
        ' ' => "a space".to_owned(),
        other => crate::codes::shown(other.encode_utf8(&mut [0; 4]).as_bytes()),
    };
    characters.iter().map(shown).collect::<Vec<_>>().join(" ")
}
