//! The formats that exist, and what reading one gives.

use std::fmt;

use crate::{
    Decision, Document, Loss, Origins, adtool, attack_flow, canonical, cyclonedx, d2, deciduous, drawio, galileo, guide, hcltm, lucid, mef,
    mermaid, otm, picture, plantuml, pytm, structurizr, threagile, threat_composer, threat_dragon, tm_bom, tm7, vsdx,
};

/// A format of another tool.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Format {
    /// A model of the Microsoft Threat Modeling Tool.
    Tm7,
    /// A model of Threagile.
    Threagile,
    /// A model of Threagile in the spelling of the versions after 0.9.1.
    ThreagileLater,
    /// A model of pytm: its JSON input, or what it writes with `--json`.
    Pytm,
    /// A model of OWASP Threat Dragon, version 1 or 2.
    ThreatDragon,
    /// A model in the Open Threat Model format.
    Otm,
    /// A workspace or a pack of AWS Threat Composer.
    ThreatComposer,
    /// A model of the OWASP Threat Model Library.
    TmBom,
    /// A threat model in CycloneDX 2.0; experimental, since that is not final.
    CycloneDx,
    /// A model of pytm as the Python text `tm.py`.
    PytmPython,
    /// A Mermaid flowchart, alone or in a Markdown file.
    Mermaid,
    /// A drawing of draw.io.
    Drawio,
    /// A model of threatcl (hcltm), in HCL or JSON.
    Hcltm,
    /// A drawing of Visio, or one that Lucidchart wrote for it.
    Vsdx,
    /// A document of Lucidchart: the table that it exports, or what it imports.
    Lucid,
    /// A component or C4 diagram of `PlantUML`.
    Plantuml,
    /// A diagram of D2.
    D2,
    /// A workspace of Structurizr as JSON.
    Structurizr,
    /// A model of ours as canonical JSON.
    Json,
    /// The guide's threats as JSON.
    GuideJson,
    /// The guide's table of threats.
    GuideCsv,
    /// The guide's assets as JSON.
    GuideAssetsJson,
    /// The guide's table of assets.
    GuideAssetsCsv,
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
    /// A picture of ours, SVG or PNG, that holds the model that it shows.
    Picture,
}

impl Format {
    /// Every format, in the order of lists.
    pub const ALL: &[Self] = &[
        Self::Tm7,
        Self::Threagile,
        Self::ThreagileLater,
        Self::Pytm,
        Self::ThreatDragon,
        Self::Otm,
        Self::ThreatComposer,
        Self::TmBom,
        Self::CycloneDx,
        Self::PytmPython,
        Self::Mermaid,
        Self::Drawio,
        Self::Hcltm,
        Self::Vsdx,
        Self::Lucid,
        Self::Plantuml,
        Self::D2,
        Self::Structurizr,
        Self::Json,
        Self::GuideJson,
        Self::GuideCsv,
        Self::GuideAssetsJson,
        Self::GuideAssetsCsv,
        Self::Adtool,
        Self::Mef,
        Self::At,
        Self::Deciduous,
        Self::AttackFlow,
        Self::Picture,
    ];

