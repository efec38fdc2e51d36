//! Undo: the linked reversal of an operation, and what stands in its way.

use super::{Movement, SerialHop};
use crate::model::OperationNumber;

/// An operation as far as undoing is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reversal {
    /// Its number.
    pub operation: OperationNumber,
    /// The operation it reverses, for an undo.
    pub reverses: Option<OperationNumber>,
}

/// Takes out of a history, oldest first, what cancels itself: an operation and its undo. What is left are the
/// operations that would have to be undone to get back to the beginning.
pub fn effective_hops(history: &[Reversal]) -> Vec<OperationNumber> {
    let mut effective: Vec<OperationNumber> = Vec::new();
    for step in history {
        match step.reverses.and_then(|reversed| effective.iter().position(|one| *one == reversed)) {
            Some(cancelled) => {
                effective.remove(cancelled);
            }
            None => effective.push(step.operation),
        }
    }
    effective
}

/// The movements that take back these, last first. `next_hop` gives each serial its next hop number.
pub fn reversed(movements: &[Movement], mut next_hop: impl FnMut(&SerialHop) -> u32) -> Vec<Movement> {
    movements
        .iter()
        .rev()
        .map(|movement| Movement {
            serial: movement.serial.map(|hop| SerialHop { serial: hop.serial, hop: next_hop(&hop) }),
            from: movement.to,
            to: movement.from,
            ..*movement
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_undone_does_not_stand_in_the_way() {
        let number = OperationNumber;
        let step = |operation, reverses: Option<i64>| Reversal {
            operation: number(operation),
            reverses: reverses.map(OperationNumber),
        };
        assert_eq!(effective_hops(&[step(5, None), step(6, Some(5))]), []);
        assert_eq!(effective_hops(&[step(5, None), step(6, Some(5)), step(7, Some(6))]), [number(7)]);
        assert_eq!(effective_hops(&[step(5, None), step(6, None), step(7, Some(6))]), [number(5)]);
    }
}
