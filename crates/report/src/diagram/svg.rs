//! The diagram as SVG.

use super::layout::Layout;
use super::scene::Scene;

/// Writes a scene with its layout.
#[expect(clippy::unimplemented, reason = "contract")]
pub(crate) fn render(scene: &Scene, layout: &Layout) -> String {
    let _ = (scene, layout);
    unimplemented!("contract")
}