    /// The word on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Tm7 => "tm7",
            Self::Threagile => "threagile",
            Self::ThreagileLater => "threagile-head",
            Self::Pytm => "pytm",
            Self::ThreatDragon => "threat-dragon",
            Self::Otm => "otm",
            Self::ThreatComposer => "threat-composer",
            Self::TmBom => "tm-bom",
            Self::CycloneDx => "cyclonedx",
            Self::PytmPython => "pytm-python",
            Self::Mermaid => "mermaid",
            Self::Drawio => "drawio",
            Self::Hcltm => "hcltm",
            Self::Vsdx => "vsdx",
            Self::Lucid => "lucid",
            Self::Plantuml => "plantuml",
            Self::D2 => "d2",
            Self::Structurizr => "structurizr",
            Self::Json => "json",
            Self::GuideJson => "guide-json",
            Self::GuideCsv => "guide-csv",
            Self::GuideAssetsJson => "guide-assets-json",
            Self::GuideAssetsCsv => "guide-assets-csv",
            Self::Adtool => "adtool",
            Self::Mef => "open-psa",
            Self::At => "at",
            Self::Deciduous => "deciduous",
            Self::AttackFlow => "attack-flow",
            Self::Picture => "picture",
        }
    }

    /// What people call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Tm7 => "Microsoft Threat Modeling Tool model",
            Self::Threagile => "Threagile model",
            Self::ThreagileLater => "Threagile model (after 0.9.1)",
            Self::Pytm => "pytm model",
            Self::ThreatDragon => "Threat Dragon model",
            Self::Otm => "Open Threat Model",
            Self::ThreatComposer => "Threat Composer file",
            Self::TmBom => "OWASP Threat Model Library model",
            Self::CycloneDx => "CycloneDX 2.0 threat model (experimental)",
            Self::PytmPython => "pytm model (Python text)",
            Self::Mermaid => "Mermaid flowchart",
            Self::Drawio => "draw.io drawing",
            Self::Hcltm => "threatcl model",
            Self::Vsdx => "Visio drawing",
            Self::Lucid => "Lucidchart document",
            Self::Plantuml => "PlantUML diagram",
            Self::D2 => "D2 diagram",
            Self::Structurizr => "Structurizr workspace",
            Self::Json => "canonical JSON model",
            Self::GuideJson => "list of threats (JSON)",
            Self::GuideCsv => "table of threats (CSV)",
            Self::GuideAssetsJson => "list of assets (JSON)",
            Self::GuideAssetsCsv => "table of assets (CSV)",
            Self::Adtool => "ADTool attack-defence tree",
            Self::Mef => "Open-PSA fault tree",
            Self::At => "attack tree in text",
            Self::Deciduous => "Deciduous decision tree",
            Self::AttackFlow => "MITRE Attack Flow",
            Self::Picture => "redan picture with its model",
        }
    }
}

/// A foreign model in our language, with what it lost on the way.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Imported {
    /// The model: the language's own sections, written as JSON.
    pub model: Document,
    /// What could not be taken over as it was, in the order of the file.
    pub loss: Vec<Loss>,
    /// What was decided about threats that the other tool raised. They are answers once it is known which rule of ours
    /// raises the same threat.
    pub decisions: Vec<Decision>,
    /// Where in the file entries stand, for formats into whose files changes are written.
    pub origins: Origins,
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
        Format::Threagile | Format::ThreagileLater => threagile::read(bytes),
        Format::Pytm => pytm::read(bytes),
        Format::ThreatDragon => threat_dragon::read(bytes),
        Format::Otm => otm::read(bytes),
        Format::ThreatComposer => threat_composer::read(bytes),
        Format::TmBom => tm_bom::read(bytes),
        Format::CycloneDx => cyclonedx::read(bytes),
        Format::PytmPython => pytm::python::read(bytes),
        Format::Mermaid => mermaid::read(bytes),
        Format::Drawio => drawio::read(bytes),
        Format::Hcltm => hcltm::read(bytes),
        Format::Vsdx => vsdx::read(bytes),
        Format::Lucid => lucid::read(bytes),
        Format::Plantuml => plantuml::read(bytes),
        Format::D2 => d2::read(bytes),
        Format::Structurizr => structurizr::read(bytes),
        Format::Json => canonical::read(bytes),
        Format::GuideJson => guide::read_threats_json(bytes),
        Format::GuideCsv => guide::read_threats_csv(bytes),
        Format::GuideAssetsJson => guide::read_assets_json(bytes),
        Format::GuideAssetsCsv => guide::read_assets_csv(bytes),
        Format::Adtool => adtool::read(bytes),
        Format::Mef => mef::read(bytes),
        Format::At => galileo::read(bytes),
        Format::Deciduous => deciduous::read(bytes),
        Format::AttackFlow => attack_flow::read(bytes),
        Format::Picture => picture::read(bytes),
    }
}
