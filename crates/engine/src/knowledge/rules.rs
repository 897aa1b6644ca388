//! Reading of rule files and of the heads of packs.
//!
//! A rule that is returned has compiled expressions and counters that exist and may stand where they are looked up;
//! `refines` is resolved by [`resolve`] once all rules are read, because it names rules by id.

use indexmap::IndexMap;
use redan_model::lang::{Linddun, Stride};

use super::Pack;
use super::catalogue::index_of;
use super::counter;
use super::node::{At, Faults, Node, Record, Tree, at, is_id, scalar};
use crate::catalogue::Catalogue;
use crate::expr::schema::Kind;
use crate::expr::{Expr, ExprError, Scope};
use crate::fact::Property;
use crate::rule::{Examples, Lifecycle, Rule, RuleIx, SubjectKind};

const KEYS: [&str; 19] = [
    "id",
    "aliases",
    "lifecycle",
    "title",
    "stride",
    "linddun",
    "on",
    "when",
    "with",
    "affects",
    "refines",
    "countered-by",
    "likelihood",
    "property",
    "references",
    "counterparts",
    "why",
    "fix",
    "examples",
];

/// A rule and what has to wait until all rules are read.
#[derive(Debug)]
pub(super) struct Draft {
    pub(super) rule: Rule,
    pub(super) file: String,
    pub(super) at: At,
    refines: Vec<(String, At)>,
}

/// Reads `pack.yaml`.
pub(super) fn pack(root: &Node, folder: &str, faults: &mut Faults<'_>) -> Option<Pack> {
    let record = Record::open(root, at(root), "a pack", &["id", "version", "licence", "what", "without"], faults)?;
    let pack = Pack {
        id: record.text("id", faults),
        version: record.text("version", faults),
        licence: record.text("licence", faults),
        what: record.text("what", faults),
        without: without(&record, faults),
    };
    if pack.id != folder {
        faults.push(record.at(), format!("the pack `{}` lies in the folder `{folder}`; both have one name", pack.id));
    }
    Some(pack)
}

/// Reads one rule; nothing when it cannot be used.
pub(super) fn rule(root: &Node, pack: &str, stem: &str, catalogue: &Catalogue, faults: &mut Faults<'_>) -> Option<Draft> {
    let before = faults.errors.len();
    let record = Record::open(root, at(root), "a rule", &KEYS, faults)?;
    let id = id(&record, stem, faults);
    let on = subjects(&record, faults);
    let scope = scope(&on, record.get("with").is_some(), &record, faults)?;
    let texts = |key, faults: &mut Faults<'_>| record.texts(key, faults).into_iter().map(|(text, _)| text).collect::<Vec<_>>();
    let when = record.need("when", faults).and_then(|node| expression(node, "when", &scope, catalogue, Expr::compile, faults));
    let with = record.get("with").and_then(|node| with(node, &scope, catalogue, faults));
    let affects = record.get("affects").and_then(|node| affects(node, &scope, catalogue, faults));
    let likelihood = likelihood(&record, &scope, catalogue, faults);
    let countered_by = counter::read(record.need("countered-by", faults), &on, catalogue, faults);
    let rule = Rule {
        title: title(&record, &scope, faults),
        stride: record.words("stride", Stride::ALL, Stride::as_str, faults),
        linddun: record.words("linddun", Linddun::ALL, Linddun::as_str, faults),
        property: record.words("property", &Property::ALL, Property::as_str, faults),
        aliases: texts("aliases", faults),
        counterparts: texts("counterparts", faults),
        references: record.references(faults),
        why: record.text("why", faults),
        fix: record.text("fix", faults),
        examples: examples(&record, faults),
        lifecycle: lifecycle(&record, faults),
        pack: pack.to_owned(),
        refines: Vec::new(),
        when: when?,
        with,
        affects,
        likelihood,
        countered_by,
        on,
        id,
    };
    categories(&rule, &record, faults);
    let draft = Draft { refines: record.texts("refines", faults), file: faults.file.to_owned(), at: record.at(), rule };
    (faults.errors.len() == before).then_some(draft)
}

