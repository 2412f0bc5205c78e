//! All scores as a picture, one square for each pair, for documents whose numbers don't fit.

use crate::heat;
use crate::results::Results;
use crate::state::{Mark, Shared, use_marks};
use std::rc::Rc;
use wasm_bindgen::{Clamped, JsCast};
use web_sys::{CanvasRenderingContext2d, Element, HtmlCanvasElement, ImageData};
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct PictureProps {
    pub results: Shared<Results>,
    /// The points of the rows and columns, in order.
    pub points: Rc<Vec<u32>>,
}

/// The picture. Hovering names the pair and its score, a click selects both texts.
#[component]
pub fn Picture(props: &PictureProps) -> Html {
    let marks = use_marks();
    let canvas = use_node_ref();
    let look = crate::look::use_look();
    {
        let canvas = canvas.clone();
        use_effect_with(
            (props.results.clone(), props.points.clone(), look),
            move |(results, points, _)| {
                if let Some(canvas) = canvas.cast::<HtmlCanvasElement>() {
                    // A browser without a 2-D canvas still has the table below.
                    _ = draw(&canvas, results, points);
                }
            },
        );
    }
    let pair = {
        let (results, points) = (props.results.clone(), props.points.clone());
        move |event: &MouseEvent| {
            let (row, column) = cell(event, points.len())?;
            let (row, column) = (*points.get(row)?, *points.get(column)?);
            Some((row, column, results.line(row)?, results.line(column)?))
        }
    };
    let onmousemove = {
        let (pair, dispatch, results) = (pair.clone(), marks.dispatcher(), props.results.clone());
        Callback::from(move |event: MouseEvent| {
            let Some((row, column, one, other)) = pair(&event) else {
                return;
            };
            dispatch.dispatch(Mark::Hover(Some(one), Some(other)));
            if let Some(score) = results.score(row, column) {
                let canvas = event.target_unchecked_into::<HtmlCanvasElement>();
                let (a, b) = (results.text(row), results.text(column));
                canvas.set_title(&format!(
                    "{}\n{}\n{}",
                    heat::full(score),
                    super::matrix::clip(a),
                    super::matrix::clip(b)
                ));
            }
        })
    };
    let onmouseleave = {
        let dispatch = marks.dispatcher();
        Callback::from(move |_: MouseEvent| dispatch.dispatch(Mark::Hover(None, None)))
    };
    let onclick = {
        let dispatch = marks.dispatcher();
        Callback::from(move |event: MouseEvent| match pair(&event) {
            Some((_, _, one, other)) if one != other => {
                dispatch.dispatch(Mark::Select(vec![other, one]))
            }
            Some((_, _, one, _)) => dispatch.dispatch(Mark::Click(one)),
            None => {}
        })
    };
    let label = format!(
        "Heat map of the scores of {} texts; the numbers of some are in the table below",
        props.points.len()
    );
    html! {
        <canvas class="picture" role="img" aria-label={label} ref={canvas} {onmousemove} {onmouseleave} {onclick} />
    }
}

/// Row and column under the pointer.
fn cell(event: &MouseEvent, count: usize) -> Option<(usize, usize)> {
    let canvas = event.target()?.dyn_into::<HtmlCanvasElement>().ok()?;
    let (width, height) = (
        f64::from(canvas.client_width()),
        f64::from(canvas.client_height()),
    );
    let at = |offset: i32, size: f64| {
        let index = (f64::from(offset) / size * count as f64) as usize;
        (size > 0.0).then(|| index.min(count.saturating_sub(1)))
    };
    Some((at(event.offset_y(), height)?, at(event.offset_x(), width)?))
}

fn draw(canvas: &HtmlCanvasElement, results: &Results, points: &[u32]) -> Option<()> {
    let count = u32::try_from(points.len())
        .ok()
        .filter(|&count| count > 0)?;
    canvas.set_width(count);
    canvas.set_height(count);
    let ramp = ramp(canvas)?;
    let mut pixels = Vec::with_capacity(points.len() * points.len() * 4);
    for &row in points {
        for &column in points {
            let score = results.score(row, column).unwrap_or(0.0);
            pixels.extend(ramp.get(heat::step(score) as usize)?);
        }
    }
    let image = ImageData::new_with_u8_clamped_array_and_sh(Clamped(&pixels), count, count).ok()?;
    let context = canvas
        .get_context("2d")
        .ok()??
        .dyn_into::<CanvasRenderingContext2d>()
        .ok()?;
    context.put_image_data(&image, 0.0, 0.0).ok()
}

/// The colours of the scale as the style sheet has them, read off the legend.
fn ramp(canvas: &HtmlCanvasElement) -> Option<Vec<[u8; 4]>> {
    let window = web_sys::window()?;
    let panel = canvas.closest(".panel").ok()??;
    let steps = panel.query_selector_all(".legend-steps > span").ok()?;
    (0..steps.length())
        .map(|index| {
            let step = steps.item(index)?.dyn_into::<Element>().ok()?;
            let style = window.get_computed_style(&step).ok()??;
            parse_rgb(&style.get_property_value("background-color").ok()?)
        })
        .collect()
}

/// Reads `rgb(1, 2, 3)`, the form in which browsers give a computed colour.
pub fn parse_rgb(text: &str) -> Option<[u8; 4]> {
    let inside = text.strip_prefix("rgb(")?.strip_suffix(')')?;
    let mut parts = inside.split(',').map(|part| part.trim().parse().ok());
    Some([parts.next()??, parts.next()??, parts.next()??, 255])
}

#[cfg(test)]
mod tests {
    use super::parse_rgb;

    #[test]
    fn computed_colours() {
        assert_eq!(parse_rgb("rgb(1, 20, 255)"), Some([1, 20, 255, 255]));
        for bad in ["", "rgb()", "rgb(1, 2)", "rgb(1, 2, 300)", "red"] {
            assert_eq!(parse_rgb(bad), None, "{bad:?}");
        }
    }
}
