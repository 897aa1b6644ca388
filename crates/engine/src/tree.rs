//! Attack trees and fault trees, exactly: shared steps count once, and what is too large is bounded, never guessed.
//!
//! ```text
//! Structure ──normal form──▶ Net ──modules──▶ diagrams ──▶ Solution ──▶ probability, sets, importance, costs
//! ```
//!
//! A [`Structure`] says when the goal is reached. It is brought into a normal form and cut into modules, parts that share
//! nothing with the rest. Each module becomes a binary decision diagram, by the first of several orders of variables that
//! fits into a budget, and its minimal sets a zero-suppressed diagram. Where the budget is not enough, two smaller
//! functions take the place of the exact one: one that is never above it and one that is never below it.

mod assess;
mod bdd;
mod bounds;
mod costs;
mod diagram;
mod fronts;
mod importance;
mod likelihood;
mod model;
mod modules;
mod natural;
mod net;
mod nodes;
mod order;
mod rank;
mod simplify;
mod simulate;
mod solve;
mod structure;
mod zdd;

pub use assess::{Assessment, DAYS_WITHOUT_ESTIMATE, Wanted, assess};
pub use costs::{Least, easiest, quickest};
pub use fronts::{DefencePoint, HarmPoint, cost_damage, defence_attack};
pub use importance::{Importance, Method};
pub use likelihood::Bounds;
pub use model::{LIKELIHOODS, Leaf, Role, Tree, trees};
pub use natural::Natural;
pub use rank::MinimalSet;
pub use simulate::{Simulated, simulate};
pub use solve::{Budget, Solution};
pub use structure::{Direction, Gate, Literal, Node, Structure};
