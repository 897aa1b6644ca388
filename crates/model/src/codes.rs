//! The stable names of everything that can be wrong with a model, in one place.
//!
//! A code never changes its meaning, because suppressions and other tools refer to it.

macro_rules! codes {
    ($( $(#[doc = $doc:literal])+ $name:ident = $code:literal ; )*) => {
        $( $(#[doc = $doc])+ pub const $name: &str = $code; )*

        /// Every code with what it means, for the language reference.
        pub const ALL: &[(&str, &str)] = &[$( ($code, concat!($($doc, "\n"),+)), )*];
    };
}

codes! {
    /// A key that the record does not have.
    UNKNOWN_KEY = "unknown-key";
    /// A required key is not there.
    MISSING_KEY = "missing-key";
    /// A key without anything after it, where a value is needed.
    MISSING_VALUE = "missing-value";
    /// A list, mapping or single value where something else is needed.
    WRONG_TYPE = "wrong-type";
    /// A word that is not one of those allowed.
    UNKNOWN_WORD = "unknown-word";
    /// A number that is no number, or outside its range.
    BAD_NUMBER = "bad-number";
    /// A date that does not exist or is not written `YYYY-MM-DD`.
    BAD_DATE = "bad-date";
    /// An estimate that is not written like `4h`, `3d` or `2w`.
    BAD_EFFORT = "bad-effort";
    /// A CVSS vector that cannot be read.
    BAD_VECTOR = "bad-vector";
    /// A flow whose short form cannot be read.
    BAD_FLOW = "bad-flow";
    /// A check that names no method, or more than one.
    BAD_VERIFY = "bad-verify";
    /// `depends` without the reason that it needs.
    MISSING_REASON = "missing-reason";
    /// A version of the language that this program does not read.
    UNSUPPORTED_VERSION = "unsupported-version";
    /// An id with characters that ids cannot have.
    BAD_ID = "bad-id";
    /// An id that means something already, such as `model`.
    RESERVED_ID = "reserved-id";
    /// An id that two things have.
    DUPLICATE_ID = "duplicate-id";
    /// A reference to something that is not in the model.
    UNKNOWN_REFERENCE = "unknown-reference";
    /// A reference to something of another kind than is needed there.
    WRONG_KIND = "wrong-kind";
    /// Things that contain or refer to each other in a circle.
    CYCLE = "cycle";
    /// An element in two zones of one kind, neither of which is inside the other.
    ZONE_CONFLICT = "zone-conflict";
    /// A control that no catalogue has.
    UNKNOWN_CONTROL = "unknown-control";
    /// A trait that no catalogue has.
    UNKNOWN_TRAIT = "unknown-trait";
    /// A technology that no catalogue has.
    UNKNOWN_TECHNOLOGY = "unknown-technology";
    /// A protocol that no catalogue has.
    UNKNOWN_PROTOCOL = "unknown-protocol";
    /// A data class that no catalogue has.
    UNKNOWN_DATA_CLASS = "unknown-data-class";
    /// A control on a kind of thing that it cannot protect.
    MISPLACED_CONTROL = "misplaced-control";
    /// A trait on a kind of thing that cannot have it.
    MISPLACED_TRAIT = "misplaced-trait";
    /// A fact path that does not lead to a fact.
    UNKNOWN_FACT = "unknown-fact";
    /// A value that the fact cannot have.
    BAD_FACT_VALUE = "bad-fact-value";
    /// Two statements about one fact that cannot both be true.
    CONFLICTING_FACTS = "conflicting-facts";
    /// A key under `threats` that is neither an id nor `<rule>@<subject>`.
    BAD_THREAT_KEY = "bad-threat-key";
    /// An accepted threat without the date until which the acceptance holds.
    MISSING_UNTIL = "missing-until";
    /// A step of an attack tree that is nothing, or two things at once.
    BAD_TREE_NODE = "bad-tree-node";
    /// `verify` beside an `acceptance` that does not have exactly one entry.
    MISPLACED_VERIFY = "misplaced-verify";
    /// A file that is not UTF-8 text.
    NOT_TEXT = "not-text";
    /// A file that is larger than the limit.
    TOO_LARGE = "too-large";
    /// A file that cannot be read.
    UNREADABLE_FILE = "unreadable-file";
    /// A path that leads out of the repository.
    OUTSIDE_REPOSITORY = "outside-repository";
    /// Files that use each other in a circle.
    USE_CYCLE = "use-cycle";
    /// More used files than the limit.
    TOO_MANY_FILES = "too-many-files";
    /// A Markdown file without a block to read.
    NO_MODEL = "no-model";
    /// A name that a list has twice.
    DUPLICATE_ITEM = "duplicate-item";
    /// More was wrong than is shown.
    TOO_MANY_DIAGNOSTICS = "too-many-diagnostics";
}