/// `without`: categories, each with the reason why no rule of the pack has it.
fn without(record: &Record<'_>, faults: &mut Faults<'_>) -> IndexMap<String, String> {
    let Some(node) = record.get("without") else { return IndexMap::new() };
    let Tree::Map(entries) = &node.value else {
        faults.push(at(node), "`without` is a mapping from categories to reasons");
        return IndexMap::new();
    };
    let words = || Stride::ALL.iter().map(|category| category.as_str()).chain(Linddun::ALL.iter().map(|category| category.as_str()));
    let mut found = IndexMap::new();
    for (key, node) in entries {
        if !words().any(|word| word == key.value) {
            faults.unknown(at(key), "category", &key.value, words());
        }
        match scalar(node).map(str::trim).filter(|reason| !reason.is_empty()) {
            Some(reason) => drop(found.insert(key.value.clone().into_owned(), reason.to_owned())),
            None => faults.push(at(node), format!("`{}` says why no rule has it", key.value)),
        }
    }
    found
}

fn id(record: &Record<'_>, stem: &str, faults: &mut Faults<'_>) -> String {
    let id = record.text("id", faults);
    if !id.is_empty() && !is_id(&id) {
        faults.push(record.at(), format!("`{id}` is not an id; ids are lower-case words joined by hyphens"));
    } else if id != stem {
        faults.push(record.at(), format!("the rule `{id}` is in the file `{stem}.yaml`; both have one name"));
    }
    id
}

