//! The sections of a model and their records.

use std::sync::Arc;

use super::*;

/// The sections that hold records by id, in the order of the reference.
pub const SECTIONS: [&str; 14] = [
    "people",
    "assumptions",
    "assets",
    "attackers",
    "zones",
    "elements",
    "flows",
    "threats",
    "mitigations",
    "attack-trees",
    "diagrams",
    "reviews",
    "incidents",
    "changelog",
];

record! {
    /// A threat model: one system, in one file.
    pub struct Root {
        /// Version of the language; always `1`.
        redan: Opt<u32> = required_within(1.0, 1.0),
        /// Id of the model; the file's name without its endings, if not given.
        id: Opt<Id>,
        /// Name of the system, for people.
        name: Opt<String>,
        /// Version of the model or of the architecture that it describes.
        version: Opt<String>,
        /// What the system does, in a few sentences.
        description: Opt<String>,
        /// Who wrote the model: ids of `people`, or names.
        authors: List<String>,
        /// Who answers for the system: a person's id, a team, or free text.
        owner: Opt<String>,
        /// What is looked at, what is not, and why.
        scope: Opt<Scope>,
        /// Other model files whose parts this one refers to, as `name: path`.
        r#use: Map<String>,
        /// Who takes part.
        people: Map<Person>,
        /// What is taken to be true without proof.
        assumptions: Map<Assumption>,
        /// What is worth protecting.
        assets: Map<Arc<Asset>>,
        /// Who might attack.
        attackers: Map<Attacker>,
        /// Trust boundaries.
        zones: Map<Arc<Zone>>,
        /// Processes, stores and external entities.
        elements: Map<Arc<Element>>,
        /// Data flows.
        flows: Map<Arc<Flow>>,
        /// Threats written by hand, and answers to those that rules raise.
        threats: Map<ThreatEntry>,
        /// What is done about threats.
        mitigations: Map<Mitigation>,
        /// How an attacker's goal breaks down into steps.
        attack_trees: Map<AttackTree>,
        /// Pictures to draw.
        diagrams: Map<Diagram>,
        /// Sessions that were held or are planned.
        reviews: Map<Review>,
        /// What went wrong in the past.
        incidents: Map<Incident>,
        /// What changed in the model, for models outside version control.
        changelog: Map<Change>,
        /// Traits that everything in the model has, unless it says otherwise.
        traits: FactSet,
        /// Controls that the whole model has.
        controls: FactSet,
        /// Free words.
        tags: List<String>,
        /// Lints that do not apply here, as `code` or `code@subject`, each with the reason.
        suppress: Map<String>,
        /// Positions of nodes that were placed by hand; never has a meaning.
        layout: Opt<Verbatim>,
    }
}

record! {
    /// What is looked at, what is not, and why.
    pub struct Scope {
        /// The system in one sentence.
        target: Opt<String>,
        /// What the threat model is to find out.
        goals: List<String>,
        /// What is looked at.
        r#in: List<String>,
        /// What is not looked at, as `item: reason`.
        out: Reasons,
        /// What the model is to answer, or what is still open about the scope.
        questions: List<String>,
        /// Who approved the scope, and when.
        approved: Opt<Approval>,
    }
}

record! {
    /// Who approved something, and when.
    pub struct Approval {
        /// A person's id, or a name.
        by: Opt<String> = required(),
        /// The day.
        on: Opt<Date> = required(),
    }
}

record! {
    /// Somebody who takes part.
    pub struct Person {
        /// The name, if the id does not say it.
        name: Opt<String>,
        /// The part that they play.
        role: Opt<Role>,
        /// The team that they are in.
        team: Opt<String>,
        /// Whether they review the model.
        reviewer: Opt<YesNo>,
        /// Where to reach them.
        contact: Opt<String>,
    }
}

