//! What holds for every plan, whatever people and the model did before: carried out once, it has nothing more to write.

use proptest::prelude::*;
use serde_json::Value;

use super::*;
use crate::issue::Section;

const RULES: Rules<'_> = Rules { label: "redan", reopen: false, model: "shop" };

/// What happens between two runs.
#[derive(Debug, Clone)]
enum Event {
    /// The model says something else about a task: its title, its text, its priority.
    Rewrite(usize, u8),
    /// A task comes or goes.
    Toggle(usize),
    /// A person does something with an issue.
    Title(usize),
    Text(usize),
    Labels(usize),
    Close(usize),
    Open(usize),
    Unmark(usize),
    /// The links get lost.
    Forget,
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let at = 0..3_usize;
    let event = prop_oneof![
        (at.clone(), 0..4_u8).prop_map(|(at, how)| Event::Rewrite(at, how)),
        at.clone().prop_map(Event::Toggle),
        at.clone().prop_map(Event::Title),
        at.clone().prop_map(Event::Text),
        at.clone().prop_map(Event::Labels),
        at.clone().prop_map(Event::Close),
        at.clone().prop_map(Event::Open),
        at.prop_map(Event::Unmark),
        Just(Event::Forget),
    ];
    proptest::collection::vec(event, 0..12)
}

/// A tracker and a model in a few words.
#[derive(Default)]
struct World {
    wanted: [(bool, u8); 3],
    issues: Vec<Found>,
    links: BTreeMap<String, String>,
    made: usize,
}

impl World {
    fn wanted(&self) -> Vec<Wanted> {
        let some = self.wanted.iter().enumerate().filter(|(_, (is_there, _))| *is_there);
        some.map(|(at, (_, how))| Wanted {
            task: format!("shop/mitigate/m{at}"),
            title: format!("[SEC][P{how}] Do {at}"),
            labels: vec!["redan".to_owned(), format!("redan-P{how}")],
            section: Section { content: Value::from(format!("{at} {how}")), hash: format!("h{at}-{how}") },
            asked: true,
        })
        .collect()
    }

    fn plan(&self) -> Vec<Step> {
        let fate = |_: &str| Fate::Done("done".to_owned());
        // Issues without our label are found by their links alone.
        let linked = |issue: &Found| self.links.values().any(|key| *key == issue.key);
        let seen: Vec<Found> =
            self.issues.iter().filter(|issue| issue.labels.iter().any(|label| label == "redan") || linked(issue)).cloned().collect();
        plan(&self.wanted(), &seen, &self.links, &fate, RULES)
    }

    fn carry_out(&mut self, steps: Vec<Step>) {
        for step in steps {
            let key = match step.write {
                None => step.issue,
                Some(Write::New(new)) => Some(self.make(*new)),
                Some(Write::Change(found, change)) => {
                    let issue = self.issues.iter_mut().find(|issue| issue.key == found.key).expect("it was found");
                    issue.title = change.title.unwrap_or_else(|| issue.title.clone());
                    issue.hash = change.section.map_or_else(|| issue.hash.clone(), |section| section.hash);
                    issue.labels.retain(|label| !change.remove.contains(label));
                    issue.labels.extend(change.add);
                    issue.mark = Some(change.mark);
                    issue.open = change.goal.map_or(issue.open, |goal| goal == Goal::Open);
                    Some(found.key)
                }
            };
            if let Some(key) = key {
                self.links.insert(step.task, key);
            }
        }
    }

    fn make(&mut self, new: New) -> String {
        self.made += 1;
        let key = self.made.to_string();
        self.issues.push(Found {
            key: key.clone(),
            url: String::new(),
            title: new.title,
            labels: new.labels,
            open: true,
            closing: Closing::Done,
            started: false,
            hash: new.section.hash,
            mark: Some(new.mark),
            body: Value::Null,
            revision: 0,
        });
        key
    }

    fn happen(&mut self, event: &Event) {
        let issue = |issues: &mut Vec<Found>, at: usize, act: &dyn Fn(&mut Found)| {
            if let Some(issue) = issues.get_mut(at) {
                act(issue);
            }
        };
        match *event {
            Event::Rewrite(at, how) => self.wanted[at].1 = how,
            Event::Toggle(at) => self.wanted[at].0 = !self.wanted[at].0,
            Event::Title(at) => issue(&mut self.issues, at, &|issue| issue.title = "Mine".to_owned()),
            Event::Text(at) => issue(&mut self.issues, at, &|issue| issue.hash = "mine".to_owned()),
            Event::Labels(at) => issue(&mut self.issues, at, &|issue| issue.labels = vec!["mine".to_owned()]),
            Event::Close(at) => issue(&mut self.issues, at, &|issue| issue.open = false),
            Event::Open(at) => issue(&mut self.issues, at, &|issue| issue.open = true),
            Event::Unmark(at) => issue(&mut self.issues, at, &|issue| (issue.mark, issue.hash) = (None, String::new())),
            Event::Forget => self.links.clear(),
        }
    }
}

proptest! {
    #[test]
    fn a_plan_that_was_carried_out_leaves_nothing_to_write(rounds in proptest::collection::vec(events(), 1..6)) {
        let mut world = World::default();
        for events in rounds {
            events.iter().for_each(|event| world.happen(event));
            let theirs: Vec<(String, bool, bool)> =
                world.issues.iter().map(|issue| (issue.key.clone(), issue.title == "Mine", issue.labels.iter().any(|label| label == "mine"))).collect();
            let steps = world.plan();
            world.carry_out(steps);
            let again: Vec<Step> = world.plan().into_iter().filter(|step| step.write.is_some()).collect();
            prop_assert!(again.is_empty(), "{again:#?}");
            for (key, title, label) in theirs {
                let issue = world.issues.iter().find(|issue| issue.key == key).expect("no issue goes away");
                prop_assert!(!title || issue.title == "Mine");
                prop_assert!(!label || issue.labels.iter().any(|label| label == "mine"));
            }
        }
    }
}
