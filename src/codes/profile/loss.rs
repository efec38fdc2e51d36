//! What a station does to scans and no profile can undo, each with the setting to change.

use std::collections::BTreeSet;

use crate::codes::shown;

/// Something that cannot be undone.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Loss {
    /// The separator does not arrive at all.
    #[error("the separator (GS) does not arrive: set the scanner to send control characters, or to send {{GS}} for GS")]
    Separator,
    /// The separator arrives as what ends a scan.
    #[error("the separator (GS) arrives as {arrived}, which ends a scan: set the scanner to send {{GS}} for GS")]
    SeparatorEndsScan {
        /// What arrives, as shown.
        arrived: String,
    },
    /// The separator arrives as a character that plain codes hold too.
    #[error(
        "the separator (GS) arrives as {arrived}, which is read as GS from now on, so that a plain code cannot hold {arrived}: \
             set GS / FNC1 of the scanner to GS (ASCII 29), or to {{GS}}, and calibrate again"
    )]
    SeparatorIsCharacter {
        /// What arrives, as shown.
        arrived: String,
        /// The characters that arrive so too.
        meant: BTreeSet<char>,
    },
    /// Several characters arrive as the same one.
    #[error("{meant} all arrive as {arrived}: set the scanner and the host to the same keyboard layout")]
    Same {
        /// What arrives, as shown.
        arrived: String,
        /// What it may be, as shown.
        meant: String,
    },
    /// Characters that do not arrive: a scan with them looks like one without them, and nobody can refuse it.
    #[error(
        "{characters} do not arrive, so that a scan with them passes for one without them: set the scanner and the host to \
             the same keyboard layout"
    )]
    Missing {
        /// The characters, as shown.
        characters: String,
    },
    /// Dead keys, which swallow the character behind them or merge with it into what may be something else.
    #[error(
        "{characters} are dead keys, which merge with the character behind them: set the scanner and the host to the same \
             keyboard layout, or choose one without dead keys for the host"
    )]
    DeadKeys {
        /// The characters, as shown.
        characters: String,
    },
    /// Capital and small letters arrive alike.
    #[error("capital and small letters arrive alike: switch off the case conversion of the scanner")]
    Case,
}

impl Loss {
    /// A stable word for each kind.
    pub fn code(&self) -> &'static str {
        match self {
            Loss::Separator => "separator",
            Loss::SeparatorEndsScan { .. } => "separator-ends-scan",
            Loss::SeparatorIsCharacter { .. } => "separator-is-character",
            Loss::Same { .. } => "same",
            Loss::Missing { .. } => "missing",
            Loss::DeadKeys { .. } => "dead-keys",
            Loss::Case => "case",
        }
    }
}

/// Characters for people, with spaces between them.
pub(super) fn listed(characters: &BTreeSet<char>) -> String {
    let one = |character: &char| match character {
        ' ' => "space".to_owned(),
        other => shown(other.encode_utf8(&mut [0; 4]).as_bytes()),
    };
    characters.iter().map(one).collect::<Vec<_>>().join(" ")
}
