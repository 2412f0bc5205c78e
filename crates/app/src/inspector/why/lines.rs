//! Lines between the words of one text and those of the other.

use super::shares::{At, Bond, Side};
use crate::ui::hooks::{use_change, use_value};
use semblance_scatter::decimal;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Element, ResizeObserver};
use yew::prelude::*;

/// Where a word stands in the box of both texts, in CSS pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place {
    of: At,
    middle: f64,
    top: f64,
    bottom: f64,
}

/// Where the words of both texts stand: measured after they are drawn, and when the box changes its
/// size. `seen` is what their places depend on.
#[hook]
pub fn use_places<T: PartialEq + 'static>(texts: &NodeRef, seen: T) -> Rc<[Place]> {
    let places = use_value(Rc::<[Place]>::from([]));
    let (setter, texts) = (places.setter(), texts.clone());
    use_change(seen, move |_| {
        let observed = texts.cast::<Element>().and_then(|texts| {
            let measured = texts.clone();
            let measure = move || setter.set(places_in(&measured).into());
            measure();
            let callback = Closure::<dyn FnMut()>::new(measure);
            let observer = ResizeObserver::new(callback.as_ref().unchecked_ref()).ok()?;
            observer.observe(&texts);
            Some((observer, callback))
        });
        move || {
            if let Some((observer, _)) = observed {
                observer.disconnect();
            }
        }
    });
    (*places).clone()
}

/// The word that an element is, by what [`super::words`] wrote on it.
pub fn word_of(element: &Element) -> Option<At> {
    let written = element.get_attribute("data-word")?;
    let (side, index) = written.split_at_checked(1)?;
    let side = match side {
        "a" => Side::A,
        _ => Side::B,
    };
    Some((side, index.parse().ok()?))
}

fn places_in(texts: &Element) -> Vec<Place> {
    let frame = texts.get_bounding_client_rect();
    let Ok(words) = texts.query_selector_all("[data-word]") else {
        return Vec::new();
    };
    let place = |index| {
        let word: Element = words.item(index)?.dyn_into().ok()?;
        let rect = word.get_bounding_client_rect();
        Some(Place {
            of: word_of(&word)?,
            middle: (rect.left() + rect.right()) / 2.0 - frame.left(),
            top: rect.top() - frame.top(),
            bottom: rect.bottom() - frame.top(),
        })
    };
    (0..words.length()).filter_map(place).collect()
}

/// Farthest that a line goes unasked, in CSS pixels: beyond, it would cross lines of text.
const FARTHEST: f64 = 130.0;

/// The lines of these pairs: as thick as what they bring, `most` being the most, broken where they
/// take. Long ones are drawn for a word that is `pointed` at alone.
pub fn lines(places: &[Place], bonds: &[Bond], most: f32, pointed: bool) -> Html {
    let find = |at: At| places.iter().find(|place| place.of == at);
    let line = |&(a, b, value): &Bond| {
        let (from, to) = (find((Side::A, a))?, find((Side::B, b))?);
        if !pointed && to.top - from.bottom > FARTHEST {
            return None;
        }
        let width = 1.0 + 5.0 * value.abs() / most.max(f32::EPSILON);
        let class = if value < 0.0 { "less" } else { "more" };
        Some(html! { <path {class} d={path(from, to)} stroke-width={decimal(width, 1)} /> })
    };
    html! {
        <svg class="why-lines" aria-hidden="true">{ for bonds.iter().filter_map(line) }</svg>
    }
}

/// From the lower edge of a word to the upper edge of another, straight at both.
fn path(from: &Place, to: &Place) -> String {
    let half = (from.bottom + to.top) / 2.0;
    let number = |value: f64| decimal(value as f32, 1);
    let point = |x: f64, y: f64| format!("{} {}", number(x), number(y));
    format!(
        "M{}C{} {} {}",
        point(from.middle, from.bottom),
        point(from.middle, half),
        point(to.middle, half),
        point(to.middle, to.top)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_leads_from_below_one_word_to_above_the_other() {
        let place = |middle, top, bottom| Place {
            of: (Side::A, 0),
            middle,
            top,
            bottom,
        };
        let (from, to) = (place(10.0, 0.0, 20.0), place(50.0, 60.0, 80.0));
        assert_eq!(path(&from, &to), "M10 20C10 40 50 40 50 60");
    }
}
