//! Views of the map that were kept, to return to.

use super::choice::{ColorBy, Layout};
use super::store::{MapAction, use_map_store};
use crate::state::marks::{Mark, use_marks};
use crate::ui::button::{tool, words};
use crate::ui::hooks::use_change;
use crate::ui::icon::Icon;
use semblance_scatter::{Camera, Scatter};
use semblance_workspace::LineId;
use std::collections::HashSet;
use std::rc::Rc;
use yew::prelude::*;

/// A view that was kept.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Bookmark {
    pub name: String,
    pub layout: Layout,
    pub color: ColorBy,
    pub size: ColorBy,
    /// Lines that were hidden: their ids in the page, their positions where they are kept.
    pub hidden: Vec<u64>,
    /// Lines that were selected, likewise.
    pub selected: Vec<u64>,
    pub camera: Camera,
}

impl Bookmark {
    /// With each line named by what `name` gives for it; lines that have no such name are left out.
    pub fn renamed(&self, name: impl Fn(u64) -> Option<u64>) -> Bookmark {
        let all = |lines: &[u64]| lines.iter().filter_map(|&line| name(line)).collect();
        Bookmark {
            hidden: all(&self.hidden),
            selected: all(&self.selected),
            ..self.clone()
        }
    }
}

/// The views that were kept: projection, camera, selection, colours, what is hidden.
#[hook]
pub fn use_bookmarks(map: &Option<Scatter>) -> Html {
    let (store, marks) = (use_map_store(), use_marks());
    let kept = store.bookmarks.clone();
    let change = {
        let (kept, dispatch) = (kept.clone(), store.dispatcher());
        Rc::new(move |change: &dyn Fn(&mut Vec<Bookmark>)| {
            let mut all = (*kept).clone();
            change(&mut all);
            dispatch.dispatch(MapAction::Bookmarks(Rc::new(all)));
        })
    };
    // The camera of a view waits until the view's map is drawn.
    let waiting = use_mut_ref(|| None::<(Layout, Camera)>);
    {
        let (waiting, map) = (waiting.clone(), map.clone());
        let drawn = store.drawn.clone().filter(|drawn| !drawn.moving);
        let current = (
            drawn.map(|d| (d.layout.clone(), d.coordinates)),
            store.layout.clone(),
        );
        use_change(current, move |(drawn, _)| {
            let arrived = |(layout, _): &(Layout, Camera)| {
                drawn.as_ref().is_some_and(|(drawn, _)| **drawn == *layout)
            };
            let view = waiting.take();
            match (view, map) {
                (Some(view), Some(map)) if arrived(&view) => map.set_camera(view.1),
                (view, _) => drop(waiting.replace(view)),
            }
        });
    }
    let keep = {
        let (map, store, marks, change) =
            (map.clone(), store.clone(), marks.clone(), change.clone());
        Callback::from(move |event: MouseEvent| {
            // The menu stays open: the view is in its list now.
            event.stop_propagation();
            let Some(map) = &map else { return };
            let selected = marks.0.selected();
            let bookmark = Bookmark {
                name: name(&store.layout, selected.len(), store.hidden.len()),
                layout: (*store.layout).clone(),
                color: store.color,
                size: store.size,
                hidden: store.hidden.iter().map(|line| line.0).collect(),
                selected: selected.iter().map(|line| line.0).collect(),
                camera: map.camera(),
            };
            change(&|all| all.push(bookmark.clone()));
        })
    };
    let entry = |(at, bookmark): (usize, &Bookmark)| {
        let back = {
            let (bookmark, waiting, map) = (bookmark.clone(), waiting.clone(), map.clone());
            let (store, marks) = (store.clone(), marks.dispatcher());
            Callback::from(move |_: MouseEvent| {
                let view = bookmark.clone();
                let lines = |ids: &[u64]| ids.iter().map(|&id| LineId(id)).collect::<Vec<_>>();
                let hidden: HashSet<LineId> = lines(&view.hidden).into_iter().collect();
                let here = *store.layout == view.layout;
                marks.dispatch(Mark::Select(lines(&view.selected)));
                let layout = Rc::new(view.layout.clone());
                store.dispatch(MapAction::Restore(
                    layout,
                    view.color,
                    view.size,
                    Rc::new(hidden),
                ));
                match &map {
                    Some(map) if here => map.set_camera(view.camera),
                    _ => drop(waiting.replace(Some((view.layout, view.camera)))),
                }
            })
        };
        let remove = {
            let change = change.clone();
            Callback::from(move |event: MouseEvent| {
                event.stop_propagation();
                change(&|all| drop(all.remove(at)));
            })
        };
        html! {
            <li class="bookmark">
                <button type="button" class="menu-item" onclick={back}>{ &bookmark.name }</button>
                { tool(Icon::Remove, format!("Remove {}", bookmark.name), "Remove", None, remove) }
            </li>
        }
    };
    html! {
        <>
            { words("menu-item", "Keep this view", keep) }
            if kept.is_empty() {
                <p class="menu-note">{ "A kept view holds projection, camera, selection, colours and what is hidden." }</p>
            } else {
                <ol class="bookmarks" aria-label="Kept views">{ for kept.iter().enumerate().map(entry) }</ol>
            }
        </>
    }
}

/// What a view is called.
fn name(layout: &Layout, selected: usize, hidden: usize) -> String {
    let mut name = layout.kind.name().to_owned();
    if layout.deep {
        name.push_str(" 3-D");
    }
    for (count, what) in [(selected, "selected"), (hidden, "hidden")] {
        if count > 0 {
            name.push_str(&format!(" · {count} {what}"));
        }
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn views_are_named_by_what_they_hold() {
        let layout = Layout {
            deep: true,
            ..Layout::default()
        };
        assert_eq!(name(&layout, 3, 0), "PCA 3-D · 3 selected");
        assert_eq!(name(&Layout::default(), 0, 12), "PCA · 12 hidden");
    }
}
