//! Which things of two flows are the same: by what they are called, and where several are called alike, and for operators,
//! by what they lead to and what leads to them.

use std::collections::{BTreeMap, BTreeSet};

use super::led::Flow;
use crate::limits;

/// Things of a flow before and after a change.
#[derive(Debug, Default)]
pub(super) struct Paired {
    now: BTreeMap<usize, usize>,
    before: BTreeMap<usize, usize>,
}

impl Paired {
    /// Finds what is the same; nothing if things cannot be told from others that are called alike. `renamed` says what
    /// steps were called and are called now.
    pub(super) fn of(old: &Flow, new: &Flow, renamed: &BTreeSet<(&str, &str)>) -> Option<Self> {
        let mut finder = Finder { old, new, labels: Labels::of(old, new, renamed), paired: Self::default() };
        finder.alone();
        // What is found helps to find what it leads to or comes after, no further than flows are deep.
        for _ in 0..=limits::MAX_DEPTH {
            if !finder.by_neighbours() && !finder.alone() && !finder.renamed_among_alike(renamed) {
                break;
            }
        }
        finder.is_clear().then_some(finder.paired)
    }

    /// What a thing is now.
    pub(super) fn now(&self, old: usize) -> Option<usize> {
        self.now.get(&old).copied()
    }

    /// What a thing was.
    pub(super) fn before(&self, new: usize) -> Option<usize> {
        self.before.get(&new).copied()
    }

    /// That two are not the same after all.
    pub(super) fn part(&mut self, old: usize) {
        if let Some(new) = self.now.remove(&old) {
            self.before.remove(&new);
        }
    }

    fn join(&mut self, old: usize, new: usize) {
        self.now.insert(old, new);
        self.before.insert(new, old);
    }
}

/// What things are known by in both flows: their names as they are now; nothing for operators.
struct Labels<'f> {
    old: BTreeMap<usize, &'f str>,
    new: BTreeMap<usize, &'f str>,
}

impl<'f> Labels<'f> {
    fn of(old: &'f Flow, new: &'f Flow, renamed: &BTreeSet<(&'f str, &'f str)>) -> Self {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        old.things.values().for_each(|thing| *counts.entry(&thing.name).or_default() += 1);
        let kept: BTreeSet<&str> = new.things.values().map(|thing| thing.name.as_str()).collect();
        let now = |name: &'f str| {
            // Whoever still has a name is who had it.
            let gone = counts.get(name) == Some(&1) && !kept.contains(name);
            let mut names = renamed.range((name, "")..).take_while(|(was, _)| *was == name).map(|(_, now)| *now);
            match (names.next(), names.next()) {
                (Some(now), None) if gone => now,
                _ => name,
            }
        };
        Self {
            old: old.things.iter().map(|(at, thing)| (*at, now(&thing.name))).collect(),
            new: new.things.iter().map(|(at, thing)| (*at, thing.name.as_str())).collect(),
        }
    }
}

/// Which neighbours two things must have in common to be the same.
#[derive(Clone, Copy)]
struct Look {
    after: bool,
    before: bool,
    /// All of them; else those that are known already.
    all: bool,
    /// Whether operators must be of one word, too.
    word: bool,
}

/// From the strictest to the loosest.
const LOOKS: [Look; 8] = [
    Look { after: true, before: true, all: true, word: true },
    Look { after: true, before: true, all: true, word: false },
    Look { after: true, before: false, all: true, word: true },
    Look { after: true, before: false, all: true, word: false },
    Look { after: false, before: true, all: true, word: true },
    Look { after: false, before: true, all: true, word: false },
    Look { after: true, before: false, all: false, word: false },
    Look { after: false, before: true, all: false, word: false },
];

impl Look {
    /// What a thing leads to and what leads to it, by numbers that both flows know; nothing if that says too little.
    fn at(self, flow: &Flow, thing: usize, known: &dyn Fn(usize) -> Option<usize>) -> Option<(Vec<usize>, Vec<usize>)> {
        let seen = |near: &mut dyn Iterator<Item = usize>| -> Option<Vec<usize>> {
            let mut found = Vec::new();
            for near in near {
                match known(near) {
                    Some(near) => found.push(near),
                    None if self.all => return None,
                    None => {}
                }
            }
            found.sort_unstable();
            Some(found)
        };
        let after = if self.after { seen(&mut flow.after(thing))? } else { Vec::new() };
        let before = if self.before { seen(&mut flow.before(thing))? } else { Vec::new() };
        // Many things are led to by nothing, few lead to nothing.
        let enough = self.all && self.after || !after.is_empty() || !before.is_empty();
        enough.then_some((after, before))
    }
}

