//! What an import could not take over as it was.

/// How something was not taken over as it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LossKind {
    /// The file does not say it; the most likely value was taken.
    Guessed,
    /// It is in the model in another form than in the file.
    Changed,
    /// It has no place in the model.
    Dropped,
    /// It points at something that is not in the file.
    Dangling,
}

impl LossKind {
    /// Every kind, in the order of lists.
    pub const ALL: [Self; 4] = [Self::Guessed, Self::Changed, Self::Dropped, Self::Dangling];

    /// The word in output.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Guessed => "guessed",
            Self::Changed => "changed",
            Self::Dropped => "dropped",
            Self::Dangling => "dangling",
        }
    }
}

/// One thing that an import could not take over as it was.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Loss {
    /// How.
    pub kind: LossKind,
    /// What it is about, as a sentence for people without a full stop.
    pub what: String,
    /// Where in the foreign file, in its own words, such as a path of keys or the name of an element.
    pub place: String,
}
