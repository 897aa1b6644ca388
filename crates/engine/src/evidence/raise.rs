//! What a finding does to the rating of the threats that it realises.
//!
//! Somebody has seen the weakness, so the threat is likelier than its rule says, and what stands against it did not stop
//! it: the current risk is the whole risk.

use std::sync::Arc;

use redan_model::evidence::FindingSeverity;

use super::{Assessment, LinkedFinding};
use crate::Policy;
use crate::analysis::{Status, Threat};

/// Raises the threats that findings realise.
pub(crate) fn raise(assessment: &Assessment, policy: &Policy, threats: &mut [Threat]) {
    for threat in threats.iter_mut().filter(|threat| super::links::stands(threat)) {
        let open: Vec<&LinkedFinding> = assessment.of_threat(&threat.id).filter(|linked| linked.is_open()).collect();
        if let Some(worst) = open.iter().map(|linked| linked.finding.severity).max() {
            one(threat, policy, worst, &open);
        }
    }
}

/// By how many steps a finding raises the likelihood.
fn steps(severity: FindingSeverity) -> u8 {
    match severity {
        FindingSeverity::Critical | FindingSeverity::High => 2,
        FindingSeverity::Medium | FindingSeverity::Low => 1,
        FindingSeverity::Info => 0,
    }
}

fn one(threat: &mut Threat, policy: &Policy, worst: FindingSeverity, open: &[&LinkedFinding]) {
    let Some((likelihood, impact)) = threat.rating.likelihood.zip(threat.rating.impact) else { return };
    let added = steps(worst).min(5_u8.saturating_sub(likelihood));
    let what = match open {
        [one] => format!("{} was found, {}", one.finding.rule, worst.as_str()),
        many => format!("{} findings realise it, the worst {}", many.len(), worst.as_str()),
    };
    let reason: Arc<str> = format!("+{added} {what}").into();
    threat.rating_reasons = threat.rating_reasons.iter().cloned().chain([reason]).collect();
    let likelihood = likelihood + added;
    let risk = likelihood * impact;
    threat.rating.likelihood = Some(likelihood);
    threat.rating.risk = Some(risk);
    threat.rating.band = Some(policy.band(risk));
    if let Some((low, high)) = threat.range {
        threat.range = Some((low, high.max(risk)));
    }
    let residual = &mut threat.residual;
    residual.inherent = residual.inherent.max(Some(risk));
    if steps(worst) > 0 {
        residual.current = Some(risk);
    }
    if matches!(threat.status, Status::Accepted | Status::Transferred) {
        (residual.current, residual.target) = (Some(risk), Some(risk));
    }
}
