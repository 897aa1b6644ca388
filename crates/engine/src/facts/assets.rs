//! Which assets are where, and how much their properties matter.

use redan_model::lang::{Level, StatedLevel};
use redan_model::{AssetIx, Thing};

use super::Facts;
use super::placement::{narrow32, split_list};
use crate::fact::{FactKey, Property};

/// The assets of a flow.
#[derive(Debug)]
pub(super) struct Moves {
    pub(super) carries: Vec<AssetIx>,
    pub(super) returns: Vec<AssetIx>,
    pub(super) known: bool,
}

/// The assets of an element.
#[derive(Debug)]
pub(super) struct Holds {
    pub(super) assets: Vec<AssetIx>,
    pub(super) known: bool,
}

impl Facts<'_> {
    pub(super) fn locate_assets(&mut self) {
        self.moves = self.flow_ixs().map(|ix| self.find_moves(ix)).collect();
        self.holds = self.element_ixs().map(|ix| self.find_holds(ix)).collect();
        self.silent_stores = self.element_ixs().filter(|ix| self.silent_store(*ix)).collect();
        self.services = vec![Vec::new(); self.model.elements.len()];
        for asset in self.asset_ixs() {
            for element in &self.model[asset].on {
                self.services[element.index()].push(asset);
            }
        }
        self.holders = vec![Vec::new(); self.model.assets.len()];
        self.carriers = vec![Vec::new(); self.model.assets.len()];
        for ix in self.element_ixs() {
            for asset in &self.holds[ix.index()].assets {
                self.holders[asset.index()].push(ix);
            }
        }
        for ix in self.flow_ixs() {
            let moves = &self.moves[ix.index()];
            for asset in moves.carries.iter().chain(moves.returns.iter().filter(|asset| !moves.carries.contains(asset))) {
                self.carriers[asset.index()].push(ix);
            }
        }
        self.levels = self.asset_ixs().map(|ix| Property::ALL.map(|property| self.find_level(ix, property))).collect();
    }

    pub(crate) fn asset_ixs(&self) -> impl Iterator<Item = AssetIx> + use<> {
        (0..narrow32(self.model.assets.len())).map(AssetIx)
    }

    fn find_moves(&self, ix: redan_model::FlowIx) -> Moves {
        let (flow, thing) = (&self.model[ix], Thing::Flow(ix));
        let carries = self.written_elsewhere(thing, FactKey::Carries);
        let returns = self.written_elsewhere(thing, FactKey::Returns);
        Moves {
            carries: carries.map_or_else(|| flow.carries.clone(), |text| self.parse_assets(text)),
            returns: returns.map_or_else(|| flow.returns.clone(), |text| self.parse_assets(text)),
            known: flow.moves_known || carries.is_some() || returns.is_some(),
        }
    }

    fn find_holds(&self, ix: redan_model::ElementIx) -> Holds {
        let written = self.written_elsewhere(Thing::Element(ix), FactKey::Holds);
        Holds {
            assets: written.map_or_else(|| self.model[ix].holds.clone(), |text| self.parse_assets(text)),
            known: written.is_some() || self.model[ix].stated.holds.is_written(),
        }
    }

    fn find_level(&self, ix: AssetIx, property: Property) -> Option<Level> {
        if let Some(text) = self.written_elsewhere(Thing::Asset(ix), FactKey::Level(property)) {
            return Level::from_word(text);
        }
        match self.stated_level(ix, property)?.value.is {
            StatedLevel::Is(level) => Some(level),
            StatedLevel::Unknown | StatedLevel::Depends => None,
        }
    }

    /// What the asset's own entry says of a level.
    pub(super) fn stated_level(&self, ix: AssetIx, property: Property) -> Option<&redan_model::Spanned<redan_model::lang::LevelValue>> {
        let stated = &self.model[ix].stated;
        match property {
            Property::Confidentiality => stated.confidentiality.as_ref(),
            Property::Integrity => stated.integrity.as_ref(),
            Property::Availability => stated.availability.as_ref(),
            Property::Privacy => stated.privacy.as_ref(),
        }
    }

    fn parse_assets(&self, text: &str) -> Vec<AssetIx> {
        let asset = |id| match self.model.find(id) {
            Some(Thing::Asset(ix)) => Some(ix),
            _ => None,
        };
        split_list(text).filter_map(asset).collect()
    }
}
