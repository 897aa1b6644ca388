//! What the tracker says about how far mitigations have come, for the model: only what is beyond doubt, the rest is told.

use redan_engine::Analysis;
use redan_engine::analysis::Status;
use redan_model::Model;
use redan_model::lang::MitigationStatus;
use redan_report::backlog::Kind;

use crate::issue::{Closing, Found};
use crate::wanted::split;

/// What an issue means for the model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The mitigation gets this status.
    Set(MitigationStatus),
    /// A person has to say in the model what it means.
    Ask,
}

/// What one issue says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pulled {
    /// The task.
    pub task: String,
    /// The mitigation or the threat.
    pub id: String,
    /// The issue.
    pub issue: String,
    /// What it means.
    pub verdict: Verdict,
    /// Why.
    pub reason: String,
}

/// What the issues of a model say that the model does not say yet, in the order of tasks.
pub fn pull(model: &Model, analysis: &Analysis, found: &[Found]) -> Vec<Pulled> {
    let mut pulled: Vec<Pulled> = found.iter().filter_map(|issue| pulled(model, analysis, issue)).collect();
    pulled.sort_by(|a, b| (&a.task, &a.issue).cmp(&(&b.task, &b.issue)));
    // Two issues of one task say nothing for sure.
    let twice: Vec<bool> = pulled.iter().map(|one| pulled.iter().filter(|other| other.task == one.task).count() > 1).collect();
    for (one, twice) in pulled.iter_mut().zip(twice) {
        if twice {
            one.verdict = Verdict::Ask;
            one.reason.push_str(", but more than one issue has the mark of this task");
        }
    }
    pulled
}

fn pulled(model: &Model, analysis: &Analysis, issue: &Found) -> Option<Pulled> {
    let mark = issue.mark.as_ref()?;
    let (kind, id) = split(model, &mark.task)?;
    let closed_by_a_person = !issue.open && !mark.closed;
    let (verdict, reason) = match kind {
        Kind::Mitigate => {
            let status =
                model.root.mitigations.entries.get(id)?.value.status.as_ref().map_or(MitigationStatus::Proposed, |status| status.value);
            of_mitigation(status, issue, closed_by_a_person, mark.closed)?
        }
        Kind::Decide => {
            let is_open = analysis.threats.iter().any(|threat| threat.id == id && threat.status == Status::Open);
            let reason = "it is closed; say in the model what was decided about the threat".to_owned();
            (closed_by_a_person && is_open).then_some((Verdict::Ask, reason))?
        }
    };
    Some(Pulled { task: mark.task.clone(), id: id.to_owned(), issue: issue.key.clone(), verdict, reason })
}

fn of_mitigation(status: MitigationStatus, issue: &Found, closed_by_a_person: bool, closed_by_us: bool) -> Option<(Verdict, String)> {
    use MitigationStatus::{Implemented, InProgress, Planned, Proposed, Rejected};
    let is_unfinished = matches!(status, Proposed | Planned | InProgress);
    if closed_by_a_person && is_unfinished {
        return Some(match issue.closing {
            Closing::Done => (Verdict::Set(Implemented), "it is closed as done".to_owned()),
            Closing::Dropped => {
                let reason = "it is closed without being done; reject the mitigation in the model, or accept the risk";
                (Verdict::Ask, reason.to_owned())
            }
        });
    }
    if issue.open && closed_by_us && matches!(status, Implemented | Rejected) {
        let reason = format!("a person opened it again, and the mitigation is `{}` in the model", status.as_str());
        return Some((Verdict::Ask, reason));
    }
    if issue.open && issue.started && matches!(status, Proposed | Planned) {
        return Some((Verdict::Set(InProgress), "somebody works on it".to_owned()));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mark::Mark;
    use serde_json::Value;

    fn issue(open: bool, closing: Closing, started: bool) -> Found {
        let mark = Mark { task: "shop/mitigate/a".to_owned(), hash: String::new(), title: String::new(), closed: false };
        Found {
            key: "1".to_owned(),
            url: String::new(),
            title: String::new(),
            labels: Vec::new(),
            open,
            closing,
            started,
            mark: Some(mark),
            hash: String::new(),
            body: Value::Null,
            revision: 0,
        }
    }

    #[test]
    fn only_what_is_beyond_doubt_becomes_a_status() {
        use MitigationStatus::*;
        let verdict = |status, issue: &Found, by_us: bool| {
            let by_person = !issue.open && !by_us;
            of_mitigation(status, issue, by_person, by_us).map(|(verdict, _)| verdict)
        };
        let (done, dropped) = (issue(false, Closing::Done, false), issue(false, Closing::Dropped, false));
        let (open, started) = (issue(true, Closing::Done, false), issue(true, Closing::Done, true));
        for unfinished in [Proposed, Planned, InProgress] {
            assert_eq!(verdict(unfinished, &done, false), Some(Verdict::Set(Implemented)));
            assert_eq!(verdict(unfinished, &dropped, false), Some(Verdict::Ask));
            assert_eq!(verdict(unfinished, &done, true), None, "we closed it, and the model changed since");
            assert_eq!(verdict(unfinished, &open, false), None);
        }
        assert_eq!(verdict(Planned, &started, false), Some(Verdict::Set(InProgress)));
        assert_eq!(verdict(InProgress, &started, false), None);
        assert_eq!(verdict(Implemented, &done, false), None);
        assert_eq!(verdict(Implemented, &open, true), Some(Verdict::Ask));
    }
}
