//! Scenes as a person meets them.

use super::*;
use crate::event::{Selection, SelectionMode};
use crate::gesture::Gesture;
use crate::keyboard::{Direction, KeyAction};
use crate::picture::{Item, Labeler, front, mark};
use crate::text::Fixed;

fn scene(coordinates: &[f32], dimensions: usize) -> Scene {
    let mut scene = Scene::default();
    scene.resize(800.0, 600.0);
    scene
        .set_points(Points::new(coordinates.to_vec(), dimensions), 0.0)
        .unwrap();
    scene
}

fn labels(scene: &Scene) -> Vec<Rc<str>> {
    (0..scene.len())
        .map(|i| format!("text {i}").into())
        .collect()
}

fn texts(scene: &mut Scene, focused: bool) -> Vec<String> {
    front(scene, &mut Labeler::default(), focused, &mut Fixed)
        .into_iter()
        .filter_map(|item| match item {
            Item::Text(text) => Some(text.text),
            _ => None,
        })
        .collect()
}

/// A square grid of points, `side` by `side`.
fn lattice(side: usize) -> Vec<f32> {
    (0..side * side)
        .flat_map(|at| [(at % side) as f32, (at / side) as f32])
        .collect()
}

#[test]
fn degenerate_points_give_finite_pictures() {
    let cases: [(&[f32], usize); 9] = [
        (&[], 2),
        (&[5.0, 5.0], 2),
        (&[5.0, 5.0, 5.0], 3),
        (&[1.0, 2.0, 1.0, 2.0], 2),
        (&[0.0, 0.0, 1.0, 0.0], 2),
        (&[0.0, 0.0, 0.0, 0.0, 0.0, 1e-38], 2),
        (&[0.0, 0.0, 1.0, 1.0, 1e6, -1e6], 2),
        (&[3e38, 3e38, -3e38, -3e38], 2),
        (&[0.0, 0.0, 0.0, 1e6, 0.0, 0.0], 3),
    ];
    for (coordinates, dimensions) in cases {
        let mut scene = scene(coordinates, dimensions);
        scene.set_labels(labels(&scene), Vec::new());
        assert!(scene.camera().is_valid(), "{coordinates:?}");
        for point in 0..scene.len() as u32 {
            let (x, y) = scene.position_of(point).unwrap();
            assert!((0.0..=800.0).contains(&x) && (0.0..=600.0).contains(&y));
        }
        for factor in [1e9, 1e-9] {
            scene.zoom_by(factor, None);
            assert!(scene.camera().is_valid());
            texts(&mut scene, true);
        }
        assert_eq!(scene.draw_order().len(), scene.len());
    }
}

#[test]
fn points_that_cannot_be_drawn_change_nothing() {
    let mut scene = scene(&[0.0, 0.0, 1.0, 1.0], 2);
    let before = (scene.cloud.clone(), scene.camera());
    let bad = Points::new(vec![0.0, f32::NAN], 2);
    assert!(scene.set_points(bad, 1.0).is_err());
    assert_eq!((scene.cloud.clone(), scene.camera()), before);
}

#[test]
fn a_view_that_gets_its_size_late_shows_everything_then() {
    let mut scene = Scene::default();
    let points = Points::new(vec![10.0, 0.0, 20.0, 5.0], 2);
    scene.set_points(points, 0.0).unwrap();
    assert_eq!(scene.position_of(0), None);
    scene.pan_by(10.0, 0.0);
    scene.resize(400.0, 300.0);
    for point in 0..2 {
        let (x, y) = scene.position_of(point).unwrap();
        assert!((20.0..=380.0).contains(&x) && (20.0..=280.0).contains(&y));
    }
}

#[test]
fn points_glide_from_where_their_id_was() {
    let mut scene = scene(&[0.0, 0.0, 4.0, 0.0, 4.0, 4.0], 2);
    let points = Points {
        ids: vec![2, 0, 9],
        animate: true,
        framing: Framing::Keep,
        ..Points::new(vec![0.0, 0.0, 4.0, 0.0, 4.0, 4.0], 2)
    };
    scene.set_points(points, 1000.0).unwrap();
    assert!(scene.advance(1000.0) && scene.is_moving());
    let outward = |scene: &Scene, index: usize| {
        let place = scene.place(index).map(f64::from);
        scene.cloud.frame.outward(place).map(|v| v.round())
    };
    assert_eq!(outward(&scene, 0), [4.0, 4.0, 0.0]);
    assert_eq!(outward(&scene, 1), [0.0, 0.0, 0.0]);
    assert_eq!(outward(&scene, 2), [4.0, 4.0, 0.0]);
    // What is new grows out of nothing.
    let at = scene.screen()[2];
    assert_eq!(mark(&scene, 2, at).unwrap().radius, 0.0);
    assert!(!scene.advance(2000.0));
    assert_eq!(outward(&scene, 0), [0.0, 0.0, 0.0]);
    assert!(mark(&scene, 2, at).unwrap().radius > 3.0);
}

