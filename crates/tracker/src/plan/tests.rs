//! The rules of a plan, one test each.

use serde_json::Value;

use super::*;
use crate::issue::Section;

const RULES: Rules<'_> = Rules { label: "redan", reopen: false, model: "shop" };

fn wanted(id: &str) -> Wanted {
    Wanted {
        task: format!("shop/mitigate/{id}"),
        title: format!("[SEC][P0] Do {id}"),
        labels: vec!["redan".to_owned(), "redan-P0".to_owned()],
        section: Section { content: Value::from(format!("text of {id}")), hash: format!("hash-{id}") },
        asked: true,
    }
}

/// The issue of a task as it is right after it was made.
fn issue(key: &str, id: &str) -> Found {
    let wanted = wanted(id);
    let mark = Mark { task: wanted.task, hash: wanted.section.hash.clone(), title: title_hash(&wanted.title), closed: false };
    Found {
        key: key.to_owned(),
        url: format!("https://x/{key}"),
        title: wanted.title,
        labels: wanted.labels,
        open: true,
        closing: Closing::Done,
        started: false,
        mark: Some(mark),
        hash: wanted.section.hash,
        body: Value::Null,
        revision: 1,
    }
}

fn closed(mut issue: Found, by_us: bool) -> Found {
    issue.open = false;
    issue.mark.iter_mut().for_each(|mark| mark.closed = by_us);
    issue
}

fn links(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(id, key)| (format!("shop/mitigate/{id}"), (*key).to_owned())).collect()
}

fn done(_: &str) -> Fate {
    Fate::Done("done".to_owned())
}

fn gone(_: &str) -> Fate {
    Fate::Gone("gone".to_owned())
}

fn run(wanted: &[Wanted], found: &[Found]) -> Vec<Step> {
    plan(wanted, found, &BTreeMap::new(), &done, RULES)
}

fn only(steps: Vec<Step>) -> (Action, String, Option<Change>) {
    assert_eq!(steps.len(), 1, "{steps:?}");
    let step = steps.into_iter().next().unwrap();
    let change = match step.write {
        Some(Write::Change(_, change)) => Some(*change),
        _ => None,
    };
    (step.action, step.reason, change)
}

#[test]
fn a_task_without_an_issue_gets_one_and_the_next_plan_is_empty() {
    let steps = run(&[wanted("a")], &[]);
    assert_eq!((steps[0].action, steps.len()), (Action::Create, 1));
    let (action, reason, change) = only(run(&[wanted("a")], &[issue("1", "a")]));
    assert_eq!((action, reason.as_str(), change), (Action::Nothing, "up to date", None));
}

#[test]
fn a_task_that_nobody_asked_for_gets_no_issue_but_keeps_the_one_it_has() {
    let low = Wanted { asked: false, ..wanted("a") };
    assert_eq!(run(std::slice::from_ref(&low), &[]), []);
    let stale = Found { hash: "old".to_owned(), ..issue("1", "a") };
    assert_eq!(only(run(&[low], &[stale])).0, Action::Update);
}

#[test]
fn a_changed_task_changes_its_part_and_nothing_else() {
    let mut old = issue("1", "a");
    old.hash = "old".to_owned();
    old.mark.as_mut().unwrap().hash = "old".to_owned();
    let (action, reason, change) = only(run(&[wanted("a")], &[old]));
    let change = change.unwrap();
    assert_eq!((action, reason.as_str()), (Action::Update, "the task changed in the model"));
    assert_eq!((change.section, change.title, change.goal), (Some(wanted("a").section), None, None));
    assert!(change.add.is_empty() && change.remove.is_empty());
}

#[test]
fn an_edit_inside_our_part_is_undone_and_said() {
    let edited = Found { hash: "edited".to_owned(), ..issue("1", "a") };
    assert_eq!(only(run(&[wanted("a")], &[edited])).1, "our part of its description was edited");
}

#[test]
fn a_title_of_a_person_stays_for_ever_and_ours_follows_the_model() {
    let theirs = Found { title: "Stop the bots".to_owned(), ..issue("1", "a") };
    let (action, reason, _) = only(run(&[wanted("a")], std::slice::from_ref(&theirs)));
    assert_eq!((action, reason.as_str()), (Action::Nothing, "up to date; a person changed its title, which stays"));
    let changed = Found { hash: "old".to_owned(), ..theirs };
    let change = only(run(&[wanted("a")], &[changed])).2.unwrap();
    assert_eq!((change.title, change.mark.title), (None, title_hash("[SEC][P0] Do a")), "the hash of ours is remembered");
    let worse = Wanted { title: "[SEC][P0] Do it now".to_owned(), ..wanted("a") };
    assert_eq!(only(run(&[worse], &[issue("1", "a")])).2.unwrap().title.as_deref(), Some("[SEC][P0] Do it now"));
}

