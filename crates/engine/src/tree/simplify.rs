//! Makes a net smaller without changing what it means: fewer gates, fewer occurrences, more modules.

use rustc_hash::FxHashMap;

use super::net::{Builder, FALSE, Kind, Net, TRUE};
use super::structure::Literal;

/// Rounds of all rewritings. Each finds what the one before made possible; few have anything to do after the third.
const ROUNDS: usize = 5;

/// Applies every rewriting until nothing changes.
pub(super) fn simplify(net: &Net) -> Net {
    let mut net = coalesce(net);
    let mut size = net.size();
    for _ in 0..ROUNDS {
        let next = together(&factor(&coalesce(&assume(&net))));
        let now = next.size();
        net = next;
        if now == size {
            break;
        }
        size = now;
    }
    net
}

/// A conjunction that only one conjunction uses becomes part of it.
fn coalesce(net: &Net) -> Net {
    let uses = net.uses();
    net.rebuild(|builder, at, moved| {
        let cell = &net.cells[at];
        if cell.kind != Kind::And {
            return builder.again(cell.kind, cell.inputs.iter().map(|input| moved(*input)).collect());
        }
        let mut inputs = Vec::with_capacity(cell.inputs.len());
        let mut stack: Vec<Literal> = cell.inputs.iter().rev().copied().collect();
        while let Some(input) = stack.pop() {
            let below = &net.cells[input.node()];
            if !input.is_negated() && below.kind == Kind::And && uses[input.node()] == 1 {
                stack.extend(below.inputs.iter().rev());
            } else {
                inputs.push(moved(input));
            }
        }
        builder.and(inputs)
    })
}

/// Below one input of a conjunction its other inputs may be taken to hold, for otherwise nothing below matters. This
/// reaches every cell to which all ways from the goal lead through the conjunction.
fn assume(net: &Net) -> Net {
    let fixed = assumptions(net);
    if fixed.is_empty() {
        return net.clone();
    }
    net.rebuild(|builder, at, moved| {
        let cell = &net.cells[at];
        let inputs = cell.inputs.iter().map(|input| match fixed.get(&(at, input.node())) {
            Some(holds) if *holds != input.is_negated() => TRUE,
            Some(_) => FALSE,
            None => moved(*input),
        });
        let inputs = inputs.collect();
        builder.again(cell.kind, inputs)
    })
}

/// For each cell and input of it whether that input may be taken to hold.
fn assumptions(net: &Net) -> FxHashMap<(usize, usize), bool> {
    let below = dominated(net);
    let mut known: Vec<Option<bool>> = vec![None; net.cells.len()];
    let mut fixed = FxHashMap::default();
    let mut stack = vec![Step::Enter(net.goal.node())];
    while let Some(step) = stack.pop() {
        let at = match step {
            Step::Forget(at) => {
                known[at] = None;
                continue;
            }
            Step::Enter(at) => at,
        };
        let cell = &net.cells[at];
        for input in &cell.inputs {
            if let Some(holds) = known[input.node()] {
                fixed.insert((at, input.node()), holds);
            }
        }
        if cell.kind == Kind::And && !below[at].is_empty() {
            for input in &cell.inputs {
                if known[input.node()].is_none() {
                    known[input.node()] = Some(!input.is_negated());
                    stack.push(Step::Forget(input.node()));
                }
            }
        }
        stack.extend(below[at].iter().map(|below| Step::Enter(*below)));
    }
    fixed
}

enum Step {
    Enter(usize),
    Forget(usize),
}

/// For each cell the gates that it dominates directly: all ways from the goal to them lead through it.
fn dominated(net: &Net) -> Vec<Vec<usize>> {
    let uses = net.uses();
    let goal = net.goal.node();
    let mut above = vec![usize::MAX; net.cells.len()];
    above[goal] = goal;
    let mut below = vec![Vec::new(); net.cells.len()];
    for at in (1..=goal).rev().filter(|at| uses[*at] > 0) {
        if at != goal && !matches!(net.cells[at].kind, Kind::Leaf(_)) {
            below[above[at]].push(at);
        }
        for input in &net.cells[at].inputs {
            let mut one = above[input.node()];
            let mut other = at;
            // Whatever dominates a cell stands after it, so the earlier of two moves up.
            while one != usize::MAX && one != other {
                if one < other {
                    one = above[one];
                } else {
                    other = above[other];
                }
            }
            above[input.node()] = other;
        }
    }
    below
}