#[test]
fn nothing_glides_when_stillness_is_preferred() {
    let mut scene = scene(&[0.0, 0.0, 4.0, 0.0], 2);
    scene.still = true;
    let points = Points {
        animate: true,
        ..Points::new(vec![4.0, 0.0, 0.0, 0.0], 2)
    };
    scene.set_points(points, 10.0).unwrap();
    assert!(!scene.advance(10.0));
    assert_eq!(scene.gently(10.0), None);
}

#[test]
fn the_camera_follows_until_the_person_moves_it() {
    let mut scene = scene(&lattice(4), 2);
    let larger: Vec<f32> = lattice(4).into_iter().map(|v| v * 100.0).collect();
    scene
        .set_points(Points::new(larger.clone(), 2), 1.0)
        .unwrap();
    assert!(scene.camera().extent > 300.0);
    scene.zoom_by(4.0, None);
    let near = scene.camera().extent;
    scene
        .set_points(Points::new(larger.clone(), 2), 2.0)
        .unwrap();
    assert_eq!(scene.camera().extent, near);
    let framed = Points {
        framing: Framing::Fit,
        ..Points::new(larger, 2)
    };
    scene.set_points(framed, 3.0).unwrap();
    assert!(scene.camera().extent > 300.0);
    // Another space is always looked at from its standard viewpoint.
    scene.zoom_by(4.0, None);
    let solid = Points::new(vec![0.0; 6], 3);
    scene.set_points(solid, 4.0).unwrap();
    assert_eq!(scene.camera().yaw, Camera::YAW);
}

#[test]
fn bookmarks_bring_back_the_view() {
    let mut scene = scene(&lattice(5), 2);
    scene.zoom_by(3.0, Some((200.0, 100.0)));
    let (bookmark, place) = (scene.camera(), scene.position_of(7).unwrap());
    scene.fit(None, None);
    scene.set_camera(bookmark, None);
    let back = scene.position_of(7).unwrap();
    assert!((back.0 - place.0).abs() < 1e-6 && (back.1 - place.1).abs() < 1e-6);
    let bad = Camera {
        extent: f64::NAN,
        ..bookmark
    };
    scene.set_camera(bad, None);
    assert!(scene.camera().extent > bookmark.extent);
}

#[test]
fn clicks_select_the_point_under_them() {
    let mut scene = scene(&lattice(3), 2);
    let (x, y) = scene.position_of(4).unwrap();
    let click = |toggle, x, y| Gesture::Click {
        x,
        y,
        toggle,
        touch: false,
    };
    scene.perform(click(false, x + 6.0, y - 4.0));
    scene.perform(click(true, x, y));
    scene.perform(click(false, x + 60.0, y + 60.0));
    scene.perform(click(true, x + 60.0, y + 60.0));
    let selections: Vec<Selection> = std::mem::take(&mut scene.events)
        .into_iter()
        .filter_map(|event| match event {
            Event::Select(selection) => Some(selection),
            _ => None,
        })
        .collect();
    let expected = [
        (vec![4], SelectionMode::Replace),
        (vec![4], SelectionMode::Toggle),
        (vec![], SelectionMode::Replace),
    ];
    assert_eq!(
        selections,
        expected.map(|(points, mode)| Selection { points, mode })
    );
}

#[test]
fn clicking_again_goes_through_points_at_one_place() {
    let mut scene = scene(&[0.0, 0.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0], 2);
    scene.set_labels(labels(&scene), Vec::new());
    let (x, y) = scene.position_of(1).unwrap();
    let mut seen = Vec::new();
    for _ in 0..4 {
        scene.perform(Gesture::Click {
            x,
            y,
            toggle: false,
            touch: false,
        });
        let selection = std::mem::take(&mut scene.events)
            .into_iter()
            .find_map(|event| match event {
                Event::Select(selection) => Some(selection.points),
                _ => None,
            })
            .unwrap();
        scene.set_selection(&selection);
        seen.extend(selection);
    }
    assert_eq!(seen, [1, 2, 3, 1]);
    let shown = texts(&mut scene, false);
    assert!(shown.contains(&"×3".into()), "{shown:?}");
    assert!(shown.iter().any(|text| text.starts_with("and 2 more here")));
}

#[test]
fn points_at_one_place_share_a_label() {
    let mut scene = scene(&[0.0, 0.0, 1.0, 1.0, 1.0, 1.0], 2);
    scene.set_labels(labels(&scene), vec![0.0, 1.0, 2.0]);
    let shown = texts(&mut scene, false);
    assert_eq!(shown, ["×2", "text 2", "text 0"]);
}

#[test]
fn an_outlier_makes_no_stack_of_the_others() {
    let mut coordinates = lattice(4);
    coordinates.extend([1e6, 0.0]);
    let mut scene = scene(&coordinates, 2);
    assert_eq!(scene.stacks().groups().len(), 0);
}

