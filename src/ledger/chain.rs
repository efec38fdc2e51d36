//! The hash chain of a station: each row is sealed together with the row before it.

use sha2::{Digest, Sha256};

/// What stands before the first row of a station.
pub const GENESIS: [u8; 32] = [0; 32];

/// Builds a SHA-256 over fields, each preceded by its length (8 bytes, big-endian), so that no two different rows of
/// fields give the same bytes.
pub struct Chain(Sha256);

impl Chain {
    /// Begins with the hash of the row before.
    pub fn after(previous: &[u8; 32]) -> Chain {
        let mut chain = Chain(Sha256::new());
        chain.field(previous);
        chain
    }

    /// Begins a digest of a content that stands alone.
    pub fn alone() -> Chain {
        Chain(Sha256::new())
    }

    /// Adds a field.
    pub fn field(&mut self, bytes: &[u8]) {
        self.0.update((bytes.len() as u64).to_be_bytes());
        self.0.update(bytes);
    }

    /// Adds a text, or the absence of one, which is not the same as an empty text.
    pub fn text(&mut self, text: Option<&str>) {
        match text {
            Some(text) => {
                self.0.update([1]);
                self.field(text.as_bytes());
            }
            None => self.0.update([0]),
        }
    }

    /// Adds a number.
    pub fn number(&mut self, number: i64) {
        self.field(&number.to_be_bytes());
    }

    /// The hash.
    pub fn finish(self) -> [u8; 32] {
        self.0.finalize().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digest(fields: &[&str]) -> [u8; 32] {
        let mut chain = Chain::alone();
        fields.iter().for_each(|field| chain.field(field.as_bytes()));
        chain.finish()
    }

    #[test]
    fn fields_cannot_flow_into_each_other() {
        assert_ne!(digest(&["ab", "c"]), digest(&["a", "bc"]));
        assert_ne!(digest(&["", "a"]), digest(&["a", ""]));
        let mut none = Chain::alone();
        none.text(None);
        let mut empty = Chain::alone();
        empty.text(Some(""));
        assert_ne!(none.finish(), empty.finish());
    }
}
