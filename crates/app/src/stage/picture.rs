//! All scores as a picture, one square for each pair, for documents whose numbers don't fit.

use crate::state::marks::{Mark, use_marks};
use crate::state::results::Results;
use crate::state::{Shared, use_store};
use crate::ui::heat;
use crate::ui::hooks::use_change;
use std::rc::Rc;
use wasm_bindgen::{Clamped, JsCast};
use web_sys::{CanvasRenderingContext2d, Element, HtmlCanvasElement, ImageData};
use yew::prelude::*;

/// The picture of the scores of some points, in the order of its rows and columns. Hovering names
/// the pair and its score, a click selects both texts.
#[hook]
pub fn use_picture(results: &Shared<Results>, points: &Rc<Vec<u32>>) -> Html {
    let marks = use_marks();
    let canvas = use_node_ref();
    let look = use_store().look;
    {
        let canvas = canvas.clone();
        use_change(
            (results.clone(), points.clone(), look),
            move |(results, points, _)| {
                if let Some(canvas) = canvas.cast::<HtmlCanvasElement>() {
                    // A browser without a 2-D canvas still has the table below.
                    _ = draw(&canvas, results, points);
                }
            },
        );
    }
    let pair = {
        let (results, points) = (results.clone(), points.clone());
        move |event: &MouseEvent| {
            let (row, column) = cell(event, points.len())?;
            let (row, column) = (*points.get(row)?, *points.get(column)?);
            Some((row, column, results.line(row)?, results.line(column)?))
        }
    };
    let onmousemove = {
        let (pair, dispatch, results) = (pair.clone(), marks.dispatcher(), results.clone());
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
                    crate::stage::matrix::clip(a),
                    crate::stage::matrix::clip(b)
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
        points.len()
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

/// Pixels along each side of the picture at most: more than it is ever wide on a screen.
const SIDE: usize = 720;

fn draw(canvas: &HtmlCanvasElement, results: &Results, points: &[u32]) -> Option<()> {
    let all = &results.similarity.as_ref()?.scores;
    let mean = shrink(all, results.texts.len(), points, SIDE);
    let side = points.len().min(SIDE);
    let size = u32::try_from(side).ok().filter(|&size| size > 0)?;
    canvas.set_width(size);
    canvas.set_height(size);
    let ramp = ramp(canvas)?;
    let mut pixels = Vec::with_capacity(side * side * 4);
    for score in mean {
        pixels.extend(ramp.get(heat::step(score) as usize)?);
    }
    let image = ImageData::new_with_u8_clamped_array_and_sh(Clamped(&pixels), size, size).ok()?;
    let context = canvas
        .get_context("2d")
        .ok()??
        .dyn_into::<CanvasRenderingContext2d>()
        .ok()?;
    context.put_image_data(&image, 0.0, 0.0).ok()
}

/// The scores `[count, count]` of `points` in their order, at most `side` rows and columns of
/// them: where there are more points, each value is the mean of the scores it stands for.
fn shrink(scores: &[f32], count: usize, points: &[u32], side: usize) -> Vec<f32> {
    let side = points.len().min(side);
    // Once for each point, not once for each pair: there are millions of those.
    let places: Vec<usize> = (0..points.len())
        .map(|index| index * side / points.len())
        .collect();
    let mut sizes = vec![0.0; side];
    for &place in &places {
        sizes[place] += 1.0;
    }
    let mut sums = vec![0.0; side * side];
    for (&row, &at) in points.iter().zip(&places) {
        let Some(row) = scores.get(row as usize * count..(row as usize + 1) * count) else {
            continue;
        };
        let sums = &mut sums[at * side..(at + 1) * side];
        for (&column, &at) in points.iter().zip(&places) {
            sums[at] += row.get(column as usize).copied().unwrap_or(0.0);
        }
    }
    let cells = sums.into_iter().enumerate();
    cells
        .map(|(at, sum): (usize, f32)| sum / (sizes[at / side] * sizes[at % side]))
        .collect()
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
    use super::*;

    #[test]
    fn a_picture_smaller_than_its_scores_shows_their_means() {
        let scores: Vec<f32> = (0..16).map(|i| i as f32).collect();
        assert_eq!(shrink(&scores, 4, &[0, 1, 2, 3], 2), [2.5, 4.5, 10.5, 12.5]);
        // In another order, and no larger than there are points.
        assert_eq!(shrink(&scores, 4, &[3, 0], 720), [15.0, 12.0, 3.0, 0.0]);
        assert!(shrink(&[], 0, &[], 2).is_empty());
    }

    #[test]
    fn computed_colours() {
        assert_eq!(parse_rgb("rgb(1, 20, 255)"), Some([1, 20, 255, 255]));
        for bad in ["", "rgb()", "rgb(1, 2)", "rgb(1, 2, 300)", "red"] {
            assert_eq!(parse_rgb(bad), None, "{bad:?}");
        }
    }
}
