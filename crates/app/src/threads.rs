//! Work on every core; what comes out is in the order of what went in.

use std::sync::atomic::{AtomicUsize, Ordering};

/// What `work` makes of each item. Every thread has something of its own, made by `start`.
pub(crate) fn map<T: Sync, S, R: Send>(items: &[T], start: impl Fn() -> S + Sync, work: impl Fn(&mut S, &T) -> R + Sync) -> Vec<R> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(items.len());
    if threads < 2 {
        let mut own = start();
        return items.iter().map(|item| work(&mut own, item)).collect();
    }
    let next = AtomicUsize::new(0);
    let mut found: Vec<Option<R>> = items.iter().map(|_| None).collect();
    std::thread::scope(|scope| {
        let run = || {
            let (mut own, mut done) = (start(), Vec::new());
            while let Some((at, item)) = Some(next.fetch_add(1, Ordering::Relaxed)).and_then(|at| Some((at, items.get(at)?))) {
                done.push((at, work(&mut own, item)));
            }
            done
        };
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(run)).collect();
        // The calling thread works too: what it frees it can use again, and a thread less has memory of its own.
        let mut done = run();
        for other in others {
            done.extend(other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        done.into_iter().for_each(|(at, result)| found[at] = Some(result));
    });
    found.into_iter().flatten().collect()
}

/// What two pieces of work give that do not need each other.
pub(crate) fn both<A: Send, B>(first: impl FnOnce() -> A + Send, second: impl FnOnce() -> B) -> (A, B) {
    std::thread::scope(|scope| {
        let first = scope.spawn(first);
        let second = second();
        (first.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)), second)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_in_the_order_of_the_items() {
        let items: Vec<u32> = (0..1000).collect();
        let doubled = map(
            &items,
            || 0_u32,
            |own, item| {
                *own += 1;
                assert!(*own as usize <= items.len());
                item * 2
            },
        );
        assert_eq!(doubled, items.iter().map(|item| item * 2).collect::<Vec<_>>());
        assert!(map(&[] as &[u32], || (), |(), item| *item).is_empty());
    }
}
