//! The metrics of CVSS 4.0.

use super::Group::{Base, Environmental, Supplemental, Threat};
use super::Metric;

const IMPACT: &[(&str, &str)] = &[("H", "high"), ("L", "low"), ("N", "none")];
const MODIFIED: &[(&str, &str)] = &[("X", "as in the base"), ("H", "high"), ("L", "low"), ("N", "none")];
const SAFETY: &[(&str, &str)] = &[("X", "as in the base"), ("S", "people may be hurt"), ("H", "high"), ("L", "low"), ("N", "none")];
const NEED: &[(&str, &str)] = &[("X", "not defined"), ("H", "high"), ("M", "medium"), ("L", "low")];

#[rustfmt::skip]
pub(super) const METRICS: &[Metric] = &[
    Metric { key: "AV", name: "Attack vector", group: Base, values: &[("N", "from anywhere over the network"), ("A", "from the same network"), ("L", "on the machine itself"), ("P", "by touching it")] },
    Metric { key: "AC", name: "Attack complexity", group: Base, values: &[("L", "easy: no protection to get around"), ("H", "hard: protection has to be got around")] },
    Metric { key: "AT", name: "Attack requirements", group: Base, values: &[("N", "none"), ("P", "circumstances that the attacker does not control")] },
    Metric { key: "PR", name: "Privileges required", group: Base, values: &[("N", "none"), ("L", "those of a user"), ("H", "those of an administrator")] },
    Metric { key: "UI", name: "User interaction", group: Base, values: &[("N", "nobody has to help"), ("P", "somebody does something ordinary"), ("A", "somebody does something unusual")] },
    Metric { key: "VC", name: "Confidentiality impact on the system", group: Base, values: IMPACT },
    Metric { key: "VI", name: "Integrity impact on the system", group: Base, values: IMPACT },
    Metric { key: "VA", name: "Availability impact on the system", group: Base, values: IMPACT },
    Metric { key: "SC", name: "Confidentiality impact on other systems", group: Base, values: IMPACT },
    Metric { key: "SI", name: "Integrity impact on other systems", group: Base, values: IMPACT },
    Metric { key: "SA", name: "Availability impact on other systems", group: Base, values: IMPACT },
    Metric { key: "E", name: "Exploit maturity", group: Threat, values: &[("X", "not defined"), ("A", "attacks were seen"), ("P", "shown to be possible"), ("U", "nobody has shown it")] },
    Metric { key: "CR", name: "Need for confidentiality", group: Environmental, values: NEED },
    Metric { key: "IR", name: "Need for integrity", group: Environmental, values: NEED },
    Metric { key: "AR", name: "Need for availability", group: Environmental, values: NEED },
    Metric { key: "MAV", name: "Attack vector here", group: Environmental, values: &[("X", "as in the base"), ("N", "from anywhere over the network"), ("A", "from the same network"), ("L", "on the machine itself"), ("P", "by touching it")] },
    Metric { key: "MAC", name: "Attack complexity here", group: Environmental, values: &[("X", "as in the base"), ("L", "easy"), ("H", "hard")] },
    Metric { key: "MAT", name: "Attack requirements here", group: Environmental, values: &[("X", "as in the base"), ("N", "none"), ("P", "circumstances that the attacker does not control")] },
    Metric { key: "MPR", name: "Privileges required here", group: Environmental, values: &[("X", "as in the base"), ("N", "none"), ("L", "those of a user"), ("H", "those of an administrator")] },
    Metric { key: "MUI", name: "User interaction here", group: Environmental, values: &[("X", "as in the base"), ("N", "nobody has to help"), ("P", "somebody does something ordinary"), ("A", "somebody does something unusual")] },
    Metric { key: "MVC", name: "Confidentiality impact on the system here", group: Environmental, values: MODIFIED },
    Metric { key: "MVI", name: "Integrity impact on the system here", group: Environmental, values: MODIFIED },
    Metric { key: "MVA", name: "Availability impact on the system here", group: Environmental, values: MODIFIED },
    Metric { key: "MSC", name: "Confidentiality impact on other systems here", group: Environmental, values: MODIFIED },
    Metric { key: "MSI", name: "Integrity impact on other systems here", group: Environmental, values: SAFETY },
    Metric { key: "MSA", name: "Availability impact on other systems here", group: Environmental, values: SAFETY },
    Metric { key: "S", name: "Safety", group: Supplemental, values: &[("X", "not defined"), ("P", "people may be hurt"), ("N", "hardly anybody would be hurt")] },
    Metric { key: "AU", name: "Automatable", group: Supplemental, values: &[("X", "not defined"), ("N", "each attack takes a person"), ("Y", "a program can attack many")] },
    Metric { key: "R", name: "Recovery", group: Supplemental, values: &[("X", "not defined"), ("A", "recovers by itself"), ("U", "somebody has to help"), ("I", "cannot be recovered")] },
    Metric { key: "V", name: "Value density", group: Supplemental, values: &[("X", "not defined"), ("D", "little to gain at each place"), ("C", "much to gain at one place")] },
    Metric { key: "RE", name: "Effort to respond", group: Supplemental, values: &[("X", "not defined"), ("L", "low"), ("M", "moderate"), ("H", "high")] },
    Metric { key: "U", name: "Urgency", group: Supplemental, values: &[("X", "not defined"), ("Clear", "for information"), ("Green", "low"), ("Amber", "moderate"), ("Red", "highest")] },
];
