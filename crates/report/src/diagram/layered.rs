//! Ranks and order for every graph, whatever its cycles, boxes and size: no assumption that an input could break.
//!
//! Cycles are cut by a search in the order of the model, ranks are the longest paths, and the order in each rank
//! follows the neighbours in the ranks beside it, a box counting as one thing.

use std::cmp::Ordering;

use super::graph::Graph;
use super::place::{Area, EDGE_GAP, GAP, Item, Role, Span, assign_owners};

/// Nodes and stops in ranks with a gap between them; nothing if there would be more than `most`.
pub(crate) fn ranked(graph: &Graph, gap: f64, most: usize) -> Option<Vec<Item>> {
    let arcs = arcs(graph);
    let ranks = ranks(graph.slots.len(), &arcs);
    let lengths = arcs.iter().filter(|arc| arc.link.is_some()).map(|arc| ranks[arc.to].abs_diff(ranks[arc.from]));
    if graph.slots.len() + lengths.sum::<usize>() > most {
        return None;
    }
    let mut net = Net::of(graph, &arcs, &ranks);
    set_along(&mut net, gap);
    assign_owners(graph, &mut net.items);
    Order::of(graph, &net).best(&mut net);
    Some(net.items)
}

/// The rank of each node.
pub(crate) fn ranks_of(graph: &Graph) -> Vec<usize> {
    ranks(graph.slots.len(), &arcs(graph))
}

/// A link or the tie of a column, between nodes.
struct Arc {
    link: Option<usize>,
    from: usize,
    to: usize,
}

fn arcs(graph: &Graph) -> Vec<Arc> {
    let links = graph.links.iter().enumerate();
    let links = links.filter_map(|(ix, link)| graph.ends(link).map(|(from, to)| Arc { link: Some(ix), from, to }));
    links.chain(graph.columns().into_iter().map(|(from, to)| Arc { link: None, from, to })).collect()
}

/// Even ranks of the nodes, a free rank for labels between any two. An arc against the order in which the search leaves
/// the nodes runs upwards.
fn ranks(nodes: usize, arcs: &[Arc]) -> Vec<usize> {
    let place = places(nodes, arcs);
    let mut before: Vec<Vec<usize>> = vec![Vec::new(); nodes];
    let mut after: Vec<Vec<usize>> = vec![Vec::new(); nodes];
    for arc in arcs {
        let (first, second) = if place[arc.from] < place[arc.to] { (arc.from, arc.to) } else { (arc.to, arc.from) };
        before[second].push(first);
        after[first].push(second);
    }
    let mut order: Vec<usize> = (0..nodes).collect();
    order.sort_by_key(|&node| place[node]);
    let mut ranks = vec![0; nodes];
    for &node in &order {
        ranks[node] = before[node].iter().map(|&other| ranks[other] + 2).max().unwrap_or(0);
    }
    // What has more to do with the ranks below moves down to them.
    for &node in order.iter().rev() {
        if let Some(lowest) = after[node].iter().map(|&other| ranks[other] - 2).min().filter(|_| after[node].len() > before[node].len()) {
            ranks[node] = lowest;
        }
    }
    let top = ranks.iter().copied().min().unwrap_or(0);
    ranks.iter_mut().for_each(|rank| *rank -= top);
    ranks
}

/// For each node its place in an order in which most arcs run forward: a search without recursion, sources first.
fn places(nodes: usize, arcs: &[Arc]) -> Vec<usize> {
    let mut out: Vec<Vec<usize>> = vec![Vec::new(); nodes];
    let mut entered = vec![false; nodes];
    for arc in arcs {
        out[arc.from].push(arc.to);
        entered[arc.to] = true;
    }
    let (sources, others): (Vec<usize>, Vec<usize>) = (0..nodes).partition(|&node| !entered[node]);
    let mut seen = vec![false; nodes];
    let mut left = Vec::with_capacity(nodes);
    for root in sources.into_iter().chain(others) {
        if std::mem::replace(&mut seen[root], true) {
            continue;
        }
        let mut path = vec![(root, 0)];
        while let Some((node, next)) = path.last_mut() {
            match out[*node].get(*next).copied() {
                Some(other) => {
                    *next += 1;
                    if !std::mem::replace(&mut seen[other], true) {
                        path.push((other, 0));
                    }
                }
                None => {
                    left.push(*node);
                    path.pop();
                }
            }
        }
    }
    let mut place = vec![0; nodes];
    left.iter().rev().enumerate().for_each(|(at, &node)| place[node] = at);
    place
}

