//! Models of ours as files of other tools: a model with what was found about it in, bytes and a list of losses out.
//!
//! A writer sees the resolved model, its canonical JSON, and the threats as a neutral list: what raised them and how
//! they were rated is the business of others. It never writes a file that its own tool would refuse; what it cannot say
//! is a [`Loss`], most of it found by [`Losses::unsaid`] from a table of what the format has places for. What was written
//! is read again, so that what no writer thought of is listed as well.
//!
//! To add a writer: a line in [`WRITTEN`], an arm in [`export`], and in the format's module a function
//! `pub fn write(outgoing: &Outgoing<'_>) -> Result<Exported, ExportError>`. Data that the format's reader kept under
//! `x-<format>` keys is written back.

use std::collections::BTreeMap;
use std::fmt;

use redan_model::lang::{Band, Linddun, Mitigation, Stride};
use redan_model::{Model, Thing, Vocabulary, canonical as long, naming};
use serde_json::Value as Json;

use crate::losses::Says;
use crate::{
    Format, ImportError, Loss, Losses, adtool, attack_flow, back, canonical, cyclonedx, d2, drawio, guide, hcltm, lucid, mef, mermaid, otm,
    plantuml, pytm, structurizr, threagile, threat_composer, threat_dragon, tm_bom, tm7,
};

/// The formats that can be written, in the order of lists.
pub const WRITTEN: &[Format] = &[
    Format::Json,
    Format::GuideJson,
    Format::GuideCsv,
    Format::GuideAssetsJson,
    Format::GuideAssetsCsv,
    Format::Mermaid,
    Format::Tm7,
    Format::ThreatDragon,
    Format::Otm,
    Format::ThreatComposer,
    Format::TmBom,
    Format::CycloneDx,
    Format::Threagile,
    Format::ThreagileLater,
    Format::Pytm,
    Format::Adtool,
    Format::Mef,
    Format::AttackFlow,
    Format::Drawio,
    Format::Hcltm,
    Format::Lucid,
    Format::Plantuml,
    Format::D2,
    Format::Structurizr,
];

/// What is to be written.
#[derive(Debug)]
pub struct Outgoing<'a> {
    /// The model.
    pub model: &'a Model,
    /// The same in its long form, as [`redan_model::canonical::to_json`] gives it.
    pub json: Json,
    /// Its threats: written by hand, raised by rules, and with what was decided about them.
    pub threats: Vec<ForeignThreat>,
    /// The day of the export, as `YYYY-MM-DD`, for formats that want one.
    pub day: String,
    /// Whether names of people may be written where a format has a place for who changed something.
    pub keep_names: bool,
    /// Names of technologies and protocols; an alias, often another tool's word, leads to the one of our catalogue.
    pub vocabulary: Vocabulary,
    /// Where everything can be drawn, for formats with places and models without.
    pub picture: Option<Picture>,
}

/// A drawing of the model that is easy to read.
#[derive(Debug, Clone, Default)]
pub struct Picture {
    /// Left, top, width and height of elements and zones.
    pub areas: BTreeMap<Thing, [f64; 4]>,
    /// How the arrows of flows run, by id.
    pub courses: BTreeMap<String, Course>,
    /// Whether arrows are curved.
    pub is_curved: bool,
}

/// How an arrow runs.
#[derive(Debug, Clone, Default)]
pub struct Course {
    /// From the border of the source to the border of the target.
    pub points: Vec<(f64, f64)>,
    /// The middle of its label.
    pub label: Option<(f64, f64)>,
}

/// A threat in words that no tool owns.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ForeignThreat {
    /// `T1` for one written by hand, else `<rule>@<subject>[@<asset>]`.
    pub id: String,
    /// The rule that raised it.
    pub rule: Option<String>,
    /// Its key under `threats` of the model: the threat itself, or the answer to it.
    pub entry: Option<String>,
    /// What it is about, the subject first.
    pub subjects: Vec<Thing>,
    /// In a few words.
    pub title: String,
    /// What happens.
    pub description: String,
    /// How to stop it, as the rule says.
    pub fix: String,
    /// STRIDE categories.
    pub stride: Vec<Stride>,
    /// LINDDUN categories.
    pub linddun: Vec<Linddun>,
    /// `open question mitigated accepted transferred avoided false-positive not-applicable`.
    pub status: &'static str,
    /// Why it has that status, where somebody decided it.
    pub because: String,
    /// Who decided.
    pub owner: String,
    /// Until when an acceptance holds, as `YYYY-MM-DD`.
    pub until: String,
    /// 1 to 5.
    pub likelihood: Option<u8>,
    /// 1 to 5.
    pub impact: Option<u8>,
    /// 1 to 25.
    pub risk: Option<u8>,
    /// The band of the risk, or the stated one where there are no numbers.
    pub band: Option<Band>,
    /// `P0` to `P3`; empty where there is no band.
    pub priority: &'static str,
    /// Ids of the model's mitigations that deal with it.
    pub mitigations: Vec<String>,
    /// Ids in public lists, by list.
    pub references: Vec<(String, Vec<String>)>,
    /// Rules of other tools that it stands for, as `tool:id`.
    pub counterparts: Vec<String>,
    /// The day on which it was found, as `YYYY-MM-DD`, if stated.
    pub identified: String,
}

impl ForeignThreat {
    /// The id of the rule of another tool that it stands for, if there is one.
    pub fn counterpart(&self, tool: &str) -> Option<&str> {
        self.counterparts.iter().find_map(|known| known.strip_prefix(tool)?.strip_prefix(':'))
    }

    /// Whether somebody wrote it by hand.
    pub fn is_written(&self) -> bool {
        self.rule.is_none()
    }
}