#[test]
fn our_labels_come_back_and_those_of_people_are_left_alone() {
    let labels = ["bug", "redan-P1", "redan-team"].map(str::to_owned).to_vec();
    let change = only(run(&[wanted("a")], &[Found { labels, ..issue("1", "a") }])).2.unwrap();
    assert_eq!((change.add, change.remove), (vec!["redan".to_owned(), "redan-P0".to_owned()], vec!["redan-P1".to_owned()]));
    let labels = vec!["Redan".to_owned(), "REDAN-p0".to_owned()];
    assert_eq!(only(run(&[wanted("a")], &[Found { labels, ..issue("1", "a") }])).0, Action::Nothing);
}

#[test]
fn an_issue_that_a_person_closed_is_opened_only_when_asked_for() {
    let found = [closed(issue("1", "a"), false)];
    let steps = run(&[wanted("a")], &found);
    assert!(steps[0].notable && steps[0].reason.contains("--reopen"), "{steps:?}");
    assert_eq!(only(steps).0, Action::Nothing);
    let (action, _, change) = only(plan(&[wanted("a")], &found, &BTreeMap::new(), &done, Rules { reopen: true, ..RULES }));
    assert_eq!((action, change.unwrap().goal), (Action::Reopen, Some(Goal::Open)));
}

#[test]
fn an_issue_that_we_closed_is_opened_when_its_task_comes_back() {
    let (action, reason, change) = only(run(&[wanted("a")], &[closed(issue("1", "a"), true)]));
    assert_eq!((action, reason.as_str()), (Action::Reopen, "the task is open again"));
    assert!(!change.unwrap().mark.closed);
}

#[test]
fn an_issue_whose_task_is_over_is_closed_once() {
    let (action, reason, change) = only(run(&[], &[issue("1", "a")]));
    let change = change.unwrap();
    assert_eq!((action, reason.as_str()), (Action::Close, "done"));
    assert_eq!((change.goal, change.mark.closed), (Some(Goal::Closed(Closing::Done)), true));
    assert_eq!(only(run(&[], &[closed(issue("1", "a"), true)])).0, Action::Nothing);
    let change = only(plan(&[], &[issue("1", "a")], &BTreeMap::new(), &gone, RULES)).2.unwrap();
    assert_eq!(change.goal, Some(Goal::Closed(Closing::Dropped)));
}

#[test]
fn a_task_that_waits_for_an_answer_keeps_its_issue_as_it_is() {
    let waits = |_: &str| Fate::Waits("first an answer".to_owned());
    let (action, reason, _) = only(plan(&[], &[issue("1", "a")], &BTreeMap::new(), &waits, RULES));
    assert_eq!((action, reason.as_str()), (Action::Nothing, "first an answer"));
}

#[test]
fn what_people_and_model_agree_on_is_remembered() {
    let (action, _, change) = only(run(&[], &[closed(issue("1", "a"), false)]));
    let change = change.unwrap();
    assert_eq!((action, change.goal, change.mark.closed), (Action::Update, None, true));
    let mut reopened = issue("1", "a");
    reopened.mark.as_mut().unwrap().closed = true;
    assert_eq!(only(run(&[], std::slice::from_ref(&reopened))).0, Action::Nothing, "the person's word stands");
    let (action, _, change) = only(run(&[wanted("a")], &[reopened]));
    assert_eq!((action, change.unwrap().mark.closed), (Action::Update, false));
}

#[test]
fn without_a_link_a_copy_is_a_conflict_and_with_one_it_is_only_named() {
    let found = [issue("1", "a"), issue("2", "a")];
    let (action, reason, _) = only(run(&[wanted("a")], &found));
    assert_eq!((action, reason.as_str()), (Action::Conflict, "1 and 2 all have the mark of this task; remove it from all but one"));
    let steps = plan(&[wanted("a")], &found, &links(&[("a", "2")]), &done, RULES);
    assert_eq!(
        steps.iter().map(|step| (step.action, step.issue.as_deref(), step.notable)).collect::<Vec<_>>(),
        [(Action::Nothing, Some("1"), true), (Action::Nothing, Some("2"), false)]
    );
}

#[test]
fn a_link_finds_an_issue_that_lost_its_mark_and_follows_a_rename() {
    let bare = Found { mark: None, hash: String::new(), title: "Theirs".to_owned(), ..issue("1", "a") };
    let (action, reason, change) = only(plan(&[wanted("a")], &[bare], &links(&[("a", "1")]), &done, RULES));
    assert_eq!(
        (action, reason.as_str()),
        (Action::Update, "our part of its description was removed; a person changed its title, which stays")
    );
    assert_eq!(change.unwrap().title, None);
    let renamed = plan(&[wanted("b")], &[issue("1", "a")], &links(&[("b", "1")]), &gone, RULES);
    assert_eq!(only(renamed).2.unwrap().mark.task, "shop/mitigate/b");
    let other = plan(&[wanted("b")], &[issue("1", "a")], &links(&[("b", "1")]), &done, RULES);
    assert_eq!(other.iter().map(|step| step.action).collect::<Vec<_>>(), [Action::Create, Action::Close], "`a` is a task of its own");
}

#[test]
fn issues_of_other_models_are_not_ours() {
    let mut other = issue("1", "a");
    other.mark.as_mut().unwrap().task = "shopping/mitigate/a".to_owned();
    assert_eq!(run(&[], &[other]), []);
}
