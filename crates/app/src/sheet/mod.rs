//! The sheet: the texts, edited in place, with what is known of each in its row.

pub mod caret;
pub mod cells;
pub mod columns;
pub mod drag;
pub mod editor;
mod heads;
pub mod panel;
pub mod rows;
pub mod textbox;

use crate::ui::part::part;
use heads::{Heads, HeadsProps};
use yew::prelude::*;

part!(
    "heads",
    /// The heads of the columns beside the texts.
    fn column_heads(props: HeadsProps) -> Html {
        html! { <Heads ..props.clone() /> }
    }
);
