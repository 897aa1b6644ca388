//! What somebody decided about a threat that another tool raised.

/// A decision about threats of another tool. Which rules of ours raise the same threats is not known here.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Decision {
    /// The tool, as rules name it in their counterparts.
    pub tool: &'static str,
    /// The rule of that tool.
    pub rule: String,
    /// What the threat is about, part by part: ids of the imported model, where `*` stands for anything.
    pub parts: Vec<String>,
    /// What the file calls the decision.
    pub key: String,
    /// A status of our language.
    pub status: &'static str,
    /// Why.
    pub because: String,
    /// Who decided.
    pub owner: String,
    /// Until when an acceptance holds, as `YYYY-MM-DD`; empty where the file has no day to start from.
    pub until: String,
}