/// Items in their ranks with their neighbours.
struct Net {
    items: Vec<Item>,
    ranks: Vec<Vec<usize>>,
    above: Vec<Vec<usize>>,
    below: Vec<Vec<usize>>,
}

impl Net {
    fn of(graph: &Graph, arcs: &[Arc], ranks: &[usize]) -> Self {
        let item = |role, parent, w: f64, h: f64| {
            let area = Area { along: Span { lo: 0.0, hi: h }, across: Span { lo: 0.0, hi: w } };
            Item { role, parent, area, order: 0.0 }
        };
        let nodes = graph.slots.iter().enumerate();
        let items = nodes.map(|(ix, slot)| item(Role::Node(ix), slot.parent, slot.size.w, slot.size.h)).collect();
        let mut net = Self { items, ranks: Vec::new(), above: vec![Vec::new(); ranks.len()], below: vec![Vec::new(); ranks.len()] };
        ranks.iter().enumerate().for_each(|(ix, &rank)| net.enter(ix, rank));
        for arc in arcs {
            let Some(link) = arc.link else { continue };
            let down = ranks[arc.from] <= ranks[arc.to];
            let (lo, hi) = if down { (ranks[arc.from], ranks[arc.to]) } else { (ranks[arc.to], ranks[arc.from]) };
            let middle = usize::midpoint(lo, hi) | 1;
            let size = graph.links[link].label;
            let first = net.items.len();
            for at in lo + 1..hi {
                // From the start of the link to its end.
                let rank = if down { at } else { lo + hi - at };
                let is_label = rank == middle && size.h > 0.0;
                let (w, h) = if is_label { (size.w, size.h) } else { (0.0, 0.0) };
                net.items.push(item(Role::Stop(link, is_label), None, w, h));
                net.enter(net.items.len() - 1, rank);
            }
            let chain: Vec<usize> = std::iter::once(arc.from).chain(first..net.items.len()).chain([arc.to]).collect();
            net.join(&chain, down);
        }
        net
    }

    fn enter(&mut self, item: usize, rank: usize) {
        if self.ranks.len() <= rank {
            self.ranks.resize(rank + 1, Vec::new());
        }
        self.ranks[rank].push(item);
    }

    fn join(&mut self, chain: &[usize], down: bool) {
        self.above.resize(self.items.len(), Vec::new());
        self.below.resize(self.items.len(), Vec::new());
        for pair in chain.windows(2) {
            let (upper, lower) = if down { (pair[0], pair[1]) } else { (pair[1], pair[0]) };
            self.below[upper].push(lower);
            self.above[lower].push(upper);
        }
    }
}

/// Ranks one below the other, each as high as the highest thing in it; stops without a label pass the whole rank.
fn set_along(net: &mut Net, gap: f64) {
    let mut top = 0.0;
    for rank in &net.ranks {
        let height = rank.iter().map(|&ix| net.items[ix].area.along.hi).fold(0.0, f64::max);
        for &ix in rank {
            let passes = matches!(net.items[ix].role, Role::Stop(_, false));
            let own = if passes { height } else { net.items[ix].area.along.hi };
            net.items[ix].area.along = Span::about(top + height / 2.0, own);
        }
        top += height + gap;
    }
}

/// The search for an order with few crossings.
struct Order {
    /// The boxes around each item, the outermost first.
    paths: Vec<Vec<usize>>,
    frames: usize,
}

impl Order {
    fn of(graph: &Graph, net: &Net) -> Self {
        let path = |item: &Item| {
            let mut path: Vec<usize> = graph.lineage(item.parent).collect();
            path.reverse();
            path
        };
        Self { paths: net.items.iter().map(path).collect(), frames: graph.frames.len() }
    }

    fn best(&self, net: &mut Net) {
        const ROUNDS: usize = 14;
        let mut at: Vec<f64> = (0..net.items.len()).map(|ix| ix as f64).collect();
        let (mut best, mut fewest) = (at.clone(), usize::MAX);
        for round in 0..ROUNDS {
            self.sweep(net, round % 2 == 0, &mut at);
            let crossings = crossings(net, &at);
            if crossings < fewest {
                (best, fewest) = (at.clone(), crossings);
            }
        }
        for (item, x) in net.items.iter_mut().zip(best) {
            let width = item.area.across.hi - item.area.across.lo;
            item.area.across = Span::about(x, width);
            item.order = x;
        }
    }

