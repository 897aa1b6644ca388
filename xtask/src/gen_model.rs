//! `cargo xtask gen-model`: a valid model of any size, the same for the same numbers, to measure with.
//!
//! The system is a row of segments, each with its network, services, stores and people; most flows stay in their
//! segment, as in real systems, and some things are stated, some not, so that every kind of answer occurs.

use std::fmt::Write as _;
use std::fs;
use std::io::Write;
use std::path::PathBuf;

use anyhow::Context;
use clap::Args;

/// Arguments of `gen-model`.
#[derive(Debug, Args)]
pub(crate) struct GenModelArgs {
    /// How many elements
    elements: usize,
    /// How many flows
    flows: usize,
    /// Where to write it, instead of standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// Runs `gen-model`.
pub(crate) fn run(args: &GenModelArgs, out: &mut dyn Write) -> anyhow::Result<()> {
    let model = model(args.elements, args.flows);
    match &args.output {
        Some(path) => fs::write(path, model).with_context(|| format!("writing {}", path.display())),
        None => Ok(out.write_all(model.as_bytes())?),
    }
}

/// Elements of one segment.
const SEGMENT: usize = 20;

/// Writes a model.
pub(crate) fn model(elements: usize, flows: usize) -> String {
    let mut text = format!("redan: 1\nname: Generated system of {elements} elements and {flows} flows\nversion: 1.0.0\n");
    let segments = elements.div_ceil(SEGMENT).max(1);
    text.push_str("\nassets:\n");
    for segment in 0..segments {
        let data = ["pii", "credentials", "financial", "payment", "logs"][segment % 5];
        let level = ["high", "medium", "low", "critical"][segment % 4];
        let _ = writeln!(
            text,
            "  records-{segment}: {{data: [{data}], confidentiality: {level}, integrity: high, availability: medium}}\n  token-{segment}: {{kind: secret, data: [credentials], confidentiality: high, integrity: high, availability: low}}"
        );
    }
    text.push_str("\nzones:\n  internet: {trust: untrusted}\n  partners: {trust: external, kind: organisation}\n");
    for segment in 0..segments {
        let _ = writeln!(
            text,
            "  edge-{segment}: {{trust: partner}}\n  inner-{segment}: {{trust: internal}}\n  data-{segment}: {{trust: privileged, in: inner-{segment}}}"
        );
    }
    text.push_str("\nelements:\n");
    (0..elements).for_each(|ix| element(ix, &mut text));
    if elements > 0 {
        text.push_str("\nflows:\n");
        let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15);
        (0..flows).for_each(|ix| flow(ix, elements, &mut numbers, &mut text));
    }
    text
}

fn element(ix: usize, text: &mut String) {
    let (segment, role) = (ix / SEGMENT, ix % SEGMENT);
    let entry = match role {
        0 => "kind: actor, tech: browser, zone: internet".to_owned(),
        1 => "kind: external, zone: partners".to_owned(),
        2 => format!("kind: process, tech: api-gateway, zone: edge-{segment}, controls: {{rate-limiting: yes}}"),
        3 => {
            format!("kind: process, tech: web-application, zone: edge-{segment}, controls: {{input-validation: yes, csrf-protection: no}}")
        }
        4 => format!("kind: process, tech: identity-provider, zone: inner-{segment}, controls: {{mfa: no}}"),
        16 | 18 => {
            format!("kind: store, tech: sql-database, zone: data-{segment}, holds: [records-{segment}], controls: [encryption-at-rest]")
        }
        17 => format!("kind: store, tech: object-storage, zone: data-{segment}, holds: [records-{segment}]"),
        19 => format!("kind: store, tech: message-queue, zone: inner-{segment}"),
        _ if role % 4 == 3 => format!("kind: process, zone: inner-{segment}"),
        _ => format!(
            "kind: process, tech: application-service, zone: inner-{segment}, controls: {{access-control: yes, audit-log: unknown}}"
        ),
    };
    let _ = writeln!(text, "  {}: {{{entry}}}", id(ix));
}

fn id(ix: usize) -> String {
    const ROLES: [&str; 5] = ["user", "partner", "gateway", "web", "login"];
    let (segment, role) = (ix / SEGMENT, ix % SEGMENT);
    match role {
        0..=4 => format!("{}-{segment}", ROLES[role]),
        16..=19 => format!("store-{segment}-{role}"),
        _ => format!("service-{segment}-{role}"),
    }
}

fn flow(ix: usize, elements: usize, numbers: &mut Numbers, text: &mut String) {
    let from = numbers.below(elements);
    let segment = from / SEGMENT;
    // One flow in eight leaves its segment.
    let start = if numbers.below(8) == 0 { numbers.below(elements) / SEGMENT * SEGMENT } else { segment * SEGMENT };
    let to = start + numbers.below(SEGMENT.min(elements - start));
    // Stores do not open exchanges, and nobody opens one to a person.
    let source = if from % SEGMENT >= 16 { segment * SEGMENT + from % SEGMENT % 4 } else { from };
    let target = if to.is_multiple_of(SEGMENT) { (to + 2).min(elements - 1) } else { to };
    let asset = target / SEGMENT;
    let protocol = match target % SEGMENT {
        16 | 18 => " over sql",
        19 => " over amqp",
        role if role % 5 == 4 => "",
        role if role % 7 == 6 => " over http",
        _ => " over https",
    };
    let moves = match numbers.below(4) {
        0 => format!(" carrying token-{asset} returning records-{asset}"),
        1 => format!(" carrying records-{asset}"),
        2 => format!(" returning records-{asset}"),
        _ => String::new(),
    };
    let _ = writeln!(text, "  flow-{ix}: {} -> {}{protocol}{moves}", id(source), id(target));
}

/// A fixed sequence of numbers that look random (xorshift).
pub(crate) struct Numbers(pub(crate) u64);

impl Numbers {
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % limit.max(1) as u64).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn loaded(elements: usize, flows: usize) -> redan_model::Loaded {
        let vocabulary = redan_engine::Knowledge::embedded().vocabulary();
        redan_model::load_text("generated.tm.yaml", &model(elements, flows), &vocabulary)
    }

    #[test]
    fn a_generated_model_has_the_asked_size_and_no_errors() {
        for (elements, flows) in [(1, 1), (7, 12), (63, 120), (300, 600)] {
            let loaded = loaded(elements, flows);
            let errors: Vec<&str> = loaded.diagnostics.iter().filter(|d| d.is_error()).map(|d| d.message.as_str()).collect();
            assert_eq!(errors, Vec::<&str>::new());
            assert_eq!((loaded.model.elements.len(), loaded.model.flows.len()), (elements, flows));
        }
    }

    #[test]
    fn the_same_numbers_give_the_same_model() {
        assert_eq!(model(40, 80), model(40, 80));
    }
}
