//! The likeliest paths to one position.
//!
//! Partial paths grow backwards from the goal. The exact distance of their first position from the starts is the
//! estimate of what is missing, so that whole paths come out in the order of their lengths.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use rustc_hash::FxHashMap;

use super::graph::{FAR, Graph};

/// Paths as places of edges, in order, and whether the bound left none out.
pub(super) struct Found {
    pub(super) paths: Vec<Vec<u32>>,
    pub(super) complete: bool,
}

/// A partial path: one edge in front of another partial path.
struct Partial {
    edge: u32,
    then: Option<usize>,
    length: u64,
}

/// At most so many paths to a position, likeliest first. `who` says whose a path is by its first edge: the ways of one
/// attacker do not make those of another one superfluous. Every path to the goal holds a threat, as the table in the
/// head of [`super`] has it.
pub(super) fn search(graph: &Graph, distances: &[u64], who: &dyn Fn(u32) -> usize, goal: u32, most: usize, work: usize) -> Found {
    let mut found = Found { paths: Vec::new(), complete: true };
    if distances[goal as usize] == FAR || most == 0 {
        return found;
    }
    let mut partials: Vec<Partial> = Vec::new();
    let mut heap: BinaryHeap<Reverse<(u64, usize)>> = BinaryHeap::new();
    let mut kept: Vec<(usize, Vec<u32>)> = Vec::new();
    // Needs of partial paths by their first position. One that needs as much as another one there, or more, leads to
    // nothing that is kept: what goes in front of it can go in front of the other one, and that is no longer.
    let mut passed: FxHashMap<u32, Vec<Vec<u32>>> = FxHashMap::default();
    grow(graph, distances, goal, None, &mut partials, &mut heap);
    let mut looked_at = 0;
    while let Some(Reverse((_, at))) = heap.pop() {
        looked_at += 1;
        if looked_at > work {
            found.complete = false;
            break;
        }
        let from = graph.edges[partials[at].edge as usize].from;
        if from != 0 {
            let needs = threats(graph, &chain(&partials, Some(at)).collect::<Vec<u32>>());
            let known = passed.entry(from).or_default();
            if known.iter().any(|other| other.iter().all(|threat| needs.binary_search(threat).is_ok())) {
                continue;
            }
            known.push(needs);
            grow(graph, distances, from, Some(at), &mut partials, &mut heap);
            continue;
        }
        let path: Vec<u32> = chain(&partials, Some(at)).collect();
        let threats = threats(graph, &path);
        let own = path.first().map_or(0, |edge| who(*edge));
        let is_more =
            |(other, needs): &(usize, Vec<u32>)| *other == own && needs.iter().all(|threat| threats.binary_search(threat).is_ok());
        if kept.iter().any(is_more) {
            continue;
        }
        kept.push((own, threats));
        found.paths.push(path);
        if found.paths.len() == most {
            break;
        }
    }
    found
}

/// Puts every edge that leads to a position in front of a partial path, unless that comes back to a position of it.
fn grow(
    graph: &Graph,
    distances: &[u64],
    node: u32,
    then: Option<usize>,
    partials: &mut Vec<Partial>,
    heap: &mut BinaryHeap<Reverse<(u64, usize)>>,
) {
    let so_far = then.map_or(0, |at| partials[at].length);
    for edge in &graph.incoming[node as usize] {
        let from = graph.edges[*edge as usize].from;
        if distances[from as usize] == FAR || comes_back(graph, from, partials, then) {
            continue;
        }
        let length = so_far.saturating_add(graph.lengths[*edge as usize]);
        heap.push(Reverse((length.saturating_add(distances[from as usize]), partials.len())));
        partials.push(Partial { edge: *edge, then, length });
    }
}

/// Whether a partial path has been at a position already.
fn comes_back(graph: &Graph, from: u32, partials: &[Partial], then: Option<usize>) -> bool {
    chain(partials, then).any(|edge| graph.edges[edge as usize].to == from)
}

fn chain(partials: &[Partial], from: Option<usize>) -> impl Iterator<Item = u32> + '_ {
    std::iter::successors(from, |at| partials[*at].then).map(|at| partials[at].edge)
}

/// The threats of a path, sorted, each once.
fn threats(graph: &Graph, path: &[u32]) -> Vec<u32> {
    let mut threats: Vec<u32> = path.iter().filter_map(|edge| graph.edges[*edge as usize].threat).collect();
    threats.sort_unstable();
    threats.dedup();
    threats
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::graph::Edge;
    use super::*;

    const NODES: u32 = 6;

    fn graph(edges: &[(u32, u32, bool)]) -> Graph {
        let mut edges: Vec<(u32, u32, bool)> = edges.iter().copied().filter(|(from, to, _)| from != to && *to != 0).collect();
        edges.sort_unstable();
        edges.dedup();
        let chances: Vec<f64> = (0..edges.len()).map(|at| [0.9, 0.6, 0.3, 0.1][at % 4]).collect();
        let edge = |(at, (from, to, has_threat)): (u32, (u32, u32, bool))| Edge {
            from,
            to,
            // Into the goal no step is free.
            threat: (has_threat || to == NODES - 1).then_some(at),
            flow: None,
            back: false,
        };
        Graph::new((0..).zip(edges).map(edge).collect(), vec![None; NODES as usize], &chances)
    }

    /// Every path from the start to a node that comes to no node twice, by going everywhere.
    fn all(graph: &Graph, goal: u32) -> Vec<Vec<u32>> {
        let mut done = Vec::new();
        let mut stack: Vec<(u32, Vec<u32>)> = vec![(0, Vec::new())];
        while let Some((node, path)) = stack.pop() {
            if node == goal {
                done.push(path);
                continue;
            }
            for (at, edge) in (0_u32..).zip(&graph.edges) {
                let again = path.iter().any(|edge_before| graph.edges[*edge_before as usize].from == edge.to);
                if edge.from == node && !again {
                    stack.push((edge.to, [&path[..], &[at]].concat()));
                }
            }
        }
        done
    }

    fn length(graph: &Graph, path: &[u32]) -> u64 {
        path.iter().map(|edge| graph.lengths[*edge as usize]).sum()
    }

    proptest! {
        #[test]
        fn the_paths_are_those_of_going_everywhere(
            edges in prop::collection::vec((0..NODES, 0..NODES, prop::bool::ANY), 1..16),
            most in 1..6_usize,
        ) {
            let graph = graph(&edges);
            let goal = NODES - 1;
            let found = search(&graph, &graph.distances(), &|_| 0, goal, most, 1_000_000);
            let mut every = all(&graph, goal);
            every.sort_by_key(|path| length(&graph, path));
            let mut kept: Vec<Vec<u32>> = Vec::new();
            let mut expected = Vec::new();
            for path in every {
                let own = threats(&graph, &path);
                if !kept.iter().any(|other| other.iter().all(|threat| own.contains(threat))) {
                    expected.push(length(&graph, &path));
                    kept.push(own);
                }
            }
            expected.truncate(most);
            let lengths: Vec<u64> = found.paths.iter().map(|path| length(&graph, path)).collect();
            prop_assert!(found.complete);
            prop_assert_eq!(lengths, expected);
        }
    }

    #[test]
    fn a_bound_that_stops_the_search_is_told() {
        let graph = graph(&[(0, 1, false), (1, 2, true), (2, 3, true), (1, 3, true)]);
        let distances = graph.distances();
        assert!(!search(&graph, &distances, &|_| 0, 3, 5, 2).complete);
        assert!(search(&graph, &distances, &|_| 0, 3, 5, 100).complete);
    }
}
