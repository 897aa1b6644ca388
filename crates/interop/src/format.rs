//! The formats that exist, and what reading one gives.

use std::fmt;

use serde_json::Value as Json;

use crate::{Decision, Loss, adtool, attack_flow, deciduous, galileo, mef, pytm, threagile, tm7};

/// A format of another tool.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Format {
    /// A model of the Microsoft Threat Modeling Tool.
    Tm7,
    /// A model of Threagile.
    Threagile,
    /// A model of pytm: its JSON input, or what it writes with `--json`.
    Pytm,
    /// An attack-defence tree of `ADTool`.
    Adtool,
    /// A fault tree in the Open-PSA Model Exchange Format.
    Mef,
    /// An attack tree as text, in the manner of Galileo.
    At,
    /// A decision tree of Deciduous.
    Deciduous,
    /// A flow of MITRE's Attack Flow.
    AttackFlow,
}

impl Format {
    /// Every format, in the order of lists.
    pub const ALL: &[Self] =
        &[Self::Tm7, Self::Threagile, Self::Pytm, Self::Adtool, Self::Mef, Self::At, Self::Deciduous, Self::AttackFlow];

    /// The word on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Tm7 => "tm7",
            Self::Threagile => "threagile",
            Self::Pytm => "pytm",
            Self::Adtool => "adtool",
            Self::Mef => "open-psa",
            Self::At => "at",
            Self::Deciduous => "deciduous",
            Self::AttackFlow => "attack-flow",
        }
    }

    /// What people call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Tm7 => "Microsoft Threat Modeling Tool model",
            Self::Threagile => "Threagile model",
            Self::Pytm => "pytm model",
            Self::Adtool => "ADTool attack-defence tree",
            Self::Mef => "Open-PSA fault tree",
            Self::At => "attack tree in text",
            Self::Deciduous => "Deciduous decision tree",
            Self::AttackFlow => "MITRE Attack Flow",
        }
    }

    /// The format that a word on the command line stands for.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|format| format.as_str() == word)
    }
}

/// A foreign model in our language, with what it lost on the way.
#[derive(Debug, Clone, PartialEq)]
pub struct Imported {
    /// The model: the language's own sections, written as JSON.
    pub model: Json,
    /// What could not be taken over as it was, in the order of the file.
    pub loss: Vec<Loss>,
    /// What was decided about threats that the other tool raised. They are answers once it is known which rule of ours
    /// raises the same threat.
    pub decisions: Vec<Decision>,
}

/// Why a foreign file cannot be read at all. Everything smaller is a [`Loss`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ImportError {
    /// More bytes than [`crate::limits::MAX_FILE_BYTES`].
    TooLarge {
        /// How many there are.
        size: usize,
    },
    /// Not UTF-8.
    NotText {
        /// The first byte that is none.
        at: usize,
    },
    /// Not well-formed, in the words of the parser.
    Syntax(String),
    /// A document type declaration or an entity of its own, which could make a small file grow without end.
    Entities,
    /// More of something than the limits allow.
    TooMuch {
        /// What there is too much of.
        what: &'static str,
        /// How much of it is allowed.
        limit: usize,
    },
    /// Well-formed, but not what the format says.
    NotTheFormat(String),
}

impl std::error::Error for ImportError {}

impl fmt::Display for ImportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge { size } => write!(f, "it has {size} bytes; the limit is {}", crate::limits::MAX_FILE_BYTES),
            Self::NotText { at } => write!(f, "it is not text in UTF-8 (byte {at})"),
            Self::Syntax(why) => write!(f, "it is not well-formed: {why}"),
            Self::Entities => f.write_str("it declares a document type or entities, which are not read"),
            Self::TooMuch { what, limit } => write!(f, "it has more than {limit} {what}"),
            Self::NotTheFormat(why) => f.write_str(why),
        }
    }
}

/// Reads a file of a format.
///
/// # Errors
/// The bytes are not a file of that format, or exceed the [`crate::limits`].
pub fn import(format: Format, bytes: &[u8]) -> Result<Imported, ImportError> {
    match format {
        Format::Tm7 => tm7::read(bytes),
        Format::Threagile => threagile::read(bytes),
        Format::Pytm => pytm::read(bytes),
        Format::Adtool => adtool::read(bytes),
        Format::Mef => mef::read(bytes),
        Format::At => galileo::read(bytes),
        Format::Deciduous => deciduous::read(bytes),
        Format::AttackFlow => attack_flow::read(bytes),
    }
}
