//! The sheets about what was worked out beyond the analysis. A sheet that would be empty is left out.

use redan_engine::depth::{Depth, Worked};
use redan_engine::plan::Plan;
use redan_engine::tree::{MinimalSet, Role};
use redan_model::Thing;
use redan_model::lang::{Band, MitigationStatus};
use rust_xlsxwriter::{Workbook, XlsxError};

use super::sheet::{Cell, Sheet, Styles};
use crate::Input;
use crate::document::mitigation_title;
use crate::history::History;
use crate::json::role_word;
use crate::paper::{Branding, losses};
use crate::{plan, telling};

/// Columns of a sheet with their widths.
type Columns = [(&'static str, f64)];

const WAYS: &Columns = &[
    ("goal", 34.0),
    ("worth", 8.0),
    ("goal_probability", 11.0),
    ("way", 6.0),
    ("probability", 11.0),
    ("attacker", 22.0),
    ("start", 22.0),
    ("threats", 40.0),
    ("rests_on_assumptions", 34.0),
    ("rests_on_questions", 40.0),
];
const STEPS: &Columns = &[
    ("goal", 34.0),
    ("way", 6.0),
    ("step", 6.0),
    ("attacker_can_then", 44.0),
    ("flow", 24.0),
    ("threat_id", 28.0),
    ("threat", 36.0),
    ("what_to_do", 50.0),
    ("waits_for_answer", 10.0),
    ("probability", 11.0),
];
const ATTRACTION: &Columns = &[("element", 34.0), ("score", 10.0), ("goals", 8.0)];
const TREES: &Columns = &[
    ("tree", 26.0),
    ("goal", 34.0),
    ("probability_from", 12.0),
    ("probability_to", 12.0),
    ("ways", 10.0),
    ("likeliest_way", 44.0),
    ("cheapest_cost", 11.0),
    ("cheapest_way", 44.0),
    ("quickest_hours", 11.0),
    ("least_skill", 8.0),
    ("noticed_at_least", 11.0),
    ("steps", 8.0),
    ("steps_without_mitigation", 12.0),
    ("steps_without_probability", 12.0),
];
const TREE_STEPS: &Columns = &[
    ("tree", 26.0),
    ("step", 40.0),
    ("role", 12.0),
    ("probability", 11.0),
    ("cost", 10.0),
    ("hours", 8.0),
    ("skill", 7.0),
    ("threat_id", 28.0),
    ("against_it", 40.0),
    ("rank", 7.0),
    ("birnbaum", 11.0),
    ("criticality", 11.0),
];
const FRONTS: &Columns = &[("tree", 26.0), ("front", 12.0), ("spent", 12.0), ("then", 14.0), ("means", 34.0), ("with", 60.0)];
const PLAN: &Columns = &[
    ("order", 7.0),
    ("id", 26.0),
    ("mitigation", 44.0),
    ("days", 8.0),
    ("estimated", 10.0),
    ("takes_off", 10.0),
    ("left_then", 10.0),
    ("alone", 9.0),
    ("given_the_others", 10.0),
    ("sprint", 9.0),
    ("needs", 26.0),
    ("owner", 20.0),
    ("due", 12.0),
    ("status", 13.0),
    ("do", 7.0),
];
const PLAN_FRONT: &Columns = &[("days", 9.0), ("risk_left", 10.0), ("proven", 9.0), ("best_choice", 90.0)];
const PLAN_RISKS: &Columns = &[
    ("threat_id", 28.0),
    ("threat", 44.0),
    ("risk_before", 10.0),
    ("risk_after", 10.0),
    ("if_everything_is_done", 12.0),
    ("band_before", 11.0),
    ("band_after", 11.0),
];
const PLAN_GOALS: &Columns = &[
    ("goal_id", 28.0),
    ("goal", 44.0),
    ("kind", 8.0),
    ("same_ways", 28.0),
    ("impact", 8.0),
    ("probability_before", 11.0),
    ("probability_after", 11.0),
    ("risk_before", 10.0),
    ("risk_after", 10.0),
    ("if_everything_is_done", 12.0),
    ("band_before", 11.0),
    ("band_after", 11.0),
];
const LOSSES: &Columns = &[
    ("threat_id", 28.0),
    ("threat", 44.0),
    ("currency", 9.0),
    ("expected_loss", 15.0),
    ("p90", 15.0),
    ("p95", 15.0),
    ("expected_after_plan", 15.0),
    ("p90_after_plan", 15.0),
    ("p95_after_plan", 15.0),
];
const HISTORY: &Columns = &[
    ("on", 12.0),
    ("commit", 14.0),
    ("critical", 9.0),
    ("high", 9.0),
    ("medium", 9.0),
    ("low", 9.0),
    ("unrated", 9.0),
    ("questions", 10.0),
    ("mitigated", 10.0),
    ("accepted", 10.0),
    ("new", 8.0),
    ("closed", 8.0),
    ("overdue", 9.0),
    ("question_rate", 11.0),
];

/// Every sheet that has something to show.
pub(super) fn sheets(book: &mut Workbook, styles: &Styles, branding: &Branding, input: &Input<'_>) -> Result<(), XlsxError> {
    let mut add = |name: &str, columns: &Columns, rows: Vec<Vec<Cell>>| -> Result<(), XlsxError> {
        if rows.is_empty() {
            return Ok(());
        }
        let mut sheet = Sheet::new(book, name, styles, branding)?;
        sheet.head(columns)?;
        rows.into_iter().try_for_each(|row| sheet.cells(row))?;
        sheet.filter(u16::try_from(columns.len()).unwrap_or(u16::MAX))?;
        editable(&mut sheet, columns)
    };
    if let Some(depth) = input.more.depth {
        add("Attack paths", WAYS, ways(input, depth))?;
        add("Path steps", STEPS, steps(input, depth))?;
        add("Worth attacking", ATTRACTION, attraction(input, depth))?;
        add("Attack trees", TREES, all(depth, |worked, rows| rows.push(tree(worked))))?;
        add("Tree steps", TREE_STEPS, all(depth, |worked, rows| tree_steps(input, worked, rows)))?;
        add("Tree fronts", FRONTS, all(depth, fronts))?;
        if let Some(plan) = &depth.plan {
            add("Plan", PLAN, work(input, plan))?;
            add("Plan front", PLAN_FRONT, plan_front(plan))?;
            add("Plan risks", PLAN_RISKS, risks(plan))?;
            add("Plan goals", PLAN_GOALS, plan_goals(plan))?;
        }
    }
    add("Losses", LOSSES, loss(input))?;
    add("History", HISTORY, input.more.history.map_or_else(Vec::new, history))
}

/// Lists to choose from where a reader fills something in.
fn editable(sheet: &mut Sheet<'_>, columns: &Columns) -> Result<(), XlsxError> {
    for (column, (name, _)) in (0u16..).zip(columns) {
        match *name {
            "status" => sheet.choices(column, &MitigationStatus::ALL.iter().map(|status| status.as_str()).collect::<Vec<_>>())?,
            "do" => sheet.choices(column, &["yes", "no"])?,
            _ => {}
        }
    }
    Ok(())
}

/// The rows of every tree: those of the model, then the ways to the first goal.
fn all(depth: &Depth, row: impl Fn(&Worked, &mut Vec<Vec<Cell>>)) -> Vec<Vec<Cell>> {
    let mut rows = Vec::new();
    depth.trees.iter().chain(&depth.first_goal).for_each(|worked| row(worked, &mut rows));
    rows
}

fn ways(input: &Input<'_>, depth: &Depth) -> Vec<Vec<Cell>> {
    let mut rows = Vec::new();
    for goal in &depth.paths.goals {
        let said = telling::capital(&telling::done(input.model, goal.target));
        for (at, path) in goal.paths.iter().enumerate() {
            let threats: indexmap::IndexSet<usize> = path.steps.iter().filter_map(|step| step.threat).collect();
            let threats = threats.into_iter().map(|ix| input.analysis.threats[ix].id.as_str());
            rows.push(vec![
                said.as_str().into(),
                Cell::Number(f64::from(goal.value)),
                Cell::Share(goal.probability),
                Cell::count(at + 1),
                Cell::Share(path.probability),
                depth.paths.attackers[path.attacker].name.as_str().into(),
                input.model.name_of(Thing::Element(path.start)).into(),
                threats.collect::<Vec<_>>().join("; ").into(),
                path.assumptions.join("; ").into(),
                path.questions.join("; ").into(),
            ]);
        }
    }
    rows
}

fn steps(input: &Input<'_>, depth: &Depth) -> Vec<Vec<Cell>> {
    let mut rows = Vec::new();
    for goal in &depth.paths.goals {
        let said = telling::capital(&telling::done(input.model, goal.target));
        let numbered = goal.paths.iter().enumerate().flat_map(|(way, path)| path.steps.iter().enumerate().map(move |step| (way, step)));
        rows.extend(numbered.map(|(way, (at, step))| {
            let threat = step.threat.map(|ix| &input.analysis.threats[ix]);
            vec![
                said.as_str().into(),
                Cell::count(way + 1),
                Cell::count(at + 1),
                telling::capital(&telling::step(input.model, step)).into(),
                step.flow.map_or("", |flow| input.model.id_of(Thing::Flow(flow))).into(),
                threat.map_or("", |threat| threat.id.as_str()).into(),
                threat.map_or("", |threat| threat.title.as_str()).into(),
                threat.map_or("", |threat| threat.fix(input.knowledge)).into(),
                Cell::yes(step.question),
                Cell::Share(step.probability),
            ]
        }));
    }
    rows
}

fn attraction(input: &Input<'_>, depth: &Depth) -> Vec<Vec<Cell>> {
    let name = |element| input.model.name_of(Thing::Element(element));
    let row = |one: &redan_engine::paths::Attraction| vec![name(one.element).into(), Cell::Number(one.score), Cell::count(one.goals)];
    depth.paths.attractions.iter().map(row).collect()
}

fn tree(worked: &Worked) -> Vec<Cell> {
    let Worked { tree, found } = worked;
    let named = |set: Option<&MinimalSet>| set.map_or_else(String::new, |set| telling::steps(tree, &set.leaves, " + ", usize::MAX));
    // Certain success only because nobody said otherwise is no number to sort by.
    let known = |value: f64| (found.certain.is_empty() || found.probability.low < 1.0 - 1e-9).then_some(value);
    vec![
        tree.id.as_str().into(),
        tree.goal.as_str().into(),
        Cell::share(known(found.probability.low)),
        Cell::share(known(found.probability.high)),
        found.minimal_sets.as_ref().map_or_else(|| "not counted".to_owned(), ToString::to_string).into(),
        named(found.likeliest.first().filter(|_| known(1.0).is_some())).into(),
        Cell::number(found.cheapest.as_ref().map(|set| set.weight)),
        named(found.cheapest.as_ref()).into(),
        Cell::number(found.quickest.as_ref().map(|least| least.value)),
        Cell::number(found.easiest.as_ref().map(|least| least.value)),
        Cell::share(found.stealthiest.as_ref().map(|set| set.weight)),
        Cell::count(tree.leaves.iter().filter(|leaf| leaf.role == Role::Step).count()),
        Cell::count(found.uncovered.len()),
        Cell::count(found.certain.len()),
    ]
}

fn tree_steps(input: &Input<'_>, worked: &Worked, rows: &mut Vec<Vec<Cell>>) {
    let Worked { tree, found } = worked;
    rows.extend(tree.leaves.iter().enumerate().map(|(at, leaf)| {
        let measures = found.importance.as_ref().and_then(|all| all.get(at)).filter(|_| leaf.role != Role::Mitigation);
        let against: Vec<String> = leaf.mitigations.iter().map(|id| mitigation_title(input, id)).collect();
        let rank = found.ranking.iter().position(|ranked| *ranked == at);
        vec![
            tree.id.as_str().into(),
            leaf.text.as_str().into(),
            role_word(leaf.role).into(),
            Cell::share(leaf.probability),
            Cell::number(leaf.cost),
            Cell::number(leaf.time),
            Cell::number(leaf.skill),
            leaf.threat.as_deref().unwrap_or_default().into(),
            against.join("; ").into(),
            rank.map_or(Cell::Empty, |rank| Cell::count(rank + 1)),
            Cell::number(measures.map(|measures| measures.birnbaum)),
            Cell::number(measures.map(|measures| measures.criticality)),
        ]
    }));
}

/// What defence buys, and what an attacker's money breaks.
fn fronts(worked: &Worked, rows: &mut Vec<Vec<Cell>>) {
    let Worked { tree, found } = worked;
    for point in found.defence.iter().flatten() {
        let attack = if point.attack.is_finite() { Cell::Number(point.attack) } else { "no attack is left".into() };
        let with = telling::steps(tree, &point.defences, ", ", usize::MAX);
        let means = "cost of defences, then of the cheapest attack";
        rows.push(vec![tree.id.as_str().into(), "defence".into(), Cell::Number(point.defence), attack, means.into(), with.into()]);
    }
    for point in found.harm.iter().flatten() {
        let reaches = if point.goal { "reaches the goal" } else { "does not reach the goal" };
        let [spent, harm] = [point.cost, point.damage].map(Cell::Number);
        rows.push(vec![tree.id.as_str().into(), "harm".into(), spent, harm, "what the attacker spends, then harm".into(), reaches.into()]);
    }
}

/// Every mitigation that could be done: the chosen ones in the order of work, then the others.
fn work(input: &Input<'_>, plan: &Plan) -> Vec<Vec<Cell>> {
    let mut order: Vec<usize> = plan.steps.iter().map(|step| step.mitigation).collect();
    order.extend((0..plan.candidates.len()).filter(|at| !plan.candidates[*at].chosen));
    let row = |at: usize| {
        let candidate = &plan.candidates[at];
        let place = plan.steps.iter().position(|step| step.mitigation == at);
        let step = place.map(|place| &plan.steps[place]);
        let entry = input.model.root.mitigations.entries.get(&candidate.id).map(|entry| &entry.value);
        let status = entry.and_then(|entry| entry.status.as_ref()).map_or(MitigationStatus::Proposed, |status| status.value);
        vec![
            place.map_or(Cell::Empty, |place| Cell::count(place + 1)),
            candidate.id.as_str().into(),
            candidate.title.as_str().into(),
            Cell::Number(plan::in_days(candidate.hours)),
            Cell::yes(candidate.estimated),
            Cell::number(step.map(|step| step.removed)),
            Cell::number(step.map(|step| step.left)),
            Cell::Number(candidate.alone),
            Cell::Number(candidate.given_others),
            step.and_then(plan::sprints).unwrap_or_default().into(),
            candidate.needs.join("; ").into(),
            entry.and_then(|entry| entry.owner.as_ref()).map_or("", |owner| owner.value.as_str()).into(),
            entry.and_then(|entry| entry.due.as_ref()).map_or_else(String::new, |due| due.value.to_string()).into(),
            status.as_str().into(),
            Cell::yes(candidate.chosen),
        ]
    };
    order.into_iter().map(row).collect()
}

fn plan_front(plan: &Plan) -> Vec<Vec<Cell>> {
    let row = |point: &redan_engine::plan::Point| {
        let chosen = plan.candidates.iter().zip(&point.chosen).filter(|(_, chosen)| **chosen);
        let titles: Vec<&str> = chosen.map(|(candidate, _)| candidate.title.as_str()).collect();
        let titles = if titles.is_empty() { "nothing".to_owned() } else { titles.join("; ") };
        vec![Cell::Number(plan::in_days(point.cost)), Cell::Number(point.left), Cell::yes(point.proven), titles.into()]
    };
    plan.front.iter().map(row).collect()
}

fn risks(plan: &Plan) -> Vec<Vec<Cell>> {
    let word = |band: Option<Band>| Cell::from(band.map_or("", Band::as_str));
    let row = |line: &redan_engine::plan::RiskLine| {
        let [before, after, best] = [line.before, line.after, line.at_best].map(|risk| Cell::Number(f64::from(risk)));
        vec![line.id.as_str().into(), line.title.as_str().into(), before, after, best, word(line.band_before), word(line.band_after)]
    };
    plan.risks.iter().map(row).collect()
}

fn plan_goals(plan: &Plan) -> Vec<Vec<Cell>> {
    let word = |band: Option<Band>| Cell::from(band.map_or("", Band::as_str));
    let row = |line: &redan_engine::plan::GoalLine| {
        let mut cells: Vec<Cell> = vec![line.id.as_str().into(), line.title.as_str().into(), line.kind.as_str().into()];
        cells.extend([line.also.join("; ").into(), Cell::Number(line.impact.into())]);
        cells.extend([line.probability_before, line.probability_after].map(Cell::Share));
        cells.extend([line.before, line.after, line.at_best].map(|risk| Cell::Number(f64::from(risk))));
        cells.extend([line.band_before, line.band_after].map(word));
        cells
    };
    plan.goals.iter().map(row).collect()
}

fn loss(input: &Input<'_>) -> Vec<Vec<Cell>> {
    let mut rows = Vec::new();
    for (threat, found) in losses::all(input) {
        let after = found.after.as_ref();
        rows.push(vec![
            threat.id.as_str().into(),
            threat.title.as_str().into(),
            found.currency.as_deref().unwrap_or_default().into(),
            Cell::Number(found.before.ale),
            Cell::Number(found.before.p90),
            Cell::Number(found.before.p95),
            Cell::number(after.map(|after| after.ale)),
            Cell::number(after.map(|after| after.p90)),
            Cell::number(after.map(|after| after.p95)),
        ]);
    }
    rows
}

fn history(history: &History) -> Vec<Vec<Cell>> {
    let row = |past: &crate::history::Past| {
        let point = &past.point;
        let [critical, high, medium, low] = point.open;
        let counts = [
            critical,
            high,
            medium,
            low,
            point.unrated,
            point.questions,
            point.mitigated,
            point.accepted,
            point.new,
            point.closed,
            point.overdue,
        ];
        let mut row = vec![past.on.to_string().into(), past.commit.as_deref().unwrap_or("now").into()];
        row.extend(counts.map(Cell::count));
        row.push(Cell::share(point.question_rate()));
        row
    };
    history.points.iter().map(row).collect()
}