record! {
    /// Something taken to be true without proof.
    pub struct Assumption {
        /// The assumption, as a sentence.
        text: Opt<String> = required(),
        /// The facts that rest on it, as `path: value`.
        assumes: FactValues,
        /// Whether it turned out to be true; `unconfirmed` if not given.
        status: Opt<AssumptionStatus>,
        /// Who is to check it.
        owner: Opt<String>,
        /// When it is to be checked next.
        review: Opt<Date>,
        /// How it was confirmed or refuted.
        because: Opt<String>,
        /// Free words.
        tags: List<String>,
    }
}

record! {
    /// Something worth protecting.
    pub struct Asset {
        /// The name, if the id does not say it.
        name: Opt<String>,
        /// What it is.
        description: Opt<String>,
        /// What kind of thing it is; `data` if not given.
        kind: Opt<AssetKind>,
        /// Who answers for it: a person's id, a team, an element, or free text.
        owner: Opt<String>,
        /// Classes of data in it, such as `credentials` or `pii`.
        data: List<String>,
        /// The elements that a service asset is about.
        on: List<Id>,
        /// How much it matters that only the right people see it.
        confidentiality: Opt<LevelValue>,
        /// How much it matters that only the right people change it.
        integrity: Opt<LevelValue>,
        /// How much it matters that it is there when needed.
        availability: Opt<LevelValue>,
        /// How much it matters to the people whose data it is.
        privacy: Opt<LevelValue>,
        /// Whether it is one of the top assets.
        top: Opt<YesNo>,
        /// What it is like, beyond its data classes.
        traits: FactSet,
        /// What protects it wherever it is.
        controls: FactSet,
        /// Free words.
        tags: List<String>,
    }
}

record! {
    /// Somebody who might attack.
    pub struct Attacker {
        /// The name, if the id does not say it.
        name: Opt<String>,
        /// Who that is.
        description: Opt<String>,
        /// The zones or elements where they start.
        from: List<Id>,
        /// From 1 (curious) to 5 (a state).
        skill: Opt<Rating>,
        /// What they want.
        motive: Opt<String>,
        /// Whether they are one of us.
        insider: Opt<YesNo>,
        /// The assets that they are after.
        goals: List<Id>,
        /// Free words.
        tags: List<String>,
    }
}

record! {
    /// A trust boundary and what is inside it.
    pub struct Zone {
        /// The name, if the id does not say it.
        name: Opt<String>,
        /// What it is.
        description: Opt<String>,
        /// What the boundary is made of; `network` if not given.
        kind: Opt<ZoneKind>,
        /// How far what is inside is trusted, 0 to 100 or a word; its parent's if not given.
        trust: Opt<Trust>,
        /// The zone that it is in.
        r#in: Opt<Id>,
        /// Who answers for it.
        owner: Opt<String>,
        /// What it is like.
        traits: FactSet,
        /// What protects its edge, and what everything inside has.
        controls: FactSet,
        /// Why it is not looked at; handed down to what is inside.
        out_of_scope: Opt<String>,
        /// Free words.
        tags: List<String>,
    }
}

record! {
    /// A process, a store, a person or somebody else's system.
    pub struct Element {
        /// What it is in the data flow diagram.
        kind: Opt<ElementKind> = required(),
        /// The name, if the id does not say it.
        name: Opt<String>,
        /// What it does.
        description: Opt<String>,
        /// The zones that it is in, at most one chain of each kind; the first is the box that is drawn.
        zone: List<Id>,
        /// The element that it is part of.
        r#in: Opt<Id>,
        /// What it is built with, from the technology catalogue.
        tech: Opt<String>,
        /// Globs of the code that makes it.
        code: List<String>,
        /// Where people or systems can interact with it.
        entry_points: List<String>,
        /// The assets that it keeps.
        holds: List<Id>,
        /// Who answers for it.
        owner: Opt<String>,
        /// What it is or does.
        traits: FactSet,
        /// What protects it.
        controls: FactSet,
        /// Why it is not looked at.
        out_of_scope: Opt<String>,
        /// Free words.
        tags: List<String>,
    }
}

