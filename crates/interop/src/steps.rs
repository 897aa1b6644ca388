//! Attack trees of other tools on their way into ours: steps that refer to each other, written as one tree.

use serde_json::{Map, Value as Json, json};

use crate::draft::{Draft, Entry, Section, one_line, slug};
use crate::limits;

/// Deeper than this, a step is written once beside the tree and referred to.
const MAX_INLINE: usize = 6;

/// How a step is made of those below it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum How {
    /// It is not: the attacker does it.
    Leaf,
    Any,
    All,
    Seq,
    /// At least so many, and perhaps no more than so many.
    AtLeast(u32, Option<u32>),
    /// It holds unless one of those below it does.
    Not,
}

/// A step.
#[derive(Debug, Clone)]
pub(crate) struct Step {
    pub(crate) name: String,
    pub(crate) how: How,
    pub(crate) below: Vec<usize>,
    pub(crate) unless: Vec<usize>,
    pub(crate) fields: Vec<(&'static str, Json)>,
}

impl Step {
    pub(crate) fn new(name: &str, how: How) -> Self {
        Self { name: one_line(name), how, below: Vec::new(), unless: Vec::new(), fields: Vec::new() }
    }
}

/// Steps by number.
#[derive(Debug, Default)]
pub(crate) struct Steps {
    pub(crate) all: Vec<Step>,
}

impl Steps {
    pub(crate) fn add(&mut self, step: Step) -> usize {
        self.all.push(step);
        self.all.len() - 1
    }

    /// Writes what leads to a step as an attack tree; what would close a circle is left out.
    pub(crate) fn write(&mut self, draft: &mut Draft, goal: &str, top: usize) {
        self.settle_counts(draft, goal);
        let uses = self.without_circles(draft, top);
        let mut ids = Ids::default();
        let shared: Vec<Option<String>> =
            (0..self.all.len()).map(|at| (uses[at] > 1 && at != top).then(|| ids.id(&self.all[at].name))).collect();
        let mut writer = Writer { steps: &self.all, shared, ids, nodes: Map::new(), waiting: Vec::new() };
        let mut entry = Entry::new().text("goal", goal);
        if writer.steps[top].how == How::Leaf {
            let only = writer.node(top, 0);
            entry = entry.value("all", json!([only]));
        } else {
            for (key, value) in writer.parts(top, 0) {
                entry = entry.value(key, value);
            }
        }
        let mut named: Vec<usize> = (0..self.all.len()).filter(|at| uses[*at] > 1 && *at != top).collect();
        while let Some(at) = named.pop().or_else(|| writer.waiting.pop()) {
            let node = writer.node(at, 0);
            if let Some(id) = writer.shared[at].clone() {
                writer.nodes.insert(id, node);
            }
        }
        if !writer.nodes.is_empty() {
            entry = entry.value("nodes", Json::Object(writer.nodes));
        }
        let id = draft.id_for_name(Section::AttackTrees, goal, "tree");
        draft.add(Section::AttackTrees, &id, entry);
    }

    /// Writes counts that the language has no word for in another way: none of the steps below are needed, or more than there
    /// are.
    fn settle_counts(&mut self, draft: &mut Draft, goal: &str) {
        for at in 0..self.all.len() {
            let step = &self.all[at];
            let How::AtLeast(least, most) = step.how else { continue };
            let several = u32::try_from(step.below.len()).unwrap_or(u32::MAX);
            let most = most.filter(|most| *most < several);
            let certain = match (least, most) {
                (0, None) => true,
                _ if least > several || most.is_some_and(|most| most < least) => false,
                // No more than so many of them is the same as not one more than that.
                (0, Some(most)) => {
                    let more = Step { below: step.below.clone(), ..Step::new("", How::AtLeast(most + 1, None)) };
                    let more = self.add(more);
                    self.all[at].below = vec![more];
                    self.all[at].how = How::Not;
                    continue;
                }
                _ => {
                    self.all[at].how = How::AtLeast(least, most);
                    continue;
                }
            };
            let what = format!(
                "that at least {least} of {several} steps are needed for `{}`, to a step that {}",
                step.name,
                if certain { "is always done" } else { "is never done" }
            );
            draft.changed(what, goal);
            self.all[at].below.clear();
            self.all[at].how = if certain { How::All } else { How::Any };
        }
    }

    /// Leaves out what would close a circle, and says how often each step is used by those that the top needs.
    pub(crate) fn without_circles(&mut self, draft: &mut Draft, top: usize) -> Vec<u32> {
        let mut uses = vec![0_u32; self.all.len()];
        let mut state = vec![0_u8; self.all.len()];
        let mut stack = vec![(top, 0_usize)];
        uses[top] = 1;
        while let Some((at, next)) = stack.pop() {
            state[at] = 1;
            let count = self.all[at].below.len();
            let below = self.all[at].below.get(next).or_else(|| self.all[at].unless.get(next.wrapping_sub(count))).copied();
            let Some(below) = below else {
                state[at] = 2;
                continue;
            };
            if state[below] == 1 || at == below {
                draft.dropped(format!("that {} leads to {}, which leads back to it", self.all[below].name, self.all[at].name), "");
                let step = &mut self.all[at];
                let list = if next < count { &mut step.below } else { &mut step.unless };
                list.remove(if next < count { next } else { next - count });
                stack.push((at, next));
                continue;
            }
            stack.push((at, next + 1));
            uses[below] += 1;
            if state[below] == 0 {
                stack.push((below, 0));
            }
        }
        uses
    }
}

struct Writer<'s> {
    steps: &'s [Step],
    shared: Vec<Option<String>>,
    ids: Ids,
    nodes: Map<String, Json>,
    /// Steps that are written beside the tree because they are too deep in it.
    waiting: Vec<usize>,
}

