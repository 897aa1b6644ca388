//! The halves of a long list at the same time: what a large model is read with has two cores, and no entry needs another.

/// Fewest entries of which half is worth a thread.
const MANY: usize = 2_048;

/// Where the second half of a list starts; at its end where the list is too short for two threads.
pub(crate) fn middle(len: usize) -> usize {
    if len < MANY { len } else { len / 2 }
}

/// What two pieces of work give, one beside the other if `apart`.
pub(crate) fn both<A, B: Send>(apart: bool, first: impl FnOnce() -> A, second: impl FnOnce() -> B + Send) -> (A, B) {
    if !apart {
        return (first(), second());
    }
    std::thread::scope(|scope| {
        let second = scope.spawn(second);
        let first = first();
        (first, second.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    })
}

#[cfg(test)]
mod tests {
    use super::{MANY, both, middle};

    #[test]
    fn a_list_is_halved_once_it_is_long() {
        assert_eq!([0, 1, MANY - 1, MANY].map(middle), [0, 1, MANY - 1, MANY / 2]);
    }

    #[test]
    fn both_give_the_same_beside_each_other_and_one_by_one() {
        let mut seen = 1;
        let mut add = |apart| {
            let given = both(
                apart,
                || {
                    seen += 1;
                    seen
                },
                || "second",
            );
            (given.0, given.1)
        };
        assert_eq!([add(false), add(true)], [(2, "second"), (3, "second")]);
    }
}