record! {
    /// Data that moves: `from` opens the exchange, `carries` goes to `to`, `returns` comes back.
    ///
    /// Short form: `browser -> web-app over https carrying credentials returning session-token`; `<->` for both ways.
    pub struct Flow or super::short::FlowText {
        /// The element that opens the exchange.
        from: Opt<Id> = required(),
        /// The element that it is opened to.
        to: Opt<Id> = required(),
        /// Whether either end may open it.
        both_ways: Opt<YesNo>,
        /// The protocol, from the protocol catalogue.
        protocol: Opt<String>,
        /// What is written on the arrow.
        label: Opt<String>,
        /// What it is for.
        description: Opt<String>,
        /// The assets that go to `to`.
        carries: List<Id>,
        /// The assets that come back.
        returns: List<Id>,
        /// Who answers for it.
        owner: Opt<String>,
        /// What it is like.
        traits: FactSet,
        /// What protects it.
        controls: FactSet,
        /// Why it is not looked at.
        out_of_scope: Opt<String>,
        /// Free words.
        tags: List<String>,
    }
}

record! {
    /// A threat written by hand, or the answer to one that a rule raised.
    ///
    /// A key of the form `<rule>@<subject>` (globs allowed) is an answer; any other key is a threat of its own.
    pub struct ThreatEntry {
        /// The threat, in a few words.
        title: Opt<String>,
        /// The elements, flows, zones or assets that it is about.
        on: List<Id>,
        /// STRIDE categories.
        stride: List<Stride>,
        /// LINDDUN categories.
        linddun: List<Linddun>,
        /// What happens.
        description: Opt<String>,
        /// Who or what does it.
        source: Opt<String>,
        /// What must be so before it can happen.
        prerequisite: Opt<String>,
        /// What the source does.
        action: Opt<String>,
        /// What comes of it.
        effect: Opt<String>,
        /// The assets that it harms.
        assets: List<Id>,
        /// From 1 (hardly ever) to 5 (expect it).
        likelihood: Opt<Rating>,
        /// From 1 (hardly noticed) to 5 (the business depends on it).
        impact: Opt<Rating>,
        /// A band stated by hand; reported where it disagrees with likelihood times impact.
        severity: Opt<Band>,
        /// Scores on other scales.
        scores: Opt<Arc<Scores>>,
        /// The day on which it was found.
        identified: Opt<Date>,
        /// What is done about it.
        mitigations: List<Id>,
        /// The threat written by hand that this one is the same as; the two are counted once.
        same_as: Opt<String>,
        /// What has been decided.
        status: Opt<ThreatStatus>,
        /// Why.
        because: Opt<String>,
        /// Who decided, or who deals with it.
        owner: Opt<String>,
        /// Until when an acceptance holds.
        until: Opt<Date>,
        /// Ids in public lists, such as `cwe: [307]`.
        references: Map<References>,
        /// Free words.
        tags: List<String>,
    }
}

/// What `business-impact` rates.
pub const BUSINESS_IMPACTS: &[&str] = &["financial", "reputation", "legal", "safety"];

/// The factors of the OWASP Risk Rating Methodology: threat agent, vulnerability, technical impact, business impact.
pub const OWASP_FACTORS: &[&str] = &[
    "skill-level",
    "motive",
    "opportunity",
    "size",
    "ease-of-discovery",
    "ease-of-exploit",
    "awareness",
    "intrusion-detection",
    "loss-of-confidentiality",
    "loss-of-integrity",
    "loss-of-availability",
    "loss-of-accountability",
    "financial-damage",
    "reputation-damage",
    "non-compliance",
    "privacy-violation",
];

/// The factors of DREAD.
pub const DREAD_FACTORS: &[&str] = &["damage", "reproducibility", "exploitability", "affected-users", "discoverability"];

record! {
    /// Scores on other scales than likelihood times impact.
    pub struct Scores {
        /// A CVSS vector, 2.0 to 4.0.
        cvss: Opt<super::cvss::Vector>,
        /// Levels for `financial`, `reputation`, `legal` and `safety`.
        business_impact: Map<Level> = keys(BUSINESS_IMPACTS),
        /// The 16 factors of the OWASP Risk Rating, 0 to 9 each.
        owasp_rr: Map<Number> = keys_within(OWASP_FACTORS, 0.0, 9.0),
        /// The five factors of DREAD, 0 to 10 each.
        dread: Map<Number> = keys_within(DREAD_FACTORS, 0.0, 10.0),
        /// Ranges for FAIR: how often it happens, and what it costs each time.
        fair: Opt<Fair>,
    }
}

