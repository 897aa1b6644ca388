//! The picture that a new one follows, so that people who know the old one find their way: where its nodes were goes into
//! the scene, and the score counts how far they moved.

use serde::Deserialize;

use redan_model::ById;

use super::geometry::Point;
use super::layout::Layout;
use super::scene::Scene;

/// The part of a diagram in JSON that matters here.
#[derive(Deserialize)]
struct Picture<'a> {
    #[serde(borrow)]
    nodes: Vec<Placed<'a>>,
}

#[derive(Deserialize)]
struct Placed<'a> {
    #[serde(borrow)]
    id: std::borrow::Cow<'a, str>,
    x: f64,
    y: f64,
}

/// Notes in a scene where its nodes are in an earlier diagram, as [`super::json`] writes it. Nodes that were not there
/// are placed freely.
///
/// # Errors
/// What is wrong with the text, if it is no such diagram.
pub fn follow(scene: &mut Scene, diagram: &str) -> Result<(), String> {
    let picture: Picture<'_> = serde_json::from_str(diagram).map_err(|error| error.to_string())?;
    let places: ById<Point, &str> = picture.nodes.iter().map(|node| (&*node.id, Point { x: node.x, y: node.y })).collect();
    for node in &mut scene.nodes {
        node.before = places.get(node.id.as_str()).copied();
    }
    Ok(())
}

/// How far nodes are from where they were, in pixels, on average; the picture as a whole may move. 0 without an earlier
/// picture.
pub(crate) fn movement(scene: &Scene, layout: &Layout) -> f64 {
    let moves: Vec<Point> = scene
        .nodes
        .iter()
        .zip(&layout.nodes)
        .filter_map(|(node, now)| node.before.map(|before| Point { x: now.x - before.x, y: now.y - before.y }))
        .collect();
    let shift = Point { x: median(moves.iter().map(|by| by.x)), y: median(moves.iter().map(|by| by.y)) };
    let all: f64 = moves.iter().map(|by| (by.x - shift.x).abs() + (by.y - shift.y).abs()).sum();
    all / moves.len().max(1) as f64
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::super::geometry::Rect;
    use super::super::scene::Node;
    use super::*;

    fn scene() -> Scene {
        let node = |id: &str| Node { id: id.to_owned(), ..Node::default() };
        Scene { nodes: ["a", "b", "c"].map(node).to_vec(), ..Scene::default() }
    }

    fn layout(places: [(f64, f64); 3]) -> Layout {
        Layout { nodes: places.map(|(x, y)| Rect { x, y, w: 100.0, h: 40.0 }).to_vec(), ..Layout::default() }
    }

    fn followed() -> Scene {
        let mut scene = scene();
        follow(&mut scene, r#"{"nodes":[{"id":"a","x":0,"y":0,"w":9,"h":9},{"id":"b","x":200,"y":0},{"id":"gone","x":1,"y":1}]}"#).unwrap();
        scene
    }

    #[test]
    fn nodes_that_were_there_have_their_places() {
        assert_eq!(
            followed().nodes.iter().map(|node| node.before.map(|p| (p.x, p.y))).collect::<Vec<_>>(),
            [Some((0.0, 0.0)), Some((200.0, 0.0)), None]
        );
    }

    #[test]
    fn a_picture_that_moves_as_a_whole_has_not_changed() {
        assert_eq!(movement(&followed(), &layout([(50.0, 70.0), (250.0, 70.0), (0.0, 0.0)])), 0.0);
        assert!(movement(&followed(), &layout([(200.0, 0.0), (0.0, 0.0), (0.0, 0.0)])) > 100.0);
    }

    #[test]
    fn without_an_earlier_picture_nothing_moves() {
        assert_eq!(movement(&scene(), &layout([(1.0, 2.0), (3.0, 4.0), (5.0, 6.0)])), 0.0);
    }

    #[test]
    fn what_is_no_diagram_is_refused() {
        for text in ["", "[]", "{}", r#"{"nodes":[{"x":1,"y":2}]}"#, r#"{"nodes":[{"id":"a","x":"1","y":2}]}"#] {
            assert!(follow(&mut scene(), text).is_err(), "{text}");
        }
    }
}
