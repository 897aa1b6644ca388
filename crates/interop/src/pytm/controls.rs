//! The controls of pytm and what they are in our catalogue.

use serde_json::Value as Json;

use crate::draft::Entry;
use crate::read::{flag, text};

/// A control of ours and the ones of pytm that are each enough for it.
pub(super) type Row = (&'static str, &'static [&'static str]);

/// Of everything that runs.
const PROCESS: &[Row] = &[
    ("client-authentication", &["authenticatesSource"]),
    ("access-control", &["hasAccessControl", "authorizesSource"]),
    ("server-side-authorization", &["authorizesSource"]),
    ("least-privilege", &["implementsPOLP"]),
    ("input-validation", &["validatesInput"]),
    ("allow-list-validation", &["sanitizesInput"]),
    ("output-encoding", &["encodesOutput"]),
    ("parameterized-queries", &["usesParameterizedInput"]),
    ("csrf-protection", &["implementsCSRFToken"]),
    ("session-management", &["usesStrongSessionIdentifiers", "verifySessionIdentifiers"]),
    ("safe-xml-parsing", &["disablesDTD"]),
    ("rate-limiting", &["handlesResourceConsumption"]),
    ("backpressure", &["isResilient"]),
    ("resource-limits", &["handlesResourceConsumption"]),
    ("hardening", &["isHardened"]),
    ("mfa", &["usesMFA"]),
    ("signed-artifacts", &["usesCodeSigning"]),
    ("memory-protection", &["checksInputBounds", "usesSecureFunctions"]),
    ("strict-http-parsing", &["implementsStrictHTTPValidation", "encodesHeaders"]),
    ("server-side-rules", &["implementsServerSideValidation"]),
    ("token-validation", &["usesStrongSessionIdentifiers", "providesIntegrity"]),
];

/// Of what keeps data.
const STORE: &[Row] = &[
    ("client-authentication", &["authenticatesSource"]),
    ("access-control", &["hasAccessControl", "authorizesSource"]),
    ("least-privilege", &["implementsPOLP"]),
    ("encryption-at-rest", &["isEncryptedAtRest"]),
    ("hardening", &["isHardened"]),
    ("mfa", &["usesMFA"]),
];

/// Of people and foreign systems.
const OUTSIDER: &[Row] = &[("strong-identification", &["implementsAuthenticationScheme", "usesMFA", "authenticatesSource"])];

/// Of flows.
const FLOW: &[Row] = &[
    ("encryption-in-transit", &["isEncrypted"]),
    ("message-integrity", &["providesIntegrity", "isEncrypted"]),
    ("service-authentication", &["authenticatesDestination"]),
    ("client-authentication", &["authenticatesSource", "implementsAuthenticationScheme"]),
    ("replay-protection", &["implementsNonce"]),
];

/// Controls that pytm has and no rule of its own reads, and that our catalogue has no word for.
pub(super) const UNREAD: &[&str] =
    &["handlesCrashes", "handlesInterruptions", "tracksExecutionFlow", "definesConnectionTimeout", "disablesiFrames"];

/// The controls of an element of a kind. What the file does not mention at all is left open.
pub(super) fn of_element(entry: Entry, kind: &str, element: &Json) -> Entry {
    with(entry, rows(kind), element)
}

/// The controls that mean something for an element of a kind, or for a flow.
pub(super) fn rows(kind: &str) -> &'static [Row] {
    match kind {
        "actor" | "external" => OUTSIDER,
        "store" => STORE,
        "flow" => FLOW,
        _ => PROCESS,
    }
}

/// The controls of a flow. A protocol that encrypts by itself says more than a flag that was never set.
pub(super) fn of_flow(entry: Entry, flow: &Json, encrypts: bool) -> Entry {
    let vpn = flag(flow, "usesVPN") || flow.get("controls").is_some_and(|controls| flag(controls, "usesVPN"));
    if vpn {
        let entry = entry.fact("controls", "encryption-in-transit", "yes").fact("controls", "message-integrity", "yes");
        return with(entry, FLOW.get(2..).unwrap_or_default(), flow);
    }
    if encrypts {
        return with(entry, FLOW.get(3..).unwrap_or_default(), flow);
    }
    with(entry, FLOW, flow)
}

fn with(entry: Entry, rows: &[Row], thing: &Json) -> Entry {
    let Some(controls) = thing.get("controls").filter(|controls| controls.is_object()) else { return entry };
    rows.iter().fold(entry, |entry, (ours, theirs)| {
        if theirs.iter().all(|name| controls.get(*name).is_none()) {
            return entry;
        }
        let there = theirs.iter().any(|name| flag(controls, name));
        entry.fact("controls", ours, if there { "yes" } else { "no" })
    })
}

/// The algorithm that is named for encryption.
pub(super) fn algorithm(thing: &Json) -> String {
    thing.get("controls").map(|controls| text(controls, "usesEncryptionAlgorithm").into_owned()).unwrap_or_default()
}