record! {
    /// How often something happens and what it costs, as ranges.
    pub struct Fair {
        /// How often a year it happens and does harm.
        loss_event_frequency: Opt<Spread> = within(0.0, f64::MAX),
        /// How often a year somebody tries; with `vulnerability` it stands for `loss-event-frequency`.
        threat_event_frequency: Opt<Spread> = within(0.0, f64::MAX),
        /// Which share of the attempts succeeds, 0 to 1.
        vulnerability: Opt<Spread> = within(0.0, 1.0),
        /// What it costs each time.
        loss_magnitude: Opt<Spread> = within(0.0, f64::MAX),
        /// The currency of the costs, for people.
        currency: Opt<String>,
        /// The same once the planned mitigations are in place; what is left out stays as it is.
        after: Opt<FairAfter>,
    }
}

record! {
    /// What planned mitigations make of the ranges of FAIR.
    pub struct FairAfter {
        /// How often a year it happens and does harm.
        loss_event_frequency: Opt<Spread> = within(0.0, f64::MAX),
        /// How often a year somebody tries.
        threat_event_frequency: Opt<Spread> = within(0.0, f64::MAX),
        /// Which share of the attempts succeeds, 0 to 1.
        vulnerability: Opt<Spread> = within(0.0, 1.0),
        /// What it costs each time.
        loss_magnitude: Opt<Spread> = within(0.0, f64::MAX),
    }
}

record! {
    /// Something that is done about threats.
    pub struct Mitigation {
        /// What is done, in a few words.
        title: Opt<String> = required(),
        /// How.
        description: Opt<String>,
        /// The facts that it makes true once implemented, as `path: value`.
        states: FactValues,
        /// When it counts as done.
        acceptance: List<Acceptance>,
        /// Checks for the short form of `acceptance`.
        verify: List<Verify>,
        /// Who does it.
        owner: Opt<String>,
        /// By when.
        due: Opt<Date>,
        /// How much work it is, such as `3d`.
        estimate: Opt<Effort>,
        /// The mitigations that have to be in place before it.
        needs: List<Id>,
        /// How much it lowers the likelihood; from the control catalogue if not given.
        strength: Opt<Strength>,
        /// How far it has come; `proposed` if not given.
        status: Opt<MitigationStatus>,
        /// Why it was decided or rejected.
        because: Opt<String>,
        /// Ids in public lists.
        references: Map<References>,
        /// Free words.
        tags: List<String>,
    }
}

record! {
    /// One criterion that must hold before a mitigation counts as done.
    pub struct Acceptance or super::short::CriterionText {
        /// The criterion, so that two people would agree whether it holds.
        text: Opt<String> = required(),
        /// How it is checked.
        verify: List<Verify>,
    }
}

record! {
    /// How a check went.
    pub struct CheckResult {
        /// Whether it passed.
        passed: Opt<Passed> = required(),
        /// When it ran.
        on: Opt<Date>,
        /// Who ran it.
        by: Opt<String>,
        /// Where the proof is.
        evidence: Opt<String>,
    }
}

record! {
    /// How an attacker's goal breaks down into steps.
    pub struct AttackTree {
        /// What the attacker wants.
        goal: Opt<String> = required(),
        /// What it is about, in more words.
        description: Opt<String>,
        /// The asset that the goal harms.
        asset: Opt<Id>,
        /// One of these is enough.
        any: List<TreeNode>,
        /// All of these are needed.
        all: List<TreeNode>,
        /// All of these are needed, in this order.
        seq: List<TreeNode>,
        /// With `of`: this many of them are enough.
        at_least: Opt<u32> = within(1.0, f64::MAX),
        /// With `of`: no more of them than this; as many as there are if not given.
        at_most: Opt<u32>,
        /// The choices of `at-least`.
        of: List<TreeNode>,
        /// What stops it: it fails if one of these holds. What the attacker does about a defence stands under its own `unless`.
        unless: List<TreeNode>,
        /// Steps that several places share, by id.
        nodes: Map<TreeNode>,
    }
}

