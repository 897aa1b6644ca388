//! The mixing method: a semidefinite programme with a given diagonal, solved by vectors that turn one after the other.
//!
//! Where matrices with this diagonal are written as products of short vectors, the one that is least against a sparse
//! symmetric matrix is found by turning each vector against the weighted sum of its neighbours (Wang and Kolter's mixing
//! method, a low-rank coordinate descent). The lengths of these sums are the diagonal that makes the sparse matrix positive
//! semidefinite. They are only nearly so; what is relied on is a Cholesky factorisation that succeeds.

use crate::score::random::Random;

/// The length of the vectors: enough that descent has no wrong place to end for three hundred of them.
const RANK: usize = 24;
/// The margin by which a matrix has to be positive definite, as a share of its largest diagonal entry: much more than
/// what a factorisation rounds.
const MARGIN: f64 = 1e-6;
/// Vectors of mitigations that are all but decided are no shorter than the root of this.
const LEAST: f64 = 1e-4;

/// A symmetric matrix with a full diagonal and few other entries, each pair once.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Sparse {
    pub(crate) diagonal: Vec<f64>,
    pub(crate) pairs: Vec<(usize, usize, f64)>,
}

impl Sparse {
    /// The product with a vector.
    pub(crate) fn times(&self, vector: &[f64]) -> Vec<f64> {
        let mut product: Vec<f64> = self.diagonal.iter().zip(vector).map(|(entry, number)| entry * number).collect();
        for (one, other, entry) in &self.pairs {
            product[*one] += entry * vector[*other];
            product[*other] += entry * vector[*one];
        }
        product
    }

    /// Raises the diagonal until no vector has a product with itself below 0; false where that takes more than twice of it.
    pub(crate) fn make_positive(&mut self) -> bool {
        let largest = self.diagonal.iter().copied().fold(0.0, f64::max).max(1e-6);
        let mut shift = 1e-3 * largest;
        while shift <= 2.0 * largest {
            if self.is_positive(shift - MARGIN * largest) {
                self.diagonal.iter_mut().for_each(|entry| *entry += shift);
                return true;
            }
            shift *= 1.5;
        }
        false
    }

    /// Whether the matrix with this on its diagonal has a Cholesky factor, and so is positive definite.
    fn is_positive(&self, shift: f64) -> bool {
        let count = self.diagonal.len();
        let mut rows: Vec<Vec<f64>> = (0..count).map(|at| vec![0.0; at + 1]).collect();
        rows.iter_mut().zip(&self.diagonal).enumerate().for_each(|(at, (row, entry))| row[at] = entry + shift);
        self.pairs.iter().for_each(|(one, other, entry)| rows[*one.max(other)][*one.min(other)] += entry);
        for at in 0..count {
            let (before, row) = rows.split_at_mut(at);
            let row = &mut row[0];
            for (column, other) in before.iter().enumerate() {
                row[column] = (row[column] - dot(&row[..column], &other[..column])) / other[column];
            }
            let pivot = row[at] - dot(&row[..at], &row[..at]);
            if pivot <= 0.0 || !pivot.is_finite() {
                return false;
            }
            row[at] = pivot.sqrt();
        }
        true
    }
}

/// A product in eight sums, which the processor works out side by side.
fn dot(one: &[f64], other: &[f64]) -> f64 {
    let mut sums = [0.0; 8];
    let (ones, others) = (one.chunks_exact(8), other.chunks_exact(8));
    let rest: f64 = ones.remainder().iter().zip(others.remainder()).map(|(a, b)| a * b).sum();
    for (ones, others) in ones.zip(others) {
        sums.iter_mut().zip(ones.iter().zip(others)).for_each(|(sum, (a, b))| *sum += a * b);
    }
    sums.iter().sum::<f64>() + rest
}

/// The vectors, one for each row of the matrix.
pub(crate) struct Mixing {
    vectors: Vec<[f64; RANK]>,
    /// For each row the others that it has an entry with, and which entry that is.
    near: Vec<Vec<(usize, usize)>>,
}

