//! Many short texts, and many short lists, in one place of memory: what a large model says of its things hundreds of
//! thousands of times would otherwise cost a wait for memory each time.

use crate::facts::narrow32;

/// Texts one behind the other, found by index.
#[derive(Debug, Clone, Default)]
pub struct Packed {
    text: String,
    /// Where each text ends.
    ends: Vec<u32>,
}

impl Packed {
    /// The text at an index.
    ///
    /// # Panics
    /// When there is no such text.
    pub fn get(&self, at: u32) -> &str {
        let at = at as usize;
        let start = at.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.text[start as usize..self.ends[at] as usize]
    }

    /// Looks at texts that will be needed soon. Waits for memory that come one after the other overlap here, since no
    /// look depends on another; in a large document they were a tenth of the time.
    pub fn read_ahead(&self, ats: impl Iterator<Item = u32>) {
        let first =
            |at: u32| self.text.as_bytes().get(self.ends.get(at as usize).map_or(0, |end| *end as usize).saturating_sub(1)).copied();
        std::hint::black_box(ats.fold(0_u8, |sum, at| sum ^ first(at).unwrap_or(0)));
    }
}

impl<T: AsRef<str>> FromIterator<T> for Packed {
    /// Packs texts, together at most 4 GiB; what is beyond that is empty.
    fn from_iter<I: IntoIterator<Item = T>>(texts: I) -> Self {
        let mut packed = Self::default();
        for text in texts {
            let text = text.as_ref();
            let end = u32::try_from(packed.text.len() + text.len());
            if end.is_ok() {
                packed.text.push_str(text);
            }
            packed.ends.push(end.unwrap_or_else(|_| packed.ends.last().copied().unwrap_or(0)));
        }
        packed
    }
}

/// A list for every thing of a kind, all of them in one vector.
#[derive(Debug)]
pub(crate) struct Lists<T> {
    /// Where each list ends, and thus the next one starts.
    ends: Vec<u32>,
    items: Vec<T>,
}

impl<T> Default for Lists<T> {
    fn default() -> Self {
        Self { ends: Vec::new(), items: Vec::new() }
    }
}

impl<T: Copy> Lists<T> {
    /// The lists of one thing after the other.
    pub(crate) fn of(lists: impl Iterator<Item: AsRef<[T]>>) -> Self {
        let mut all = Self::default();
        for list in lists {
            all.items.extend_from_slice(list.as_ref());
            all.ends.push(narrow32(all.items.len()));
        }
        all
    }

    /// The lists of this many things from their items in any order, each with the thing that it is of.
    pub(crate) fn grouped(count: usize, items: &[(u32, T)]) -> Self {
        let mut ends = vec![0_u32; count];
        items.iter().for_each(|(of, _)| ends[*of as usize] += 1);
        let mut next = 0;
        for end in &mut ends {
            // Where the list starts, until its items are in.
            next += std::mem::replace(end, next);
        }
        let mut sorted: Vec<T> = items.iter().map(|(_, item)| *item).collect();
        for (of, item) in items {
            let end = &mut ends[*of as usize];
            sorted[*end as usize] = *item;
            *end += 1;
        }
        Self { ends, items: sorted }
    }

    /// The list of a thing.
    pub(crate) fn list(&self, at: usize) -> &[T] {
        let start = at.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.items[start as usize..self.ends[at] as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::{Lists, Packed};

    #[test]
    fn lists_from_their_items_keep_the_order_of_these() {
        let lists = Lists::grouped(4, &[(2, 'a'), (0, 'b'), (2, 'c'), (3, 'd'), (2, 'e')]);
        assert_eq!([0, 1, 2, 3].map(|at| lists.list(at).iter().collect::<String>()), ["b", "", "ace", "d"]);
    }

    #[test]
    fn packed_texts_are_found_by_index() {
        let packed: Packed = ["a", "", "längér", "z"].into_iter().collect();
        assert_eq!([0, 1, 2, 3].map(|at| packed.get(at)), ["a", "", "längér", "z"]);
    }
}