#[test]
fn hidden_points_are_nowhere() {
    let mut scene = scene(&lattice(3), 2);
    scene.set_labels(labels(&scene), Vec::new());
    scene.set_hovered(Some(4));
    let place = scene.position_of(4).unwrap();
    scene.set_appearance(Appearance {
        hidden: vec![false, false, false, false, true],
        ..Appearance::default()
    });
    assert_eq!(scene.hovered, None);
    assert_eq!(scene.point_at(place.0, place.1, true), None);
    assert_eq!(scene.position_of(4), None);
    assert!(!scene.draw_order().contains(&4));
    assert!(!texts(&mut scene, false).contains(&"text 4".into()));
    assert_eq!(
        scene
            .points_in(&Area::Box((0.0, 0.0), (800.0, 600.0)))
            .len(),
        8
    );
}

#[test]
fn keys_walk_select_and_clear() {
    let mut scene = scene(&lattice(3), 2);
    let walk = KeyAction::Walk;
    let cases = [
        (walk(Direction::Right), Event::Walk(None, 4)),
        (walk(Direction::Right), Event::Walk(Some(4), 5)),
        (walk(Direction::Down), Event::Walk(Some(5), 2)),
        (KeyAction::Next, Event::Walk(Some(2), 3)),
        (KeyAction::Last, Event::Walk(Some(3), 8)),
        (KeyAction::Previous, Event::Walk(Some(8), 7)),
        (KeyAction::First, Event::Walk(Some(7), 0)),
        (
            KeyAction::Select { toggle: true },
            Event::Select(Selection {
                points: vec![0],
                mode: SelectionMode::Toggle,
            }),
        ),
        (
            KeyAction::Clear,
            Event::Select(Selection {
                points: Vec::new(),
                mode: SelectionMode::Replace,
            }),
        ),
    ];
    for (action, expected) in cases {
        scene.press(action, 0.0);
        assert_eq!(std::mem::take(&mut scene.events), [expected], "{action:?}");
    }
    // Nothing lies to the left of the first column, and nothing is said.
    scene.press(walk(Direction::Left), 0.0);
    assert_eq!(scene.events, []);
}

#[test]
fn walking_out_of_the_view_brings_the_point_in() {
    let mut scene = scene(&lattice(10), 2);
    scene.zoom_by(9.0, None);
    scene.still = true;
    scene.press(KeyAction::Last, 0.0);
    let (x, y) = scene.position_of(99).unwrap();
    assert!((0.0..=800.0).contains(&x) && (0.0..=600.0).contains(&y));
}

#[test]
fn the_keyboard_sees_the_whole_text() {
    let mut scene = scene(&[0.0, 0.0, 1.0, 1.0], 2);
    let long = "one two three four five six seven eight nine ten".repeat(3);
    scene.set_labels(vec![long.into(), "b".into()], Vec::new());
    scene.set_current(Some(0));
    assert!(texts(&mut scene, true).len() > texts(&mut scene, false).len());
}

#[test]
fn order_puts_what_is_marked_on_top() {
    let mut scene = scene(&lattice(4), 2);
    scene.set_labels(Vec::new(), (0..16).map(|i| i as f32).collect());
    scene.set_selection(&[3, 9, 99]);
    scene.set_hovered(Some(5));
    scene.set_current(Some(9));
    let order = scene.draw_order();
    assert_eq!(order[..5], [5, 9, 3, 15, 14]);
    assert_eq!(order.len(), 16);
    let (first, rest) = scene.split_order(order, 6);
    assert_eq!((first.len(), rest.len()), (6, 10));
}

#[test]
fn in_space_near_points_are_on_top_and_the_first_part_keeps_the_important() {
    let line: Vec<f32> = (0..100).flat_map(|i| [0.0, 0.0, i as f32]).collect();
    let mut scene = scene(&line, 3);
    let camera = Camera {
        yaw: 0.0,
        pitch: 0.0,
        ..scene.camera()
    };
    scene.set_camera(camera, None);
    let order = scene.draw_order();
    assert_eq!((order[0], order[99]), (99, 0));
    let (first, rest) = scene.split_order(order, 20);
    assert_eq!(first.len() + rest.len(), 100);
    assert!(first.windows(2).all(|pair| pair[0] > pair[1]));
    assert!(first.iter().all(|point| scene.ranks[*point as usize] < 20));
}

#[test]
fn hundred_thousand_points_take_little_time() {
    let coordinates: Vec<f32> = (0..200_000_u32)
        .map(|i| shuffled(i) as f32 / u32::MAX as f32)
        .collect();
    let mut scene = scene(&coordinates, 2);
    scene.set_labels(labels(&scene), Vec::new());
    let mut labeler = Labeler::default();
    let mut shown = |scene: &mut Scene| front(scene, &mut labeler, false, &mut Fixed).len();
    assert_eq!(shown(&mut scene), 0);
    scene.zoom_by(3.0, None);
    let near = shown(&mut scene);
    assert!((10..=90).contains(&near), "{near}");
    scene.fit(None, None);
    assert!(scene.point_at(400.0, 300.0, false).is_some());
    let half = Area::Box((0.0, 0.0), (400.0, 600.0));
    assert!((40_000..60_000).contains(&scene.points_in(&half).len()));
}
