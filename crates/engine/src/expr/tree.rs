//! The typed tree that a checked expression is kept as: what each part reads is decided, so evaluation looks
//! nothing up by name.

use std::sync::Arc;

use regex_lite::Regex;

use super::limits::MAX_BINDERS;
use super::schema::Field;

/// The slot of `model`.
pub(super) const MODEL: usize = 0;
/// The slot of the subject.
pub(super) const SUBJECT: usize = 1;
/// The slot of the asset that `with` binds.
pub(super) const ASSET: usize = 2;
/// The first slot of a variable that the expression itself binds.
pub(super) const FIRST_BINDER: usize = 3;
/// How many slots there are.
pub(super) const SLOTS: usize = FIRST_BINDER + MAX_BINDERS;

/// A condition and its place in the text.
#[derive(Debug, Clone)]
pub(super) struct Cond {
    /// First byte.
    pub(super) start: u32,
    /// One past the last byte.
    pub(super) end: u32,
    /// What it says.
    pub(super) op: Op,
}

/// What a condition says.
#[derive(Debug, Clone)]
pub(super) enum Op {
    Const(bool),
    Not(Box<Cond>),
    All(Vec<Cond>),
    Any(Vec<Cond>),
    /// Both hold or neither does.
    Same(Box<Cond>, Box<Cond>),
    /// A field that is true, false or unknown.
    Flag(Path, Field),
    Order(Order, Num, Num),
    Equal(Item, Item),
    In(Item, List),
    Exists(Box<Quantified>),
    ForAll(Box<Quantified>),
    /// The first text starts with, ends with or contains the second.
    Text(TextTest, Text, Text),
    Matches(Text, Arc<Regex>),
    NotEmpty(List),
}

/// The list and the body of `exists` and `all`.
#[derive(Debug, Clone)]
pub(super) struct Quantified {
    pub(super) list: List,
    pub(super) slot: usize,
    pub(super) body: Cond,
    /// Set when what the body says of a member follows from the member and the model alone.
    pub(super) shared: Option<Shared>,
}

/// What a [`super::World`] may remember of a quantified condition and use for every subject.
#[derive(Debug, Clone)]
pub(super) struct Shared {
    /// The name to remember it under: its text.
    pub(super) key: String,
    /// The thing that is left out, where the body also says that the member is another: `x != element`.
    pub(super) apart: Option<Apart>,
}

/// The part of a body that says that the member is another thing.
#[derive(Debug, Clone)]
pub(super) struct Apart {
    /// Which of the parts of the body.
    pub(super) part: usize,
    pub(super) from: Path,
}

impl Path {
    /// Whether it starts at a variable.
    pub(super) fn starts_with(&self, slot: usize) -> bool {
        match self {
            Self::Slot(first) => *first == slot,
            Self::Of(base, _) => base.starts_with(slot),
        }
    }
}

impl Cond {
    /// The conditions that all have to hold.
    pub(super) fn parts(&self) -> &[Cond] {
        if let Op::All(conds) = &self.op { conds } else { std::slice::from_ref(self) }
    }
}

/// An order of numbers or levels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    Below,
    AtMost,
    Above,
    AtLeast,
}

/// A question about two texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TextTest {
    StartsWith,
    EndsWith,
    Contains,
}

/// A single thing.
#[derive(Debug, Clone)]
pub(super) enum Path {
    Slot(usize),
    Of(Box<Path>, Field),
}

/// A number or a level.
#[derive(Debug, Clone)]
pub(super) enum Num {
    Const(i64),
    Slot(usize),
    Field(Path, Field),
    Size(Box<List>),
    Least(Box<List>, Scale),
    Most(Box<List>, Scale),
}

/// Whether numbers are levels; decides what the extreme values are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scale {
    Number,
    Level,
}

/// A text.
#[derive(Debug, Clone)]
pub(super) enum Text {
    Const(String),
    Slot(usize),
    Field(Path, Field),
}

/// A member of a list, or one side of an equation.
#[derive(Debug, Clone)]
pub(super) enum Item {
    Num(Num),
    Text(Text),
    Thing(Path),
}

/// A list.
#[derive(Debug, Clone)]
pub(super) enum List {
    Items(Vec<Item>),
    Field(Path, Field),
    Filter { list: Box<List>, slot: usize, body: Box<Cond> },
    Map { list: Box<List>, slot: usize, item: Box<Item> },
}

/// What is compiled.
#[derive(Debug, Clone)]
pub(super) enum Program {
    Condition(Cond),
    List(List),
}
