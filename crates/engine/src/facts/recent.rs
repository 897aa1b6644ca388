//! The last answers about traits and controls.
//!
//! Rules ask the same of a thing and of its neighbours again and again while they look at it. What the search through
//! the places of a fact would find is kept in a small table; an answer whose place is taken by another is found anew.

use std::cell::Cell;

use redan_model::lang::State;

use crate::fact::FactKey;

/// How many answers are kept: few enough to stay in the nearest cache.
const KEPT: usize = 2048;

/// The table.
#[derive(Debug)]
pub(super) struct Recent(Box<[Cell<Answer>]>);

/// What was asked, and what came out.
#[derive(Debug, Clone, Copy)]
struct Answer {
    slot: u32,
    key: u16,
    state: State,
}

/// A key that no trait and no control has.
const NONE: u16 = u16::MAX;

impl Default for Recent {
    fn default() -> Self {
        Self(vec![Cell::new(Answer { slot: u32::MAX, key: NONE, state: State::Unknown }); KEPT].into_boxed_slice())
    }
}

impl Recent {
    /// The state of a fact of the thing in a slot; `find` is asked where it is not kept.
    pub(super) fn state(&self, slot: usize, fact: FactKey, find: impl FnOnce() -> State) -> State {
        let (Some(key), Ok(slot)) = (key(fact), u32::try_from(slot)) else { return find() };
        // Neighbours in the model have neighbouring slots; a thing is asked for some hundred keys.
        let at = (slot as usize).wrapping_mul(0x9E37).wrapping_add(usize::from(key)) % KEPT;
        let kept = self.0[at].get();
        if kept.slot == slot && kept.key == key {
            return kept.state;
        }
        let state = find();
        self.0[at].set(Answer { slot, key, state });
        state
    }
}

/// Traits and controls in one row of numbers; nothing for other facts, which have no state.
fn key(fact: FactKey) -> Option<u16> {
    let key = match fact {
        FactKey::Trait(ix) => ix.0.checked_mul(2)?,
        FactKey::Control(ix) => ix.0.checked_mul(2)? + 1,
        _ => return None,
    };
    (key != NONE).then_some(key)
}

#[cfg(test)]
mod tests {
    use redan_model::lang::State;

    use super::Recent;
    use crate::catalogue::{ControlIx, TraitIx};
    use crate::fact::FactKey;

    #[test]
    fn every_fact_of_every_thing_has_its_own_answer() {
        let recent = Recent::default();
        let state = |slot: usize, key: u16| if (slot + usize::from(key)).is_multiple_of(3) { State::Yes } else { State::No };
        for _ in 0..2 {
            for slot in 0..200 {
                for key in 0..100_u16 {
                    assert_eq!(recent.state(slot, FactKey::Trait(TraitIx(key)), || state(slot, key)), state(slot, key));
                    assert_eq!(recent.state(slot, FactKey::Control(ControlIx(key)), || state(slot + 1, key)), state(slot + 1, key));
                }
            }
        }
    }

    #[test]
    fn an_answer_is_found_once() {
        let recent = Recent::default();
        let fact = FactKey::Control(ControlIx(7));
        assert_eq!(recent.state(3, fact, || State::Partial), State::Partial);
        assert_eq!(recent.state(3, fact, || unreachable!("it is kept")), State::Partial);
    }
}