impl Writer<'_> {
    fn reached(&mut self, at: usize, depth: usize) -> Json {
        if let Some(id) = &self.shared[at] {
            return json!({ "ref": id });
        }
        let deep = depth >= MAX_INLINE && self.steps[at].how != How::Leaf;
        if deep {
            let id = self.ids.id(&self.steps[at].name);
            self.shared[at] = Some(id.clone());
            self.waiting.push(at);
            return json!({ "ref": id });
        }
        self.node(at, depth + 1)
    }

    fn node(&mut self, at: usize, depth: usize) -> Json {
        let step = &self.steps[at];
        let mut node = Map::new();
        if !step.name.is_empty() && step.how != How::Not {
            node.insert("do".to_owned(), step.name.as_str().into());
        } else if step.how == How::Leaf {
            node.insert("do".to_owned(), "step".into());
        }
        for (key, value) in self.parts(at, depth) {
            node.insert(key.to_owned(), value);
        }
        for (key, value) in &self.steps[at].fields {
            node.insert((*key).to_owned(), value.clone());
        }
        Json::Object(node)
    }

    /// The keys of a step that say what it is made of.
    fn parts(&mut self, at: usize, depth: usize) -> Vec<(&'static str, Json)> {
        let steps = self.steps;
        let step = &steps[at];
        let below: Vec<Json> = step.below.iter().map(|below| self.reached(*below, depth)).collect();
        let unless: Vec<Json> = step.unless.iter().map(|below| self.reached(*below, depth)).collect();
        let mut parts = match step.how {
            How::Leaf => Vec::new(),
            How::Any => vec![("any", below.into())],
            How::All => vec![("all", below.into())],
            How::Seq => vec![("seq", below.into())],
            How::Not => vec![("unless", below.into())],
            How::AtLeast(least, most) => {
                let mut parts = vec![("at-least", json!(least))];
                parts.extend(most.map(|most| ("at-most", json!(most))));
                parts.push(("of", below.into()));
                parts
            }
        };
        if !unless.is_empty() {
            parts.push(("unless", unless.into()));
        }
        parts
    }
}

/// Ids of the steps of one tree.
#[derive(Debug, Default)]
pub(crate) struct Ids {
    taken: std::collections::BTreeMap<String, usize>,
}

impl Ids {
    pub(crate) fn id(&mut self, name: &str) -> String {
        let wanted = if redan_model::lang::is_id(name) && name.len() <= limits::MAX_ID_LENGTH { name.to_owned() } else { slug(name) };
        let wanted = if wanted.is_empty() { "step".to_owned() } else { wanted };
        let mut id = wanted.clone();
        while self.taken.contains_key(&id) {
            let next = self.taken.entry(wanted.clone()).or_insert(1);
            *next += 1;
            id = format!("{wanted}-{next}");
        }
        self.taken.insert(id.clone(), 1);
        id
    }
}

/// A number as JSON, if a model can hold it.
pub(crate) fn number(text: &str) -> Option<Json> {
    let value: f64 = text.trim().parse().ok()?;
    (value.is_finite() && value >= 0.0).then(|| json!(value))
}

/// A probability as JSON.
pub(crate) fn probability(value: f64) -> Option<Json> {
    (0.0..=1.0).contains(&value).then(|| json!(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_that_the_language_has_no_word_for_keep_their_meaning() {
        let written = |least, most| {
            let mut steps = Steps::default();
            let below = ["A", "B", "C"].map(|name| steps.add(Step::new(name, How::Leaf))).to_vec();
            let top = steps.add(Step { below, ..Step::new("Top", How::AtLeast(least, most)) });
            let mut draft = Draft::new("");
            steps.write(&mut draft, "Top", top);
            let imported = draft.finish();
            let mut tree = Json::from(imported.model)["attack-trees"]["top"].take();
            tree.as_object_mut().map(|tree| tree.remove("goal"));
            (tree, imported.loss.len())
        };
        let below = json!([{"do": "A"}, {"do": "B"}, {"do": "C"}]);
        assert_eq!(written(2, None), (json!({"at-least": 2, "of": below}), 0));
        assert_eq!(written(1, Some(2)), (json!({"at-least": 1, "at-most": 2, "of": below}), 0));
        assert_eq!(written(1, Some(3)), (json!({"at-least": 1, "of": below}), 0));
        assert_eq!(written(0, Some(1)), (json!({"unless": [{"at-least": 2, "of": below}]}), 0));
        assert_eq!(
            [written(0, None), written(0, Some(7))].map(|(tree, lost)| (tree["all"].clone(), lost)),
            [(json!([]), 1), (json!([]), 1)]
        );
        assert_eq!(
            [written(4, None), written(3, Some(2))].map(|(tree, lost)| (tree["any"].clone(), lost)),
            [(json!([]), 1), (json!([]), 1)]
        );
    }
}
