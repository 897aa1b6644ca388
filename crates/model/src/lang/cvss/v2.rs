//! The metrics of CVSS 2.0.

use super::Group::{Base, Environmental, Threat};
use super::Metric;

const IMPACT: &[(&str, &str)] = &[("N", "none"), ("P", "partial"), ("C", "complete")];
const NEED: &[(&str, &str)] = &[("L", "low"), ("M", "medium"), ("H", "high"), ("ND", "not defined")];

#[rustfmt::skip]
pub(super) const METRICS: &[Metric] = &[
    Metric { key: "AV", name: "Access vector", group: Base, values: &[("L", "on the machine itself"), ("A", "from the same network"), ("N", "from anywhere")] },
    Metric { key: "AC", name: "Access complexity", group: Base, values: &[("H", "hard: rare circumstances"), ("M", "some circumstances must hold"), ("L", "easy: nothing special needed")] },
    Metric { key: "Au", name: "Authentication", group: Base, values: &[("M", "logging in more than once"), ("S", "logging in once"), ("N", "no login")] },
    Metric { key: "C", name: "Confidentiality impact", group: Base, values: IMPACT },
    Metric { key: "I", name: "Integrity impact", group: Base, values: IMPACT },
    Metric { key: "A", name: "Availability impact", group: Base, values: IMPACT },
    Metric { key: "E", name: "Exploitability", group: Threat, values: &[("U", "nobody has shown it"), ("POC", "shown to be possible"), ("F", "a working tool exists"), ("H", "done everywhere, or needs no tool"), ("ND", "not defined")] },
    Metric { key: "RL", name: "Remediation level", group: Threat, values: &[("OF", "official fix"), ("TF", "temporary fix"), ("W", "workaround"), ("U", "no remedy"), ("ND", "not defined")] },
    Metric { key: "RC", name: "Report confidence", group: Threat, values: &[("UC", "not confirmed"), ("UR", "several reports"), ("C", "confirmed"), ("ND", "not defined")] },
    Metric { key: "CDP", name: "Collateral damage", group: Environmental, values: &[("N", "none"), ("L", "low"), ("LM", "low to medium"), ("MH", "medium to high"), ("H", "high"), ("ND", "not defined")] },
    Metric { key: "TD", name: "Target distribution", group: Environmental, values: &[("N", "no systems"), ("L", "few systems"), ("M", "some systems"), ("H", "most systems"), ("ND", "not defined")] },
    Metric { key: "CR", name: "Need for confidentiality", group: Environmental, values: NEED },
    Metric { key: "IR", name: "Need for integrity", group: Environmental, values: NEED },
    Metric { key: "AR", name: "Need for availability", group: Environmental, values: NEED },
];