record! {
    /// A step of an attack: a leaf (`do`), a reference to a shared step (`ref`), or a step made of steps.
    pub struct TreeNode {
        /// What the attacker does.
        r#do: Opt<String>,
        /// An id to refer to it by.
        id: Opt<Id>,
        /// The shared step that stands here.
        r#ref: Opt<Id>,
        /// The threat that this step uses.
        threat: Opt<String>,
        /// One of these is enough.
        any: List<TreeNode>,
        /// All of these are needed.
        all: List<TreeNode>,
        /// All of these are needed, in this order.
        seq: List<TreeNode>,
        /// With `of`: this many of them are enough.
        at_least: Opt<u32> = within(1.0, f64::MAX),
        /// With `of`: no more of them than this; as many as there are if not given.
        at_most: Opt<u32>,
        /// The choices of `at-least`.
        of: List<TreeNode>,
        /// What stops it: it fails if one of these holds. What the attacker does about a defence stands under its own `unless`.
        unless: List<TreeNode>,
        /// Probability of success, 0 to 1.
        probability: Opt<Number> = within(0.0, 1.0),
        /// Cost to the attacker, in any one currency.
        cost: Opt<Number> = within(0.0, f64::MAX),
        /// Time that it takes, in hours.
        time: Opt<Number> = within(0.0, f64::MAX),
        /// Skill that it takes, 1 to 5.
        skill: Opt<Rating>,
        /// Probability of being noticed, 0 to 1.
        detectability: Opt<Number> = within(0.0, 1.0),
        /// Harm that it does by itself, in the currency of `cost`.
        damage: Opt<Number> = within(0.0, f64::MAX),
        /// What stands against it.
        mitigations: List<Id>,
    }
}

record! {
    /// A picture to draw.
    pub struct Diagram {
        /// The title.
        title: Opt<String>,
        /// 0 shows parents, 1 opens them.
        level: Opt<u32>,
        /// The elements whose detail it shows.
        of: List<Id>,
        /// The elements to show; all if not given.
        show: List<Id>,
        /// The kind of zone whose boxes are drawn; the first zone of each element if not given.
        by: Opt<ZoneKind>,
    }
}

record! {
    /// A session about the model.
    pub struct Review {
        /// The day.
        on: Opt<Date>,
        /// What kind of session.
        kind: Opt<ReviewKind>,
        /// Whether it took place; `held` if not given.
        state: Opt<ReviewState>,
        /// Its id elsewhere, such as a ticket.
        session: Opt<String>,
        /// Who took part: ids of `people`, or names.
        people: List<String>,
        /// The version of the model that was looked at.
        version: Opt<String>,
        /// What came of it.
        result: Opt<String>,
        /// The state of the code that was looked at, as `redan review --stamp` writes it.
        seen: Opt<Seen>,
    }
}

record! {
    /// The state of the code that a review looked at. It is compared by content, so that it outlives rebases and squashes.
    pub struct Seen {
        /// The id of the commit.
        commit: Opt<String>,
        /// A hash of the files of each element, by the element's id.
        code: Map<String>,
        /// The hash that git gives each lock file of dependencies, by the file's path.
        dependencies: Map<String>,
    }
}

record! {
    /// Something that went wrong.
    pub struct Incident {
        /// What happened, in a few words.
        title: Opt<String>,
        /// The day.
        on: Opt<Date>,
        /// The threats that came true, by id.
        threats: List<String>,
        /// What happened.
        description: Opt<String>,
        /// What was learnt.
        lesson: Opt<String>,
    }
}

record! {
    /// A change of the model.
    pub struct Change {
        /// The day.
        on: Opt<Date>,
        /// Who.
        by: Opt<String>,
        /// Why.
        why: Opt<String>,
    }
}