    /// Orders the ranks one after the other, each by its neighbours in the rank before.
    fn sweep(&self, net: &Net, down: bool, at: &mut [f64]) {
        let ranks: Vec<&Vec<usize>> = if down { net.ranks.iter().collect() } else { net.ranks.iter().rev().collect() };
        let homes = self.homes(at);
        for rank in ranks {
            for &ix in rank {
                let near = if down { &net.above[ix] } else { &net.below[ix] };
                if !near.is_empty() {
                    at[ix] = near.iter().map(|&other| at[other]).sum::<f64>() / near.len() as f64;
                }
            }
            let mut row = rank.clone();
            row.sort_by(|&a, &b| self.compare(a, b, at, &homes));
            set_row(net, &row, at);
        }
    }

    /// Mean position of what is in each box.
    fn homes(&self, at: &[f64]) -> Vec<f64> {
        let mut sums = vec![(0.0, 0.0); self.frames];
        for (path, x) in self.paths.iter().zip(at) {
            path.iter().for_each(|&frame| sums[frame] = (sums[frame].0 + x, sums[frame].1 + 1.0));
        }
        sums.into_iter().map(|(sum, count): (f64, f64)| sum / count.max(1.0)).collect()
    }

    /// Boxes stay together: what differs first on the way in decides.
    fn compare(&self, a: usize, b: usize, at: &[f64], homes: &[f64]) -> Ordering {
        let (left, right) = (&self.paths[a], &self.paths[b]);
        let same = left.iter().zip(right).take_while(|(x, y)| x == y).count();
        let key = |path: &[usize], item: usize| path.get(same).map_or((at[item], 1, item), |&frame| (homes[frame], 0, frame));
        let (x, y) = (key(left, a), key(right, b));
        x.0.total_cmp(&y.0).then((x.1, x.2).cmp(&(y.1, y.2)))
    }
}

/// Puts a row side by side, around where it wants to be.
fn set_row(net: &Net, row: &[usize], at: &mut [f64]) {
    let width = |ix: usize| net.items[ix].area.across.hi - net.items[ix].area.across.lo;
    let gap = |ix: usize| if matches!(net.items[ix].role, Role::Stop(..)) { EDGE_GAP } else { GAP };
    let total: f64 = row.iter().map(|&ix| width(ix) + gap(ix)).sum();
    let middle = row.iter().map(|&ix| at[ix]).sum::<f64>() / row.len().max(1) as f64;
    let mut x = middle - total / 2.0;
    for &ix in row {
        at[ix] = x + width(ix) / 2.0;
        x += width(ix) + gap(ix);
    }
}

/// How many pieces of edges cross, counted between neighbouring ranks.
fn crossings(net: &Net, at: &[f64]) -> usize {
    let mut total = 0;
    for pair in net.ranks.windows(2) {
        let mut lower = pair[1].clone();
        lower.sort_by(|&a, &b| at[a].total_cmp(&at[b]).then(a.cmp(&b)));
        let mut place = vec![0; net.items.len()];
        lower.iter().enumerate().for_each(|(ix, &item)| place[item] = ix + 1);
        let mut upper = pair[0].clone();
        upper.sort_by(|&a, &b| at[a].total_cmp(&at[b]).then(a.cmp(&b)));
        let mut seen = vec![0_usize; lower.len() + 1];
        let mut count = 0;
        for item in upper {
            let mut ends: Vec<usize> = net.below[item].iter().map(|&other| place[other]).filter(|&end| end > 0).collect();
            ends.sort_unstable();
            total += ends.iter().map(|&end| count - up_to(&seen, end)).sum::<usize>();
            count += ends.len();
            ends.iter().for_each(|&end| add(&mut seen, end));
        }
    }
    total
}

/// Sum of the first entries of a Fenwick tree.
fn up_to(tree: &[usize], mut end: usize) -> usize {
    let mut sum = 0;
    while end > 0 {
        sum += tree[end];
        end &= end - 1;
    }
    sum
}

fn add(tree: &mut [usize], mut at: usize) {
    while at < tree.len() {
        tree[at] += 1;
        at += at & at.wrapping_neg();
    }
}
