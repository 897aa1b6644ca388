//! Trust boundaries: their nesting and their trust.

use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::{OutOfScope, Thing, ZoneIx};

use super::names::index;
use super::{Part, Resolver};

impl Resolver<'_> {
    /// Links zones with what is around them; a circle is reported and cut.
    pub(super) fn link_zones(&mut self, parts: &[Part]) {
        for part in parts {
            for (id, entry) in &part.root.zones.entries {
                let parent = entry.value.r#in.as_ref().and_then(|name| self.zone(part, name));
                // A zone whose id is taken is not part of the model; what it refers to was looked at all the same.
                let Some(Thing::Zone(ix)) = self.own(part, id) else { continue };
                self.model.zones[ix.index()].parent = parent;
            }
        }
        let parents: Vec<Option<usize>> = self.model.zones.iter().map(|zone| zone.parent.map(ZoneIx::index)).collect();
        for at in circles(&parents) {
            let identity = &self.model.zones[at].identity;
            let message = format!("zone `{}` is inside itself", identity.id);
            let span = self.model.zones[at].stated.r#in.as_ref().map_or(identity.id_span, |name| name.span);
            let diagnostic = Diagnostic::error(codes::CYCLE, span, message).help(chain(&parents, at, |i| &self.model.zones[i].identity.id));
            self.names.report(diagnostic);
            self.model.zones[at].parent = None;
        }
        self.hand_down_to_zones();
    }

    /// The thing that an entry of a part became, if no other thing has its id.
    pub(super) fn own(&self, part: &Part, id: &str) -> Option<Thing> {
        match &part.prefix {
            None => self.model.names.get(id).copied(),
            Some(_) => self.model.names.get(part.id(id).as_str()).copied(),
        }
    }

    fn hand_down_to_zones(&mut self) {
        let parents: Vec<Option<usize>> = self.model.zones.iter().map(|zone| zone.parent.map(ZoneIx::index)).collect();
        for at in outermost_first(&parents) {
            let ix = ZoneIx(index(at));
            let parent = self.model.zones[at].parent;
            if let Some(parent) = parent {
                self.model.zones[parent.index()].children.push(ix);
            }
            let zone = &self.model.zones[at];
            let own = zone.stated.trust.as_ref().map(|trust| (trust.value.value, ix));
            let trust = own.or_else(|| parent.and_then(|parent| self.model[parent].trust));
            let out = match (&zone.stated.out_of_scope, &zone.identity.provided_by) {
                (Some(reason), _) => Some(OutOfScope { reason: reason.value.clone(), said_by: Thing::Zone(ix) }),
                (None, Some(name)) => Some(provided(name)),
                (None, None) => parent.and_then(|parent| handed_down(self.model[parent].out_of_scope.as_ref())),
            };
            let zone = &mut self.model.zones[at];
            (zone.trust, zone.out_of_scope) = (trust, out);
        }
        self.model.zones.iter_mut().for_each(|zone| zone.children.sort());
    }
}

/// Why parts of used files are not looked at.
pub(super) fn provided(name: &str) -> OutOfScope {
    OutOfScope { reason: format!("provided by {name}"), said_by: Thing::Model }
}

/// What a thing out of scope says of what is inside it. A zone of another file may have parts of this model inside,
/// and those are looked at.
pub(super) fn handed_down(out: Option<&OutOfScope>) -> Option<OutOfScope> {
    out.filter(|out| out.said_by != Thing::Model).cloned()
}

/// The places where a circle of parents has to be cut, one for each circle.
pub(super) fn circles(parents: &[Option<usize>]) -> Vec<usize> {
    let mut walk_of = vec![usize::MAX; parents.len()];
    let mut cuts = Vec::new();
    for start in 0..parents.len() {
        let mut at = Some(start);
        while let Some(here) = at {
            if walk_of[here] != usize::MAX {
                if walk_of[here] == start {
                    cuts.push(here);
                }
                break;
            }
            walk_of[here] = start;
            at = parents[here];
        }
    }
    cuts
}

/// Every index after that of its parent; parents have no circles.
pub(super) fn outermost_first(parents: &[Option<usize>]) -> Vec<usize> {
    let mut order = Vec::with_capacity(parents.len());
    let mut done = vec![false; parents.len()];
    for start in 0..parents.len() {
        let mut path = Vec::new();
        let mut at = Some(start);
        while let Some(here) = at.filter(|here| !done[*here]) {
            done[here] = true;
            path.push(here);
            at = parents[here];
        }
        order.extend(path.into_iter().rev());
    }
    order
}

/// The circle in words, such as `a in b in a`; long ones are cut.
pub(super) fn chain<'m>(parents: &[Option<usize>], start: usize, id: impl Fn(usize) -> &'m String) -> String {
    const MOST: usize = 12;
    let mut text = format!("`{}`", id(start));
    let mut at = parents[start];
    for _ in 0..MOST {
        let Some(here) = at else { break };
        text.push_str(&format!(" is in `{}`", id(here)));
        if here == start {
            return text;
        }
        text.push_str(", which");
        at = parents[here];
    }
    format!("{text} …")
}
