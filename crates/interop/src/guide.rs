//! The guide's own templates: the list of assets and the table of threats, as JSON and as comma-separated values.
//!
//! Columns and keys are exactly the guide's. They say less than a model does, so most of a model is in the losses.

mod onto;
mod read;
mod write;

pub(crate) use onto::onto;
pub use read::{
    assets_csv as read_assets_csv, assets_json as read_assets_json, threats_csv as read_threats_csv, threats_json as read_threats_json,
};
pub use write::{assets_csv, assets_json, threats_csv, threats_json};

/// The columns of the table of threats.
pub const THREAT_COLUMNS: [&str; 12] = [
    "id",
    "component",
    "threat",
    "description",
    "likelihood",
    "impact",
    "risk_score",
    "mitigation",
    "owner",
    "due",
    "date_identified",
    "status",
];

/// The columns of the list of assets; `privacy` follows where it is given.
pub const ASSET_COLUMNS: [&str; 5] = ["asset", "owner", "confidentiality", "integrity", "availability"];