impl Mixing {
    pub(crate) fn new(matrix: &Sparse) -> Self {
        let mut random = Random::new(3);
        let mut near = vec![Vec::new(); matrix.diagonal.len()];
        for (at, (one, other, _)) in matrix.pairs.iter().enumerate() {
            near[*one].push((*other, at));
            near[*other].push((*one, at));
        }
        let vectors = near.iter().map(|_| std::array::from_fn(|_| random.unit() - 0.5)).collect();
        Self { vectors, near }
    }

    /// How much work a sweep is.
    pub(crate) fn size(&self) -> usize {
        self.near.iter().map(|near| RANK * (4 + near.len())).sum()
    }

    /// Turns each vector once, with these squares of lengths, and puts the diagonal into the matrix.
    pub(crate) fn sweep(&mut self, matrix: &mut Sparse, squares: &[f64]) {
        for (at, near) in self.near.iter().enumerate() {
            let mut sum = [0.0; RANK];
            for (other, entry) in near {
                let weight = matrix.pairs[*entry].2;
                sum.iter_mut().zip(&self.vectors[*other]).for_each(|(sum, number)| *sum += weight * number);
            }
            let length = squares[at].max(LEAST).sqrt();
            let norm = dot(&sum, &sum).sqrt();
            matrix.diagonal[at] = norm / length;
            let vector = &mut self.vectors[at];
            // Where the neighbours cancel out, any direction will do.
            let (from, factor) = if norm > 1e-9 { (sum, -length / norm) } else { (*vector, length / dot(vector, vector).sqrt().max(1e-9)) };
            vector.iter_mut().zip(&from).for_each(|(number, from)| *number = factor * from);
        }
    }

    /// The entry of the product of the vectors for a pair.
    pub(crate) fn product(&self, one: usize, other: usize) -> f64 {
        dot(&self.vectors[one], &self.vectors[other])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A ring, whose smallest eigenvalue is -2 where its length is even.
    fn ring(count: usize, diagonal: f64) -> Sparse {
        Sparse { diagonal: vec![diagonal; count], pairs: (0..count).map(|at| (at, (at + 1) % count, 1.0)).collect() }
    }

    #[test]
    fn a_matrix_is_positive_where_its_smallest_eigenvalue_is() {
        assert_eq!([1.9, 1.99, 2.01, 3.0].map(|diagonal| ring(8, diagonal).is_positive(0.0)), [false, false, true, true]);
        assert!(ring(8, 1.9).is_positive(0.11) && !ring(8, 2.1).is_positive(-0.11));
    }

    #[test]
    fn a_diagonal_is_raised_no_further_than_needed() {
        let mut matrix = ring(8, 1.5);
        assert!(matrix.make_positive());
        assert!(matrix.diagonal[0] >= 2.0 && matrix.diagonal[0] < 2.3, "{:?}", matrix.diagonal);
        assert!(!ring(8, 0.1).make_positive());
    }

    #[test]
    fn vectors_that_turn_find_the_diagonal() {
        let mut matrix = ring(8, 0.0);
        let mut mixing = Mixing::new(&matrix);
        (0..500).for_each(|_| mixing.sweep(&mut matrix, &[0.25; 8]));
        assert!(matrix.diagonal.iter().all(|entry| (entry - 2.0).abs() < 0.01), "{:?}", matrix.diagonal);
        assert!((mixing.product(0, 1) + 0.25).abs() < 0.01 && (mixing.product(0, 2) - 0.25).abs() < 0.01);
    }

    #[test]
    fn a_product_counts_each_pair_both_ways() {
        let matrix = Sparse { diagonal: vec![1.0, 2.0], pairs: vec![(0, 1, 3.0)] };
        assert_eq!(matrix.times(&[1.0, 10.0]), [31.0, 23.0]);
    }
}
