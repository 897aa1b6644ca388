//! A small world whose facts are drawn at random, and expressions drawn at random over it.

use std::cell::RefCell;
use std::sync::LazyLock;

use redan_engine::Knowledge;
use redan_engine::catalogue::Catalogue;
use redan_engine::expr::{Field, Range, Things, Tri, Value, World};
use redan_engine::fact::{BaseFact, FactKey, Property, UsedFact};
use redan_model::{AssetIx, ElementIx, FlowIx, Thing};

pub(crate) const TECHS: [&str; 3] = ["web-application", "sql-database", "browser"];
pub(crate) const PROTOCOLS: [&str; 3] = ["https", "http", "sql"];
pub(crate) const CLASSES: [&str; 2] = ["pii", "credentials"];
pub(crate) const LEVELS: [&str; 5] = ["none", "low", "medium", "high", "critical"];
const TAGS: [&str; 2] = ["pci", "legacy"];

/// The catalogue of the starter packs, read once for all cases.
pub(crate) fn catalogue() -> &'static Catalogue {
    static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| Knowledge::embedded().catalogue);
    &CATALOGUE
}

/// Numbers drawn from bytes; when the bytes run out they are all zero, which ends every recursion.
pub(crate) struct Draw<'b> {
    bytes: &'b [u8],
}

impl<'b> Draw<'b> {
    pub(crate) fn new(bytes: &'b [u8]) -> Self {
        Self { bytes }
    }

    pub(crate) fn below(&mut self, count: usize) -> usize {
        match self.bytes.split_first() {
            Some((first, rest)) => {
                self.bytes = rest;
                usize::from(*first) % count
            }
            None => 0,
        }
    }

    fn tri(&mut self) -> Tri {
        [Tri::Yes, Tri::No, Tri::Unknown][self.below(3)]
    }

    fn maybe<T>(&mut self, value: T) -> Option<T> {
        (self.below(3) > 0).then_some(value)
    }

    fn members(&mut self, count: u32) -> Things {
        let mut members = Vec::new();
        for ix in 0..count {
            match self.below(4) {
                0 => members.push((Thing::Asset(AssetIx(ix)), Tri::Yes)),
                1 => members.push((Thing::Asset(AssetIx(ix)), Tri::Unknown)),
                _ => {}
            }
        }
        Things { members, open: self.below(3) == 0 }
    }
}

#[derive(Debug, Clone)]
pub(crate) struct Element {
    pub(crate) exposed: Tri,
    pub(crate) trust: Option<i64>,
    pub(crate) tech: Option<&'static str>,
    pub(crate) tags: Vec<&'static str>,
    pub(crate) holds: Things,
}

#[derive(Debug, Clone)]
pub(crate) struct Flow {
    pub(crate) source: u32,
    pub(crate) target: u32,
    pub(crate) crosses: Tri,
    pub(crate) protocol: Option<&'static str>,
    pub(crate) moves: Things,
}

#[derive(Debug, Clone)]
pub(crate) struct Asset {
    pub(crate) level: Option<i64>,
    pub(crate) data: Vec<&'static str>,
    pub(crate) data_open: bool,
}

#[derive(Debug, Clone)]
pub(crate) struct Toy {
    pub(crate) elements: Vec<Element>,
    pub(crate) flows: Vec<Flow>,
    pub(crate) assets: Vec<Asset>,
}

pub(crate) const ELEMENTS: u32 = 3;
pub(crate) const FLOWS: u32 = 4;
pub(crate) const ASSETS: u32 = 3;

impl Toy {
    pub(crate) fn draw(draw: &mut Draw<'_>) -> Self {
        let elements = (0..ELEMENTS).map(|_| Element {
            exposed: draw.tri(),
            trust: [0, 20, 40, 70, 90][draw.below(5)].into(),
            tech: Some(TECHS[draw.below(3)]),
            tags: TAGS.into_iter().filter(|_| draw.below(2) == 0).collect(),
            holds: draw.members(ASSETS),
        });
        let mut elements: Vec<Element> = elements.collect();
        for element in &mut elements {
            element.trust = element.trust.and_then(|trust| draw.maybe(trust));
            element.tech = element.tech.and_then(|tech| draw.maybe(tech));
        }
        let flows = (0..FLOWS).map(|_| Flow {
            source: u32::try_from(draw.below(3)).expect("small"),
            target: u32::try_from(draw.below(3)).expect("small"),
            crosses: draw.tri(),
            protocol: {
                let ix = draw.below(3);
                draw.maybe(PROTOCOLS[ix])
            },
            moves: draw.members(ASSETS),
        });
        let flows = flows.collect();
        let assets = (0..ASSETS).map(|_| Asset {
            level: {
                let level = [0, 1, 2, 3, 4][draw.below(5)];
                draw.maybe(level)
            },
            data: CLASSES.into_iter().filter(|_| draw.below(2) == 0).collect(),
            data_open: draw.below(3) == 0,
        });
        Self { elements, flows, assets: assets.collect() }
    }

