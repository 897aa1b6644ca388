//! Many short texts, and many short lists, in one place of memory: what a large model says of its things hundreds of
//! thousands of times would otherwise cost a wait for memory each time.

use crate::facts::narrow32;

/// Texts in one, found by index.
#[derive(Debug, Clone, Default)]
pub struct Packed {
    text: String,
    /// Where each text starts and ends.
    spans: Vec<(u32, u32)>,
}

impl Packed {
    /// The text at an index.
    ///
    /// # Panics
    /// When there is no such text.
    pub fn get(&self, at: u32) -> &str {
        let (start, end) = self.spans[at as usize];
        &self.text[start as usize..end as usize]
    }

    /// So many texts, those of a group beside each other: who reads some of one group at a time waits for memory once.
    /// Together they take at most 4 GiB; if not, they are packed in their own order.
    pub fn grouped<'t>(groups: usize, count: usize, group: impl Fn(usize) -> usize, text: impl Fn(usize) -> &'t str) -> Self {
        let mut next = vec![0_usize; groups];
        (0..count).for_each(|at| next[group(at)] += text(at).len());
        let mut total = 0;
        for start in &mut next {
            total += std::mem::replace(start, total);
        }
        if u32::try_from(total).is_err() {
            return (0..count).map(text).collect();
        }
        let mut bytes = vec![0; total];
        let place = |at: usize| {
            let text = text(at).as_bytes();
            let start = &mut next[group(at)];
            let span = *start..*start + text.len();
            *start = span.end;
            bytes[span.clone()].copy_from_slice(text);
            (narrow32(span.start), narrow32(span.end))
        };
        let spans = (0..count).map(place).collect();
        // Whole texts lie side by side, so this is text.
        Self { text: String::from_utf8(bytes).unwrap_or_default(), spans }
    }

    /// Looks at texts that will be needed soon. Waits for memory that come one after the other overlap here, since no
    /// look depends on another; in a large document they were a tenth of the time.
    pub fn read_ahead(&self, ats: impl Iterator<Item = u32>) {
        let first = |at: u32| self.text.as_bytes().get(self.spans.get(at as usize)?.0 as usize).copied();
        std::hint::black_box(ats.fold(0_u8, |sum, at| sum ^ first(at).unwrap_or(0)));
    }
}

impl<T: AsRef<str>> FromIterator<T> for Packed {
    /// Packs texts, together at most 4 GiB; what is beyond that is empty.
    fn from_iter<I: IntoIterator<Item = T>>(texts: I) -> Self {
        let mut packed = Self::default();
        for text in texts {
            let text = text.as_ref();
            let start = narrow32(packed.text.len());
            if u32::try_from(packed.text.len() + text.len()).is_ok() {
                packed.text.push_str(text);
            }
            packed.spans.push((start, narrow32(packed.text.len())));
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

    #[test]
    fn texts_of_a_group_lie_beside_each_other_and_are_found_by_index() {
        let texts = ["a", "längér", "", "b", "ü"];
        let packed = Packed::grouped(3, texts.len(), |at| [2, 0, 1, 2, 0][at], |at| texts[at]);
        assert_eq!([0, 1, 2, 3, 4].map(|at| packed.get(at)), texts);
        assert_eq!(packed.text, "längérüab");
    }
}
