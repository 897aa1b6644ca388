//! Which threats a finding realises: those that its report names, those whose mitigation is checked by its rule, and
//! those of the same weakness at the same place.

use redan_model::evidence::{Evidence, Finding};
use redan_model::lang::{MitigationStatus, VerifyMethod};
use redan_model::{ElementIx, Model, Thing};
use rustc_hash::FxHashMap;

use super::LinkedFinding;
use super::matching::{Code, means_finding, speaks};
use crate::Knowledge;
use crate::analysis::{Status, Threat};

/// What a package with a known flaw is by itself: use of something vulnerable or no longer maintained.
const WEAK_PACKAGE: [u32; 2] = [1395, 1104];

/// Links findings with elements and threats.
pub(super) fn link(model: &Model, knowledge: &Knowledge, evidence: &Evidence, threats: &[Threat], findings: &mut [LinkedFinding]) {
    let linker = Linker::new(model, knowledge, threats);
    for linked in findings {
        linked.elements = linker.elements(&linked.finding);
        let mut found = linker.by_weakness(&linked.finding, &linked.elements);
        found.extend(linker.by_name(&linked.finding));
        if let Some(report) = evidence.reports.get(linked.report) {
            found.extend(linker.by_check(&linked.finding, |method| speaks(method, report)));
        }
        found.sort_unstable();
        found.dedup();
        linked.threats = found.into_iter().map(|at| threats[at].id.clone()).collect();
    }
}

struct Linker<'m> {
    model: &'m Model,
    threats: &'m [Threat],
    code: Code,
    /// Indices of threats by weakness.
    by_weakness: FxHashMap<u32, Vec<usize>>,
    /// Checks of scanners with the threats that their mitigation deals with.
    checks: Vec<(VerifyMethod, &'m str, Vec<usize>)>,
    /// Paths of addresses at which elements answer.
    entries: Vec<(ElementIx, &'m str)>,
}

impl<'m> Linker<'m> {
    fn new(model: &'m Model, knowledge: &Knowledge, threats: &'m [Threat]) -> Self {
        let mut by_weakness: FxHashMap<u32, Vec<usize>> = FxHashMap::default();
        for (at, threat) in threats.iter().enumerate().filter(|(_, threat)| stands(threat)) {
            let numbers = threat.references(knowledge).get("cwe").cloned().unwrap_or_default();
            for number in numbers.iter().filter_map(|number| number.trim_start_matches("CWE-").parse().ok()) {
                by_weakness.entry(number).or_default().push(at);
            }
        }
        Self { model, threats, code: Code::of(model), by_weakness, checks: checks(model, threats), entries: entries(model) }
    }

    /// The elements whose code or entry point a finding is in.
    fn elements(&self, finding: &Finding) -> Vec<ElementIx> {
        if let Some(path) = &finding.path {
            return self.code.elements(path);
        }
        let Some(url) = &finding.url else { return Vec::new() };
        let path = url.split_once("://").map_or(url.as_str(), |(_, rest)| rest.find('/').map_or("/", |at| &rest[at..]));
        let is_at = |entry: &str| path == entry || (entry.len() > 1 && path.strip_prefix(entry).is_some_and(|rest| rest.starts_with('/')));
        let mut found: Vec<ElementIx> = self.entries.iter().filter(|(_, entry)| is_at(entry)).map(|(ix, _)| *ix).collect();
        found.dedup();
        found
    }

    fn by_name(&self, finding: &Finding) -> Vec<usize> {
        let named = |threat: &Threat| finding.threat.as_ref().is_some_and(|id| threat.id == *id || threat.merged.contains(id));
        self.threats.iter().position(named).into_iter().collect()
    }

    fn by_check(&self, finding: &Finding, speaks: impl Fn(VerifyMethod) -> bool) -> Vec<usize> {
        let means = |check: &&(VerifyMethod, &str, Vec<usize>)| speaks(check.0) && means_finding(check.1, finding);
        self.checks.iter().filter(means).flat_map(|(_, _, threats)| threats.iter().copied()).collect()
    }

    fn by_weakness(&self, finding: &Finding, elements: &[ElementIx]) -> Vec<usize> {
        let mut weaknesses: Vec<u32> = Vec::new();
        if finding.package.is_some() {
            weaknesses.extend(WEAK_PACKAGE);
        }
        // What a flaw in a package does shows at the element that uses it, if that is known.
        if finding.package.is_none() || !elements.is_empty() {
            weaknesses.extend(&finding.cwe);
        }
        let of = weaknesses.iter().filter_map(|number| self.by_weakness.get(number)).flatten().copied();
        let there: Vec<usize> = of.filter(|at| self.is_there(finding, elements, &self.threats[*at])).collect();
        // What may not even exist is meant only if nothing that exists is.
        let (certain, unsure): (Vec<usize>, Vec<usize>) = there.into_iter().partition(|at| self.threats[*at].status != Status::Question);
        if certain.is_empty() { unsure } else { certain }
    }

    /// Whether a finding may be where a threat is.
    fn is_there(&self, finding: &Finding, elements: &[ElementIx], threat: &Threat) -> bool {
        if threat.subjects.contains(&Thing::Model) {
            return true;
        }
        let places: Vec<ElementIx> = threat.subjects.iter().flat_map(|thing| places(self.model, *thing)).collect();
        if !elements.is_empty() {
            return places.iter().any(|place| elements.contains(place));
        }
        // In a file that no element claims, only things that do not say where their code is can be meant.
        finding.path.is_none() || !places.iter().any(|place| self.code.is_stated(*place))
    }
}

/// Whether a threat can come true at all.
pub(super) fn stands(threat: &Threat) -> bool {
    !matches!(threat.status, Status::Avoided | Status::FalsePositive | Status::NotApplicable)
}

/// The elements that a thing is, joins or encloses.
pub(super) fn places(model: &Model, thing: Thing) -> Vec<ElementIx> {
    match thing {
        Thing::Model => Vec::new(),
        Thing::Element(ix) => vec![ix],
        Thing::Flow(ix) => vec![model[ix].source, model[ix].target],
        Thing::Zone(ix) => model[ix].members.clone(),
        Thing::Asset(ix) => model[ix].holders.iter().chain(&model[ix].on).copied().collect(),
    }
}

fn checks<'m>(model: &'m Model, threats: &[Threat]) -> Vec<(VerifyMethod, &'m str, Vec<usize>)> {
    let mut all = Vec::new();
    for (id, entry) in &model.root.mitigations.entries {
        let mitigation = &entry.value;
        if mitigation.status.as_ref().is_some_and(|status| status.value == MitigationStatus::Rejected) {
            continue;
        }
        let of: Vec<usize> =
            threats.iter().enumerate().filter(|(_, t)| stands(t) && t.mitigations.contains(id)).map(|(at, _)| at).collect();
        let inner = mitigation.acceptance.values().flat_map(|criterion| criterion.verify.values());
        for check in inner.chain(mitigation.verify.values()) {
            all.push((check.method.value, check.what.value.as_str(), of.clone()));
        }
    }
    all
}

fn entries(model: &Model) -> Vec<(ElementIx, &str)> {
    let mut all = Vec::new();
    for (at, element) in model.elements.iter().enumerate() {
        let ix = ElementIx(u32::try_from(at).unwrap_or(u32::MAX));
        let paths = element.stated.entry_points.values().filter_map(|entry| entry.split_whitespace().find(|word| word.starts_with('/')));
        all.extend(paths.map(|path| (ix, path.trim_end_matches('*'))));
    }
    all
}