    /// The same world with every unknown fact given a value.
    pub(crate) fn completed(&self, draw: &mut Draw<'_>) -> Self {
        let mut world = self.clone();
        for element in &mut world.elements {
            element.exposed = decide(element.exposed, draw);
            element.trust = element.trust.or_else(|| Some([0, 20, 40, 70, 90][draw.below(5)]));
            element.tech = element.tech.or_else(|| Some(TECHS[draw.below(3)]));
            element.holds = close(&element.holds, draw);
        }
        for flow in &mut world.flows {
            flow.crosses = decide(flow.crosses, draw);
            flow.protocol = flow.protocol.or_else(|| Some(PROTOCOLS[draw.below(3)]));
            flow.moves = close(&flow.moves, draw);
        }
        for asset in &mut world.assets {
            asset.level = asset.level.or_else(|| Some([0, 1, 2, 3, 4][draw.below(5)]));
            if asset.data_open {
                let more = CLASSES.into_iter().filter(|class| !asset.data.contains(class) && draw.below(2) == 0);
                let more: Vec<_> = more.collect();
                asset.data.extend(more);
                asset.data_open = false;
            }
        }
        world
    }
}

fn decide(tri: Tri, draw: &mut Draw<'_>) -> Tri {
    if tri.is_unknown() { Tri::known(draw.below(2) == 0) } else { tri }
}

fn close(things: &Things, draw: &mut Draw<'_>) -> Things {
    let mut members: Vec<(Thing, Tri)> = things.members.iter().map(|(thing, tri)| (*thing, decide(*tri, draw))).collect();
    members.retain(|(_, tri)| !tri.is_no());
    if things.open {
        for ix in 0..ASSETS {
            let asset = Thing::Asset(AssetIx(ix));
            if !things.members.iter().any(|(thing, _)| *thing == asset) && draw.below(2) == 0 {
                members.push((asset, Tri::Yes));
            }
        }
    }
    Things { members, open: false }
}

fn flows(found: impl Iterator<Item = usize>) -> Value<'static> {
    let thing = |ix: usize| (Thing::Flow(FlowIx(u32::try_from(ix).expect("small"))), Tri::Yes);
    Value::Things(Things { members: found.map(thing).collect(), open: false })
}

impl World for Toy {
    fn value(&self, thing: Thing, field: Field) -> Value<'_> {
        let ends = |ix: ElementIx, end: fn(&Flow) -> u32| {
            flows(self.flows.iter().enumerate().filter(move |(_, f)| end(f) == ix.0).map(|(i, _)| i))
        };
        match (thing, field) {
            (Thing::Element(ix), Field::Exposed) => Value::Tri(self.elements[ix.index()].exposed),
            (Thing::Element(ix), Field::Trust) => {
                Value::Number(self.elements[ix.index()].trust.map_or(Range { low: 0, high: 100 }, Range::known))
            }
            (Thing::Element(ix), Field::Tech) => Value::Text(self.elements[ix.index()].tech),
            (Thing::Element(ix), Field::Tags) => Value::Texts { items: self.elements[ix.index()].tags.clone(), open: false },
            (Thing::Element(ix), Field::Holds) => Value::Things(self.elements[ix.index()].holds.clone()),
            (Thing::Element(ix), Field::Incoming) => ends(ix, |flow| flow.target),
            (Thing::Element(ix), Field::Outgoing) => ends(ix, |flow| flow.source),
            (Thing::Flow(ix), Field::Source) => Value::Thing(Thing::Element(ElementIx(self.flows[ix.index()].source))),
            (Thing::Flow(ix), Field::Target) => Value::Thing(Thing::Element(ElementIx(self.flows[ix.index()].target))),
            (Thing::Flow(ix), Field::Crosses) => Value::Tri(self.flows[ix.index()].crosses),
            (Thing::Flow(ix), Field::Protocol) => Value::Text(self.flows[ix.index()].protocol),
            (Thing::Flow(ix), Field::Moves) => Value::Things(self.flows[ix.index()].moves.clone()),
            (Thing::Asset(ix), Field::Confidentiality) => {
                Value::Number(self.assets[ix.index()].level.map_or(Range { low: 0, high: 4 }, Range::known))
            }
            (Thing::Asset(ix), Field::Data) => {
                Value::Texts { items: self.assets[ix.index()].data.clone(), open: self.assets[ix.index()].data_open }
            }
            other => panic!("the toy world does not have {other:?}"),
        }
    }

    fn unknown_facts(&self, thing: Thing, field: Field, out: &mut Vec<BaseFact>) {
        let unknown = match self.value(thing, field) {
            Value::Tri(tri) => tri.is_unknown(),
            Value::Number(range) => !range.is_known(),
            Value::Text(text) => text.is_none(),
            Value::Things(things) => things.open || things.members.iter().any(|(_, tri)| tri.is_unknown()),
            Value::Texts { open, .. } => open,
            Value::Thing(_) => false,
        };
        let key = match field {
            Field::Trust => FactKey::Trust,
            Field::Tech => FactKey::Tech,
            Field::Holds => FactKey::Holds,
            Field::Protocol => FactKey::Protocol,
            Field::Moves => FactKey::Carries,
            Field::Confidentiality => FactKey::Level(Property::Confidentiality),
            Field::Data => FactKey::Data,
            _ => FactKey::Zone,
        };
        out.extend(unknown.then_some(BaseFact { thing, key }));
    }

    fn used_facts(&self, thing: Thing, field: Field, out: &mut Vec<UsedFact>) {
        let _ = (thing, field, out);
    }
}