/// Disjunctions in one conjunction that share a literal: `(a or b) and (a or c)` is `a or (b and c)`.
fn factor(net: &Net) -> Net {
    let uses = net.uses();
    net.rebuild(|builder, at, moved| {
        let cell = &net.cells[at];
        let is_choice = |input: &Literal| input.is_negated() && net.cells[input.node()].kind == Kind::And && uses[input.node()] == 1;
        if cell.kind != Kind::And || cell.inputs.iter().filter(|input| is_choice(input)).count() < 2 {
            return builder.again(cell.kind, cell.inputs.iter().map(|input| moved(*input)).collect());
        }
        let (choices, rest): (Vec<Literal>, Vec<Literal>) = cell.inputs.iter().partition(|input| is_choice(input));
        let mut inputs: Vec<Literal> = rest.into_iter().map(moved).collect();
        let sets: Vec<Vec<Literal>> =
            choices.iter().map(|choice| net.cells[choice.node()].inputs.iter().map(|input| moved(*input)).collect()).collect();
        factored(builder, sets, &mut inputs);
        builder.and(inputs)
    })
}

/// Adds the negation of the conjunction of each set, sets that share a literal together.
fn factored(builder: &mut Builder, sets: Vec<Vec<Literal>>, out: &mut Vec<Literal>) {
    let mut holders: FxHashMap<Literal, Vec<usize>> = FxHashMap::default();
    for (at, set) in sets.iter().enumerate() {
        set.iter().for_each(|literal| holders.entry(*literal).or_default().push(at));
    }
    let mut shared: Vec<(Literal, Vec<usize>)> = holders.into_iter().filter(|(_, at)| at.len() > 1).collect();
    shared.sort_unstable_by(|one, other| other.1.len().cmp(&one.1.len()).then(one.0.cmp(&other.0)));
    let mut used = vec![false; sets.len()];
    for (literal, holders) in shared {
        let free: Vec<usize> = holders.into_iter().filter(|at| !used[*at]).collect();
        if free.len() < 2 {
            continue;
        }
        let without = free.iter().map(|at| {
            let rest = sets[*at].iter().copied().filter(|other| *other != literal).collect();
            builder.and(rest).negate()
        });
        let without = without.collect();
        let inner = builder.and(without);
        out.push(builder.and(vec![literal, inner.negate()]).negate());
        free.into_iter().for_each(|at| used[at] = true);
    }
    for (set, _) in sets.into_iter().zip(used).filter(|(_, used)| !used) {
        out.push(builder.and(set).negate());
    }
}

/// Inputs that always stand together in the same conjunctions become one input.
fn together(net: &Net) -> Net {
    let uses = net.uses();
    let mut users: Vec<Vec<(usize, bool)>> = vec![Vec::new(); net.cells.len()];
    let mut alone = vec![false; net.cells.len()];
    alone[net.goal.node()] = true;
    for (at, cell) in net.cells.iter().enumerate().filter(|(at, _)| uses[*at] > 0) {
        for input in &cell.inputs {
            alone[input.node()] |= cell.kind != Kind::And;
            users[input.node()].push((at, input.is_negated()));
        }
    }
    let mut groups: FxHashMap<Vec<usize>, Vec<Literal>> = FxHashMap::default();
    for at in 1..net.cells.len() {
        let signs = users[at].iter().filter(|(_, negated)| *negated).count();
        if users[at].len() > 1 && !alone[at] && (signs == 0 || signs == users[at].len()) {
            let place = u32::try_from(at).expect("cells have places of 32 bits");
            groups.entry(users[at].iter().map(|(user, _)| *user).collect()).or_default().push(Literal::new(place, signs > 0));
        }
    }
    let mut group_of: FxHashMap<usize, Vec<Literal>> = FxHashMap::default();
    for (_, group) in groups.into_iter().filter(|(_, group)| group.len() > 1) {
        group.iter().for_each(|literal| drop(group_of.insert(literal.node(), group.clone())));
    }
    if group_of.is_empty() {
        return net.clone();
    }
    net.rebuild(|builder, at, moved| {
        let cell = &net.cells[at];
        let mut inputs: Vec<Literal> = Vec::with_capacity(cell.inputs.len());
        for input in &cell.inputs {
            match group_of.get(&input.node()) {
                Some(group) if group[0] == *input => inputs.push(builder.and(group.iter().map(|literal| moved(*literal)).collect())),
                Some(_) => {}
                None => inputs.push(moved(*input)),
            }
        }
        builder.again(cell.kind, inputs)
    })
}
