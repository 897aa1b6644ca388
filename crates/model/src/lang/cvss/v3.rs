//! The metrics of CVSS 3.0 and 3.1.

use super::Group::{Base, Environmental, Threat};
use super::Metric;

const IMPACT: &[(&str, &str)] = &[("N", "none"), ("L", "low"), ("H", "high")];
const MODIFIED_IMPACT: &[(&str, &str)] = &[("X", "as in the base"), ("N", "none"), ("L", "low"), ("H", "high")];
const NEED: &[(&str, &str)] = &[("X", "not defined"), ("L", "low"), ("M", "medium"), ("H", "high")];

#[rustfmt::skip]
pub(super) const METRICS: &[Metric] = &[
    Metric { key: "AV", name: "Attack vector", group: Base, values: &[("N", "from anywhere over the network"), ("A", "from the same network"), ("L", "on the machine itself"), ("P", "by touching it")] },
    Metric { key: "AC", name: "Attack complexity", group: Base, values: &[("L", "easy: nothing special needed"), ("H", "hard: something must be prepared or known")] },
    Metric { key: "PR", name: "Privileges required", group: Base, values: &[("N", "none"), ("L", "those of a user"), ("H", "those of an administrator")] },
    Metric { key: "UI", name: "User interaction", group: Base, values: &[("N", "nobody has to help"), ("R", "somebody has to do something")] },
    Metric { key: "S", name: "Scope", group: Base, values: &[("U", "harm stays inside what is attacked"), ("C", "harm reaches other systems")] },
    Metric { key: "C", name: "Confidentiality impact", group: Base, values: IMPACT },
    Metric { key: "I", name: "Integrity impact", group: Base, values: IMPACT },
    Metric { key: "A", name: "Availability impact", group: Base, values: IMPACT },
    Metric { key: "E", name: "Exploit code maturity", group: Threat, values: &[("X", "not defined"), ("H", "done everywhere, or needs no tool"), ("F", "a working tool exists"), ("P", "shown to be possible"), ("U", "nobody has shown it")] },
    Metric { key: "RL", name: "Remediation level", group: Threat, values: &[("X", "not defined"), ("U", "no remedy"), ("W", "workaround"), ("T", "temporary fix"), ("O", "official fix")] },
    Metric { key: "RC", name: "Report confidence", group: Threat, values: &[("X", "not defined"), ("C", "confirmed"), ("R", "reasonable"), ("U", "not known")] },
    Metric { key: "CR", name: "Need for confidentiality", group: Environmental, values: NEED },
    Metric { key: "IR", name: "Need for integrity", group: Environmental, values: NEED },
    Metric { key: "AR", name: "Need for availability", group: Environmental, values: NEED },
    Metric { key: "MAV", name: "Attack vector here", group: Environmental, values: &[("X", "as in the base"), ("N", "from anywhere over the network"), ("A", "from the same network"), ("L", "on the machine itself"), ("P", "by touching it")] },
    Metric { key: "MAC", name: "Attack complexity here", group: Environmental, values: &[("X", "as in the base"), ("L", "easy"), ("H", "hard")] },
    Metric { key: "MPR", name: "Privileges required here", group: Environmental, values: &[("X", "as in the base"), ("N", "none"), ("L", "those of a user"), ("H", "those of an administrator")] },
    Metric { key: "MUI", name: "User interaction here", group: Environmental, values: &[("X", "as in the base"), ("N", "nobody has to help"), ("R", "somebody has to do something")] },
    Metric { key: "MS", name: "Scope here", group: Environmental, values: &[("X", "as in the base"), ("U", "harm stays inside what is attacked"), ("C", "harm reaches other systems")] },
    Metric { key: "MC", name: "Confidentiality impact here", group: Environmental, values: MODIFIED_IMPACT },
    Metric { key: "MI", name: "Integrity impact here", group: Environmental, values: MODIFIED_IMPACT },
    Metric { key: "MA", name: "Availability impact here", group: Environmental, values: MODIFIED_IMPACT },
];