/// Draws conditions of the subset that CEL shares, and of more than that on demand.
pub(crate) struct Writer<'d, 'b> {
    pub(crate) draw: RefCell<&'d mut Draw<'b>>,
    /// Whether to use `min`, `max`, `has` and texts of unknown length, which CEL does not have or means otherwise.
    pub(crate) beyond_cel: bool,
}

impl Writer<'_, '_> {
    fn pick(&self, count: usize) -> usize {
        self.draw.borrow_mut().below(count)
    }

    fn word<'w>(&self, words: &[&'w str]) -> &'w str {
        words[self.pick(words.len())]
    }

    fn order(&self) -> &'static str {
        self.word(&["<", "<=", ">", ">=", "==", "!="])
    }

    fn junction(&self, depth: usize, leaf: &dyn Fn(usize) -> String) -> String {
        if depth == 0 {
            return leaf(0);
        }
        match self.pick(5) {
            0 => format!("({} && {})", self.junction(depth - 1, leaf), self.junction(depth - 1, leaf)),
            1 => format!("({} || {})", self.junction(depth - 1, leaf), self.junction(depth - 1, leaf)),
            2 => format!("!({})", self.junction(depth - 1, leaf)),
            _ => leaf(depth - 1),
        }
    }

    fn walk(&self, list: &str, name: &str, depth: usize, body: &dyn Fn(&str, usize) -> String) -> String {
        let name = format!("{name}{depth}");
        match self.pick(5) {
            0 => format!("{list}.exists({name}, {})", body(&name, depth)),
            1 => format!("{list}.all({name}, {})", body(&name, depth)),
            2 => format!("{list}.filter({name}, {}).exists({name}, {})", body(&name, depth), body(&name, depth)),
            3 => format!("{list}.filter({name}, {}).all({name}, {})", body(&name, depth), body(&name, depth)),
            _ => format!("{list}.filter({name}, {}).size() {} {}", body(&name, depth), self.order(), self.pick(3)),
        }
    }

    pub(crate) fn element(&self, name: &str, depth: usize) -> String {
        self.junction(depth, &|depth| match self.pick(if depth == 0 { 5 } else { 8 }) {
            0 => format!("{name}.exposed"),
            1 => format!("{name}.trust {} {}", self.order(), self.word(&["0", "20", "50", "70"])),
            2 => format!("{name}.tech {} \"{}\"", self.word(&["==", "!="]), self.word(&TECHS)),
            3 => format!("{name}.tech in [\"{}\", \"{}\"]", self.word(&TECHS), self.word(&TECHS)),
            4 => format!("'{}' in {name}.tags", self.word(&["pci", "legacy"])),
            5 => self.walk(&format!("{name}.holds"), "a", depth, &|name, depth| self.asset(name, depth)),
            6 => self.walk(&format!("{name}.incoming"), "f", depth.min(1), &|name, depth| self.flow(name, depth.saturating_sub(1))),
            _ if self.beyond_cel => {
                let end = self.word(&["min", "max"]);
                format!("{name}.holds.map(b, b.confidentiality).{end}() {} {}", self.order(), self.word(&LEVELS))
            }
            _ => format!("size({name}.holds) {} {}", self.order(), self.pick(4)),
        })
    }

    pub(crate) fn flow(&self, name: &str, depth: usize) -> String {
        self.junction(depth, &|depth| match self.pick(if depth == 0 { 4 } else { 6 }) {
            0 => format!("{name}.crosses"),
            1 => format!("{name}.protocol {} \"{}\"", self.word(&["==", "!="]), self.word(&PROTOCOLS)),
            2 => format!("{name}.source.trust {} {}", self.order(), self.word(&["0", "20", "50", "70"])),
            3 => format!("{name}.source.tech.startsWith(\"{}\")", self.word(&["web", "sql", ""])),
            4 => self.walk(&format!("{name}.moves"), "a", depth, &|name, depth| self.asset(name, depth)),
            _ => format!("{name}.moves.map(m, m.confidentiality).exists(c, c {} {})", self.order(), self.word(&LEVELS)),
        })
    }

    fn asset(&self, name: &str, depth: usize) -> String {
        self.junction(depth.min(1), &|_| match self.pick(3) {
            0 => format!("{name}.confidentiality {} {}", self.order(), self.word(&LEVELS)),
            1 => format!("\"{}\" in {name}.data", self.word(&CLASSES)),
            _ => format!("{name}.data.exists(d, d.contains(\"{}\"))", self.word(&["i", "cred"])),
        })
    }
}
