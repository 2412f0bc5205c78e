//! The sheet: the texts, edited in place, with what is known of each in its row.

pub mod caret;
pub mod cells;
pub mod columns;
pub mod drag;
pub mod editor;
pub mod panel;
pub mod rows;
pub mod textbox;
