//! Counts without a limit: natural numbers that can be added, multiplied and written.

use std::fmt;

/// A natural number of any size.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Natural {
    /// Lowest part first; the highest is not 0.
    parts: Vec<u32>,
}

impl Natural {
    /// Nothing.
    pub fn zero() -> Self {
        Self::default()
    }

    /// One.
    pub fn one() -> Self {
        Self { parts: vec![1] }
    }

    /// Whether it is nothing.
    pub fn is_zero(&self) -> bool {
        self.parts.is_empty()
    }

    /// The sum.
    #[must_use]
    pub fn plus(&self, other: &Self) -> Self {
        let (long, short) = if self.parts.len() >= other.parts.len() { (self, other) } else { (other, self) };
        let mut parts = Vec::with_capacity(long.parts.len() + 1);
        let mut carry = 0_u64;
        for (at, part) in long.parts.iter().enumerate() {
            let sum = u64::from(*part) + u64::from(short.parts.get(at).copied().unwrap_or(0)) + carry;
            parts.push(low(sum));
            carry = sum >> 32;
        }
        if carry > 0 {
            parts.push(low(carry));
        }
        Self { parts }
    }

    /// The product.
    #[must_use]
    pub fn times(&self, other: &Self) -> Self {
        let mut parts = vec![0_u32; self.parts.len() + other.parts.len()];
        for (at, left) in self.parts.iter().enumerate() {
            let mut carry = 0_u64;
            for (offset, right) in other.parts.iter().enumerate() {
                let sum = u64::from(*left) * u64::from(*right) + u64::from(parts[at + offset]) + carry;
                parts[at + offset] = low(sum);
                carry = sum >> 32;
            }
            parts[at + other.parts.len()] = low(carry);
        }
        Self::trimmed(parts)
    }

    fn trimmed(mut parts: Vec<u32>) -> Self {
        while parts.last() == Some(&0) {
            parts.pop();
        }
        Self { parts }
    }

    /// The value if it fits.
    pub fn to_u128(&self) -> Option<u128> {
        if self.parts.len() > 4 {
            return None;
        }
        Some(self.parts.iter().rev().fold(0, |value, part| value << 32 | u128::from(*part)))
    }
}

/// The lowest 32 bits.
fn low(value: u64) -> u32 {
    u32::try_from(value & 0xffff_ffff).expect("32 bits fit")
}

impl From<u128> for Natural {
    fn from(value: u128) -> Self {
        let part = |at: u32| u32::try_from(value >> (32 * at) & 0xffff_ffff).expect("32 bits fit");
        Self::trimmed((0..4).map(part).collect())
    }
}

impl fmt::Display for Natural {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const STEP: u64 = 1_000_000_000;
        let mut rest = self.parts.clone();
        let mut groups = Vec::new();
        while !rest.is_empty() {
            let mut carry = 0_u64;
            for part in rest.iter_mut().rev() {
                let value = carry << 32 | u64::from(*part);
                *part = low(value / STEP);
                carry = value % STEP;
            }
            groups.push(carry);
            rest = Self::trimmed(rest).parts;
        }
        write!(f, "{}", groups.pop().unwrap_or(0))?;
        groups.iter().rev().try_for_each(|group| write!(f, "{group:09}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_products_and_digits_are_those_of_arithmetic() {
        let big = Natural::from(u128::MAX);
        assert_eq!(big.to_string(), u128::MAX.to_string());
        assert_eq!(big.plus(&Natural::one()).to_string(), "340282366920938463463374607431768211456");
        assert_eq!(Natural::from(1_000_000_007_000_000_009).times(&Natural::from(3)).to_u128(), Some(3_000_000_021_000_000_027));
        assert_eq!(big.times(&big).to_string(), "115792089237316195423570985008687907852589419931798687112530834793049593217025");
        assert_eq!((Natural::zero().to_string(), Natural::zero().times(&big)), ("0".to_owned(), Natural::zero()));
        assert_eq!(Natural::from(1_000_000_000).to_string(), "1000000000");
    }
}
