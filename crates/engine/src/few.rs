//! Lists that are nearly always short, and values that are seldom there, in little memory.
//!
//! A large model has some hundred thousand threats. What most of them have one of should not cost an allocation, and
//! what hardly any of them has should not cost more than a pointer.

use std::fmt;
use std::ops::Deref;

/// A list that keeps up to `N` items in place and allocates only for more.
#[derive(Clone)]
pub struct Few<T, const N: usize>(Kept<T, N>);

#[derive(Clone)]
enum Kept<T, const N: usize> {
    /// The first `len` items count; the others fill the space.
    Here { len: u8, items: [T; N] },
    /// Behind a pointer, so that the rare long list does not make all short ones larger.
    There(Seldom<T>),
}

impl<T: Copy, const N: usize> Few<T, N> {
    /// A list of these items.
    pub fn of(items: &[T]) -> Self {
        match (items.first(), u8::try_from(items.len())) {
            (Some(first), Ok(len)) if items.len() <= N => {
                let mut space = [*first; N];
                space[..items.len()].copy_from_slice(items);
                Self(Kept::Here { len, items: space })
            }
            _ => Self(Kept::There(items.to_vec().into())),
        }
    }

    /// Adds an item at the end.
    pub fn push(&mut self, item: T) {
        match &mut self.0 {
            Kept::Here { len, items } if usize::from(*len) < N => {
                items[usize::from(*len)] = item;
                *len += 1;
            }
            Kept::There(items) if items.is_empty() => self.0 = Kept::Here { len: 1, items: [item; N] },
            Kept::There(items) => items.push(item),
            Kept::Here { .. } => {
                let mut items = self.to_vec();
                items.push(item);
                *self = Self::of(&items);
            }
        }
    }
}

impl<T, const N: usize> Deref for Few<T, N> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        match &self.0 {
            Kept::Here { len, items } => &items[..usize::from(*len)],
            Kept::There(items) => items,
        }
    }
}

impl<T, const N: usize> Default for Few<T, N> {
    fn default() -> Self {
        Self(Kept::There(Seldom::default()))
    }
}

impl<T: Copy, const N: usize> FromIterator<T> for Few<T, N> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        let mut few = Self::default();
        items.into_iter().for_each(|item| few.push(item));
        few
    }
}

impl<'a, T, const N: usize> IntoIterator for &'a Few<T, N> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<T: fmt::Debug, const N: usize> fmt::Debug for Few<T, N> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, out)
    }
}

impl<T: PartialEq, const N: usize> PartialEq for Few<T, N> {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

/// A list that is nearly always empty: no larger than a pointer.
#[derive(Clone, PartialEq, Eq)]
#[expect(clippy::box_collection, reason = "a list itself is three times as large as a pointer, and there is hardly ever one")]
pub struct Seldom<T>(Option<Box<Vec<T>>>);

impl<T> Seldom<T> {
    /// Adds an item at the end.
    pub fn push(&mut self, item: T) {
        self.0.get_or_insert_default().push(item);
    }
}

impl<T> Deref for Seldom<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        self.0.as_deref().map_or(&[], Vec::as_slice)
    }
}

impl<T> Default for Seldom<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T> From<Vec<T>> for Seldom<T> {
    fn from(items: Vec<T>) -> Self {
        Self((!items.is_empty()).then(|| Box::new(items)))
    }
}

impl<T> FromIterator<T> for Seldom<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        items.into_iter().collect::<Vec<T>>().into()
    }
}

impl<T> IntoIterator for Seldom<T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.map_or_else(Vec::new, |items| *items).into_iter()
    }
}

impl<'a, T> IntoIterator for &'a Seldom<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<T: fmt::Debug> fmt::Debug for Seldom<T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, out)
    }
}

#[cfg(test)]
mod tests {
    use super::{Few, Seldom};

    #[test]
    fn a_list_reads_the_same_in_place_and_beyond_it() {
        for count in 0..6_u8 {
            let items: Vec<u8> = (0..count).collect();
            let collected: Few<u8, 3> = items.iter().copied().collect();
            assert_eq!(*collected, *items);
            assert_eq!(Few::<u8, 3>::of(&items), collected);
            assert_eq!((&collected).into_iter().count(), items.len());
        }
    }

    #[test]
    fn a_list_that_is_seldom_there_takes_no_more_than_a_pointer_while_it_is_empty() {
        assert_eq!(size_of::<Seldom<String>>(), size_of::<usize>());
        assert!(Seldom::<u8>::from(Vec::new()).is_empty());
        let mut some: Seldom<u8> = [1, 2].into_iter().collect();
        some.push(3);
        assert_eq!(*some, [1, 2, 3]);
        assert_eq!(some.into_iter().sum::<u8>(), 6);
    }
}
