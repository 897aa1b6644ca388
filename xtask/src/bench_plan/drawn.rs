//! Random models for `bench-plan`: threats with ratings, mitigations with costs, and what ties them together.

use std::fmt::Write as _;

use crate::gen_model::Numbers;

/// What mitigations cost.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Costs {
    /// Half a day to twenty days, in half days.
    Spread,
    /// One of six numbers of days.
    Few,
    /// Three days each.
    Same,
}

/// What a random model looks like.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shape {
    /// What is special about it.
    pub(crate) name: &'static str,
    /// How many mitigations a threat has, at least and at most.
    pub(crate) each: (usize, usize),
    /// The steps that mitigations may take.
    pub(crate) strengths: &'static [u8],
    pub(crate) costs: Costs,
    /// How many mitigations of a hundred need an earlier one.
    pub(crate) needs: usize,
    /// How many of a hundred lower the impact instead of the likelihood.
    pub(crate) impact: usize,
    /// Services whose stated gaps raise threats by rules, which four mitigations each close together.
    pub(crate) services: usize,
    /// How many risks of a hundred are goals of attack trees instead of threats. A tree has a way for each of its mitigations.
    pub(crate) trees: usize,
}

/// A mitigation.
#[derive(Debug, Clone)]
pub(crate) struct Mitigation {
    pub(crate) hours: u64,
    pub(crate) steps: u8,
    pub(crate) lowers_impact: bool,
    pub(crate) needs: Option<usize>,
}

/// A threat.
#[derive(Debug, Clone)]
pub(crate) struct Threat {
    pub(crate) likelihood: u8,
    pub(crate) impact: u8,
    pub(crate) mitigations: Vec<usize>,
}

/// A random model.
#[derive(Debug, Clone)]
pub(crate) struct Drawn {
    pub(crate) mitigations: Vec<Mitigation>,
    pub(crate) threats: Vec<Threat>,
    /// How many of the threats are written as trees: those at the end.
    trees: usize,
    services: usize,
}

/// What the mitigations of a service bring.
const CLOSED: [&str; 4] = ["input-validation", "access-control", "audit-log", "rate-limiting"];

impl Drawn {
    /// The model of a seed.
    pub(crate) fn new(shape: &Shape, seed: u64, mitigations: usize, threats: usize) -> Self {
        let mut numbers = Numbers(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        (0..8).for_each(|_| {
            numbers.below(2);
        });
        let mitigation = |at: usize| Mitigation {
            hours: match shape.costs {
                Costs::Spread => 4 + 4 * numbers.below(40) as u64,
                Costs::Few => [8, 16, 24, 40, 64, 104][numbers.below(6)],
                Costs::Same => 24,
            },
            steps: shape.strengths[numbers.below(shape.strengths.len())],
            lowers_impact: numbers.below(100) < shape.impact,
            needs: (at > 0 && numbers.below(100) < shape.needs).then(|| numbers.below(at)),
        };
        let mitigations: Vec<Mitigation> = (0..mitigations).map(mitigation).collect();
        let threat = |_| {
            let count = shape.each.0 + numbers.below(shape.each.1 - shape.each.0 + 1);
            let mut chosen: Vec<usize> = Vec::new();
            while chosen.len() < count.min(mitigations.len()) {
                let one = numbers.below(mitigations.len());
                if !chosen.contains(&one) {
                    chosen.push(one);
                }
            }
            chosen.sort_unstable();
            let mut level = || u8::try_from(1 + numbers.below(5)).unwrap_or(1);
            Threat { likelihood: level(), impact: level(), mitigations: chosen }
        };
        let threats: Vec<Threat> = (0..threats).map(threat).collect();
        let trees = threats.len() * shape.trees / 100;
        Self { mitigations, threats, trees, services: shape.services }
    }

    /// The model as text.
    pub(crate) fn text(&self) -> String {
        let mut text = "redan: 1\nname: Generated choice of mitigations\nassets: {orders: {confidentiality: high, integrity: high, availability: high}}\n\
            zones: {internet: {trust: untrusted}, inside: {trust: trusted}}\nelements:\n  user: {kind: actor, zone: internet}\n  system: {kind: process, zone: inside}\n"
            .to_owned();
        for at in 0..self.services {
            let gaps = CLOSED.map(|control| format!("{control}: no")).join(", ");
            let _ = writeln!(text, "  service-{at}: {{kind: process, tech: web-application, zone: inside, controls: {{{gaps}}}}}");
        }
        text.push_str("flows:\n  use: user -> system over https\n");
        for at in 0..self.services {
            let _ = writeln!(text, "  use-{at}: user -> service-{at} over https carrying orders returning orders");
        }
        text.push_str("mitigations:\n");
        for (at, mitigation) in self.mitigations.iter().enumerate() {
            let strength = ["weak", "moderate", "strong"][usize::from(mitigation.steps.clamp(1, 3)) - 1];
            let states = match (at / CLOSED.len() < self.services, mitigation.lowers_impact) {
                (true, _) => format!(", states: {{service-{}.controls.{}: yes}}", at / CLOSED.len(), CLOSED[at % CLOSED.len()]),
                (false, true) => ", states: {system.controls.redundancy: yes}".to_owned(),
                (false, false) => String::new(),
            };
            let needs = mitigation.needs.map_or(String::new(), |needed| format!(", needs: [M{needed}]"));
            let _ =
                writeln!(text, "  M{at}: {{title: Mitigation {at}, strength: {strength}, estimate: {}h{states}{needs}}}", mitigation.hours);
        }
        text.push_str("threats:\n");
        let (threats, trees) = self.threats.split_at(self.threats.len() - self.trees);
        for (at, threat) in threats.iter().enumerate() {
            let listed = threat.mitigations.iter().map(|m| format!("M{m}")).collect::<Vec<_>>().join(", ");
            let (likelihood, impact) = (threat.likelihood, threat.impact);
            let _ = writeln!(
                text,
                "  T{at}: {{title: Threat {at}, on: [system], likelihood: {likelihood}, impact: {impact}, mitigations: [{listed}]}}"
            );
        }
        if !trees.is_empty() {
            text.push_str("attack-trees:\n");
        }
        for (at, tree) in trees.iter().enumerate() {
            // The likelihoods 2 to 5, as probabilities.
            let likely = [0.1, 0.1, 0.3, 0.6, 0.9][usize::from(tree.likelihood.clamp(1, 5)) - 1];
            let way = |m: &usize| format!("{{do: Step, probability: {likely}, mitigations: [M{m}]}}");
            let ways: Vec<String> = tree.mitigations.iter().map(way).collect();
            let _ = writeln!(text, "  tree-{at}: {{goal: Goal {at}, asset: orders, any: [{}]}}", ways.join(", "));
        }
        text
    }
}