impl<'a> Outgoing<'a> {
    /// A model about which nothing was found yet.
    pub fn new(model: &'a Model, vocabulary: Vocabulary) -> Self {
        let json = long::to_json(&model.root);
        Self { model, json, threats: Vec::new(), day: String::new(), keep_names: false, vocabulary, picture: None }
    }

    /// The threats that are threats: those that still wait for facts are counted as a loss, since no other tool has
    /// questions.
    pub fn found(&self, losses: &mut Losses) -> Vec<&ForeignThreat> {
        let waiting = self.threats.iter().filter(|threat| threat.status == "question").count();
        if waiting > 0 {
            losses.dropped(format!("{waiting} questions: threats that wait for facts"), "threats");
        }
        self.threats.iter().filter(|threat| threat.status != "question").collect()
    }

    /// A mitigation of the model.
    pub fn mitigation(&self, id: &str) -> Option<&Mitigation> {
        self.model.root.mitigations.entries.get(id).map(|entry| &entry.value)
    }

    /// What people call a mitigation.
    pub fn mitigation_title(&self, id: &str) -> String {
        let stated = self.mitigation(id).and_then(|mitigation| mitigation.title.as_ref());
        stated.map_or_else(|| naming::sentence_of(id), |title| title.value.clone())
    }

    /// The canonical entry of a section; null if there is none.
    pub fn entry(&self, section: &str, id: &str) -> &Json {
        self.json.get(section).and_then(|entries| entries.get(id)).unwrap_or(&Json::Null)
    }
}

/// A model as a file of another tool.
#[derive(Debug, Clone, PartialEq)]
pub struct Exported {
    /// The file.
    pub bytes: Vec<u8>,
    /// What it does not say as the model does.
    pub loss: Vec<Loss>,
}

/// Why a file cannot be written at all. Everything smaller is a [`Loss`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExportError {
    /// The format is only read.
    NotWritten(Format),
    /// The format is written, but never into an existing file.
    NotOnto(Format),
    /// No valid file of the format can say this model; the text says why.
    Impossible(String),
    /// The file to write into cannot be read.
    Original(ImportError),
}

impl std::error::Error for ExportError {}

impl fmt::Display for ExportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotWritten(format) => write!(f, "a {} is read and never written", format.name()),
            Self::NotOnto(format) => write!(f, "changes are not written into an existing {}", format.name()),
            Self::Impossible(why) => f.write_str(why),
            Self::Original(error) => write!(f, "the file to write into cannot be read: {error}"),
        }
    }
}

/// Writes a model as a file of a format.
///
/// # Errors
/// The format is only read, or no valid file of it can say this model.
pub fn export(format: Format, outgoing: &Outgoing<'_>) -> Result<Exported, ExportError> {
    Ok(back::listed(format, written(format, outgoing)?, outgoing))
}

/// A model as a file of a format, with the losses that its writer knows of.
fn written(format: Format, outgoing: &Outgoing<'_>) -> Result<Exported, ExportError> {
    match format {
        Format::Json => canonical::write(outgoing),
        Format::GuideJson => guide::threats_json(outgoing),
        Format::GuideCsv => guide::threats_csv(outgoing),
        Format::GuideAssetsJson => guide::assets_json(outgoing),
        Format::GuideAssetsCsv => guide::assets_csv(outgoing),
        Format::Mermaid => mermaid::write(outgoing),
        Format::Tm7 => tm7::write(outgoing),
        Format::ThreatDragon => threat_dragon::write(outgoing),
        Format::Otm => otm::write(outgoing),
        Format::ThreatComposer => threat_composer::write(outgoing),
        Format::TmBom => tm_bom::write(outgoing),
        Format::CycloneDx => cyclonedx::write(outgoing),
        Format::Threagile => threagile::write(outgoing, false),
        Format::ThreagileLater => threagile::write(outgoing, true),
        Format::Pytm => pytm::write(outgoing),
        Format::Drawio => drawio::write(outgoing),
        Format::Hcltm => hcltm::write(outgoing),
        Format::Lucid => lucid::write(outgoing),
        Format::Plantuml => plantuml::write(outgoing),
        Format::D2 => d2::write(outgoing),
        Format::Structurizr => structurizr::write(outgoing),
        Format::Adtool | Format::Mef | Format::AttackFlow => trees(format, outgoing),
        _ => Err(ExportError::NotWritten(format)),
    }
}

/// What the formats of attack trees have a place for in a tree; steps are looked at by their writers.
const TREE_FIELDS: &[&str] = &["goal", "any", "all", "seq", "at-least", "at-most", "of", "unless", "nodes"];

/// The attack trees of a model in a format that knows nothing else.
fn trees(format: Format, outgoing: &Outgoing<'_>) -> Result<Exported, ExportError> {
    let model = outgoing.model;
    if model.root.attack_trees.entries.is_empty() {
        return Err(ExportError::Impossible(format!(
            "the model has no attack tree, and the format {} holds nothing else",
            format.as_str()
        )));
    }
    let (text, lost) = match format {
        Format::Adtool => adtool::export(model),
        Format::Mef => mef::export(model),
        _ => attack_flow::export(model, &outgoing.day),
    };
    let mut losses = Losses::default();
    for Loss { kind, what, place } in lost {
        losses.lose(kind, what, place);
    }
    losses.unsaid(&outgoing.json, "", &[Says("attack-trees", TREE_FIELDS)]);
    Ok(Exported { bytes: text.into_bytes(), loss: losses.finish() })
}

/// A JSON document as other tools lay it out: two spaces a level, a line end at the end.
pub fn pretty(document: &Json) -> Vec<u8> {
    let mut bytes = serde_json::to_vec_pretty(document).unwrap_or_default();
    bytes.push(b'\n');
    bytes
}