/// `on`: the kinds, with `element` for all four kinds of elements.
fn subjects(record: &Record<'_>, faults: &mut Faults<'_>) -> Vec<SubjectKind> {
    let Some(node) = record.need("on", faults) else { return Vec::new() };
    let words = match scalar(node) {
        Some(word) => vec![(word.to_owned(), at(node))],
        None => record.texts("on", faults),
    };
    let mut found = Vec::new();
    for (word, place) in words {
        if word == "element" {
            found.extend(SubjectKind::ELEMENTS);
        } else if let Some(kind) = SubjectKind::ALL.into_iter().find(|kind| kind.as_str() == word) {
            found.push(kind);
        } else {
            faults.unknown(place, "word of `on`", &word, SubjectKind::ALL.into_iter().map(SubjectKind::as_str).chain(["element"]));
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// The variables of a rule's expressions; the kinds in `on` share one subject variable.
fn scope(on: &[SubjectKind], asset: bool, record: &Record<'_>, faults: &mut Faults<'_>) -> Option<Scope> {
    match Scope::of_rule(on) {
        Some(scope) if asset => Some(scope.with_asset()),
        Some(scope) => Some(scope),
        None if on.is_empty() => {
            faults.push(record.at(), "`on` names at least one kind of thing");
            None
        }
        None => {
            faults.push(record.at(), "`on` mixes elements, flows, zones, assets or the model; write one rule for each");
            None
        }
    }
}

type Compile = fn(&str, &Scope, &Catalogue) -> Result<Expr, Vec<ExprError>>;

fn expression(node: &Node, key: &str, scope: &Scope, catalogue: &Catalogue, compile: Compile, faults: &mut Faults<'_>) -> Option<Expr> {
    let text = quoted(node, key, faults)?;
    match compile(text, scope, catalogue) {
        Ok(expr) => Some(expr),
        Err(errors) => {
            for error in errors {
                let help = error.help.map_or(String::new(), |help| format!("; {help}"));
                faults.push(inside(node, text, error.range.start, faults.text), format!("in `{key}`: {}{help}", error.message));
            }
            None
        }
    }
}

/// The text of an expression. YAML reads many expressions as something else when they are not quoted, so none is
/// accepted bare.
fn quoted<'n>(node: &'n Node, key: &str, faults: &mut Faults<'_>) -> Option<&'n str> {
    let bare = faults.text.is_some_and(|text| !matches!(first_byte(node, text), Some(b'"' | b'\'' | b'|' | b'>')));
    match &node.value {
        Tree::Text(text) if !bare => Some(text.trim()),
        _ => {
            faults.push(at(node), format!("an expression in `{key}` is a quoted text, or a block after `|`"));
            None
        }
    }
}

/// The byte that tells how a scalar was written. A block is placed at its first line; its indicator ends the line before.
fn first_byte(node: &Node, text: &str) -> Option<u8> {
    let offset = at(node).offset()?;
    let before = text.get(..offset)?;
    let head = before.trim_end().trim_end_matches(['-', '+']);
    if before[head.len()..].contains('\n') && head.ends_with(['|', '>']) {
        return Some(b'|');
    }
    text.as_bytes().get(offset).copied()
}

/// The place inside a quoted one-line expression; for a block, the place where it starts.
fn inside(node: &Node, text: &str, offset: usize, source: Option<&str>) -> At {
    let mut place = at(node);
    let one_line = source.is_some_and(|source| matches!(first_byte(node, source), Some(b'"' | b'\''))) && !text.contains('\n');
    if one_line {
        let characters = text.get(..offset).map_or(0, |before| before.chars().count());
        place.column = place.column.saturating_add(u32::try_from(characters).unwrap_or(0)).saturating_add(1);
    }
    place
}

/// `with: {asset: "…"}`.
fn with(node: &Node, scope: &Scope, catalogue: &Catalogue, faults: &mut Faults<'_>) -> Option<Expr> {
    let record = Record::open(node, at(node), "`with`", &["asset"], faults)?;
    let outer = Scope { subject: scope.subject, asset: false };
    expression(record.need("asset", faults)?, "with", &outer, catalogue, Expr::compile_assets, faults)
}

/// `affects: "…"`, for threats about what elements are in: where it is about elements, these know of it anyway.
fn affects(node: &Node, scope: &Scope, catalogue: &Catalogue, faults: &mut Faults<'_>) -> Option<Expr> {
    if matches!(scope.subject, Kind::Element | Kind::Flow) {
        faults.push(at(node), "`affects` is for rules on zones, assets and the model; those on elements and flows name them already");
    }
    expression(node, "affects", scope, catalogue, Expr::compile_elements, faults)
}

/// `likelihood`: conditions by level, highest first, of which the lowest always holds.
fn likelihood(record: &Record<'_>, scope: &Scope, catalogue: &Catalogue, faults: &mut Faults<'_>) -> Vec<(u8, Expr)> {
    let Some(node) = record.need("likelihood", faults) else { return Vec::new() };
    let Tree::Map(entries) = &node.value else {
        faults.push(at(node), "`likelihood` is a mapping from 1 to 5 to conditions, such as {4: \"element.exposed\", 2: \"true\"}");
        return Vec::new();
    };
    let mut found = Vec::new();
    for (key, node) in entries {
        let level = key.value.parse::<u8>().ok().filter(|level| (1..=5).contains(level));
        match (level, expression(node, "likelihood", scope, catalogue, Expr::compile, faults)) {
            (None, _) => faults.push(at(key), format!("`{}` is not a likelihood; it is 1, 2, 3, 4 or 5", key.value)),
            (Some(level), Some(expr)) => found.push((level, expr)),
            (Some(_), None) => {}
        }
    }
    found.sort_by_key(|(level, _)| std::cmp::Reverse(*level));
    let floor = found.iter().position(|(_, expr)| expr.text.trim() == "true");
    if found.len() == entries.len() && floor != found.len().checked_sub(1) {
        faults.push(at(node), "the lowest likelihood, and only that one, has the condition \"true\"");
    }
    found
}

/// The title, with `{subject}` for every way of naming the subject.
fn title(record: &Record<'_>, scope: &Scope, faults: &mut Faults<'_>) -> String {
    let title = record.text("title", faults);
    let (own, others): (&str, &[&str]) = match scope.subject {
        Kind::Flow => ("flow", &["source", "target", "zone"]),
        Kind::Element => ("element", &["zone"]),
        Kind::Zone => ("zone", &[]),
        Kind::Asset => ("asset", &[]),
        Kind::Model => ("model", &[]),
    };
    let mut allowed = vec!["subject", own];
    allowed.extend(others);
    if scope.asset {
        allowed.push("asset");
    }
    for part in title.split('{').skip(1) {
        let name = part.split('}').next().unwrap_or_default();
        if !part.contains('}') || !allowed.contains(&name) {
            faults.unknown(record.at(), "placeholder of this title", name, allowed.iter().copied());
        }
    }
    title.replace(&format!("{{{own}}}"), "{subject}")
}

fn lifecycle(record: &Record<'_>, faults: &mut Faults<'_>) -> Lifecycle {
    let Some(node) = record.get("lifecycle") else { return Lifecycle::Stable };
    match (scalar(node), &node.value) {
        (Some("preview"), _) => return Lifecycle::Preview,
        (Some("stable"), _) => return Lifecycle::Stable,
        (Some("deprecated"), _) => return Lifecycle::Deprecated(None),
        (None, Tree::Map(entries)) => {
            if let [(key, node)] = entries.as_slice()
                && let ("deprecated", Some(instead)) = (&*key.value, scalar(node))
            {
                return Lifecycle::Deprecated(Some(instead.to_owned()));
            }
        }
        _ => {}
    }
    faults.push(at(node), "`lifecycle` is preview, stable, deprecated, or {deprecated: <the rule to use instead>}");
    Lifecycle::Stable
}

fn examples(record: &Record<'_>, faults: &mut Faults<'_>) -> Examples {
    let Some(node) = record.get("examples") else { return Examples::default() };
    let Some(record) = Record::open(node, at(node), "`examples`", &["raises", "asks", "quiet"], faults) else { return Examples::default() };
    let mut several = |key| match record.get(key).map(|node| &node.value) {
        None => Vec::new(),
        Some(Tree::List(_)) => record.texts(key, faults).into_iter().map(|(text, _)| text).collect(),
        Some(_) => vec![record.text(key, faults)],
    };
    Examples { raises: several("raises"), asks: several("asks"), quiet: several("quiet") }
}

/// What a rule needs to be found and rated.
fn categories(rule: &Rule, record: &Record<'_>, faults: &mut Faults<'_>) {
    if rule.stride.is_empty() && rule.linddun.is_empty() {
        faults.push(record.at(), "a rule has at least one category in `stride` or `linddun`");
    }
    if rule.property.is_empty() {
        faults.push(record.at(), "`property` names at least one of confidentiality, integrity, availability, privacy");
    }
}

/// Sorts the rules, checks that ids and aliases are unique, and turns `refines` into indices.
pub(super) fn resolve(mut drafts: Vec<Draft>, packs: &[Pack], fault: &mut dyn FnMut(&str, At, String)) -> Vec<Rule> {
    let order = |pack: &str| packs.iter().position(|p| p.id == pack);
    drafts.sort_by(|a, b| (order(&a.rule.pack), &a.rule.id).cmp(&(order(&b.rule.pack), &b.rule.id)));
    let mut names: IndexMap<String, usize> = IndexMap::new();
    for (index, draft) in drafts.iter().enumerate() {
        for name in std::iter::once(&draft.rule.id).chain(&draft.rule.aliases) {
            if names.insert(name.clone(), index).is_some() {
                fault(&draft.file, draft.at, format!("the rule id `{name}` is there twice"));
            }
        }
    }
    for draft in &mut drafts {
        for (id, place) in &draft.refines {
            match names.get(id) {
                Some(index) => draft.rule.refines.push(RuleIx(index_of(*index))),
                None => {
                    let near = redan_model::suggest::nearest(id, names.keys().map(String::as_str));
                    let hint = near.map_or(String::new(), |name| format!("; did you mean `{name}`?"));
                    fault(&draft.file, *place, format!("there is no rule `{id}` to refine{hint}"));
                }
            }
        }
    }
    for index in 0..drafts.len() {
        if refines_itself(&drafts, index) {
            fault(&drafts[index].file, drafts[index].at, format!("`{}` refines itself, directly or through others", drafts[index].rule.id));
        }
    }
    drafts.into_iter().map(|draft| draft.rule).collect()
}

fn refines_itself(drafts: &[Draft], start: usize) -> bool {
    let mut seen = vec![false; drafts.len()];
    let mut open: Vec<usize> = drafts[start].rule.refines.iter().map(|ix| usize::from(ix.0)).collect();
    while let Some(index) = open.pop() {
        if index == start {
            return true;
        }
        if !std::mem::replace(&mut seen[index], true) {
            open.extend(drafts[index].rule.refines.iter().map(|ix| usize::from(ix.0)));
        }
    }
    false
}
