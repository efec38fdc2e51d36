//! What can be wrong with a pattern, and with a number that does not fit it.

use super::{CheckCharacter, MOST_REGEX_CHARACTERS};

/// Why a definition is no pattern. Texts in it are shown without control characters.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PatternFault {
    /// The name is empty.
    #[error("the pattern has no name")]
    NoName,
    /// The column `of` says something else.
    #[error("a pattern is of serial or lot, not of {0}")]
    UnknownNumbered(String),
    /// The regular expression is empty.
    #[error("there is no regular expression")]
    NoRegex,
    /// The regular expression is very long.
    #[error("the regular expression is longer than {MOST_REGEX_CHARACTERS} characters")]
    RegexTooLong,
    /// The regular expression cannot be read.
    #[error("the regular expression is wrong after character {right_up_to}: {reason}")]
    Regex {
        /// So many characters from its beginning are right by themselves.
        right_up_to: usize,
        /// What is wrong.
        reason: String,
    },
    /// It is right, but not inside of brackets.
    #[error("the regular expression ends in a comment; leave out the comment")]
    CannotBeAnchored,
    /// Not `group: key=value key=value`.
    #[error("the table {0} is not of the form month: 1=1 2=2 X=10")]
    TableForm(String),
    /// A table for a group that does not exist.
    #[error("there is a table for the group {group}, and the expression has {groups}")]
    TableWithoutGroup {
        /// The name that the table gives.
        group: String,
        /// The groups there are, for people.
        groups: String,
    },
    /// Two tables for one group.
    #[error("there are two tables for the group {0}")]
    SecondTable(String),
    /// Two values for one key.
    #[error("the table of {group} has {key} twice")]
    SecondKey {
        /// The group.
        group: String,
        /// The key.
        key: String,
    },
    /// A year, month, week or day that is none.
    #[error("the table of {group} says {key}={value}, and {expected} is needed there")]
    TableValue {
        /// The group.
        group: String,
        /// The key.
        key: String,
        /// Its value.
        value: String,
        /// What would be right.
        expected: &'static str,
    },
    /// The column `check` says something else.
    #[error("there is no check character {0}; there are {known}",
        known = CheckCharacter::WORDS.map(|(_, word)| word).join(", "))]
    UnknownCheck(String),
    /// A check character without its group.
    #[error("a check character is named, and the expression has no group (?<check>…)")]
    CheckWithoutGroup,
    /// The group without its way.
    #[error("the expression has a group check, and the column check does not say how it is computed")]
    GroupWithoutCheck,
    /// Nothing shows that it works.
    #[error("there is no example; give one number that fits")]
    NoExample,
    /// An example that does not fit.
    #[error("the example {example} does not fit: {mismatch}")]
    Example {
        /// The example.
        example: String,
        /// Why not.
        mismatch: Mismatch,
    },
}

/// Why a number does not fit a pattern. Texts in it are shown without control characters.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Mismatch {
    /// The expression does not fit.
    #[error("it is not of the form of such numbers")]
    OtherForm,
    /// The check character is another one.
    #[error("its check character is {found}, and {expected} fits the rest; scan it again")]
    WrongCheck {
        /// As it stands there.
        found: String,
        /// As it should be.
        expected: String,
    },
    /// What is checked has no check character of this kind.
    #[error("its check character cannot be computed: {0}")]
    NotCheckable(super::super::CheckFault),
    /// A table does not know what stands in its group.
    #[error("{value} is no {group} of such numbers")]
    NotInTable {
        /// The group.
        group: String,
        /// What stands there.
        value: String,
    },
    /// Digits that are no month, week, day or year.
    #[error("{value} is no {group}")]
    NotADate {
        /// The group.
        group: &'static str,
        /// What stands there.
        value: String,
    },
    /// The parts are right, and there is no such day, or it has not come yet.
    #[error("it says that it was made on a day that does not exist or has not come yet")]
    NoSuchDay,
}