struct Finder<'f> {
    old: &'f Flow,
    new: &'f Flow,
    labels: Labels<'f>,
    paired: Paired,
}

/// A thing, and what it is known by.
type Labelled<'f> = (usize, &'f str);

impl<'f> Finder<'f> {
    /// What is left of both flows.
    fn left(&self) -> (Vec<Labelled<'f>>, Vec<Labelled<'f>>) {
        let old = self.labels.old.iter().filter(|(at, _)| self.paired.now(**at).is_none());
        let new = self.labels.new.iter().filter(|(at, _)| self.paired.before(**at).is_none());
        (old.map(|(at, label)| (*at, *label)).collect(), new.map(|(at, label)| (*at, *label)).collect())
    }

    /// Joins things that alone in their flow have a key, which is the same in both; gives whether there were any.
    fn join<K: Ord>(
        &mut self,
        old_key: impl Fn(&Self, Labelled<'f>) -> Option<K>,
        new_key: impl Fn(&Self, Labelled<'f>) -> Option<K>,
        fits: impl Fn(&str, &str) -> bool,
    ) -> bool {
        let (old, new) = self.left();
        let mut groups: BTreeMap<K, (Vec<Labelled<'f>>, Vec<Labelled<'f>>)> = BTreeMap::new();
        for thing in old {
            old_key(self, thing).into_iter().for_each(|key| groups.entry(key).or_default().0.push(thing));
        }
        for thing in new {
            new_key(self, thing).into_iter().for_each(|key| groups.entry(key).or_default().1.push(thing));
        }
        let mut any = false;
        for (old, new) in groups.into_values() {
            if let ([(old, was)], [(new, is)]) = (&old[..], &new[..])
                && fits(was, is)
            {
                self.paired.join(*old, *new);
                any = true;
            }
        }
        any
    }

    /// Things whose name no other has.
    fn alone(&mut self) -> bool {
        let named = |_: &Self, (_, label): Labelled<'f>| (!label.is_empty()).then_some(label);
        self.join(named, named, |_, _| true)
    }

    /// Things of one name and operators that have the same neighbours; the strictest look that finds any counts.
    fn by_neighbours(&mut self) -> bool {
        LOOKS.iter().any(|look| {
            let word = |flow: &Flow, at: usize| flow.things.get(&at).and_then(|thing| thing.kind.operator()).filter(|_| look.word);
            self.join(
                |this, (at, label)| Some((label, word(this.old, at), this.seen_before(*look, at)?)),
                |this, (at, label)| Some((label, word(this.new, at), this.seen_now(*look, at)?)),
                |_, _| true,
            )
        })
    }

    /// Things that shared a name with others and have another one now.
    fn renamed_among_alike(&mut self, renamed: &BTreeSet<(&str, &str)>) -> bool {
        let [look, ..] = LOOKS;
        self.join(
            |this, (at, _)| this.seen_before(look, at),
            |this, (at, _)| this.seen_now(look, at),
            |was, is| renamed.contains(&(was, is)),
        )
    }

    fn seen_before(&self, look: Look, at: usize) -> Option<(Vec<usize>, Vec<usize>)> {
        look.at(self.old, at, &|near| self.paired.now(near).map(|_| near))
    }

    fn seen_now(&self, look: Look, at: usize) -> Option<(Vec<usize>, Vec<usize>)> {
        look.at(self.new, at, &|near| self.paired.before(near))
    }

    /// Whether nothing is left that could be another one of its name.
    fn is_clear(&self) -> bool {
        let (old, new) = self.left();
        let names: BTreeSet<&str> = old.into_iter().map(|(_, label)| label).filter(|label| !label.is_empty()).collect();
        !new.into_iter().any(|(_, label)| names.contains(label))
    }
}
