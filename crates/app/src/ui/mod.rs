//! Controls and hooks that know nothing of texts.

pub mod button;
pub mod field;
pub mod heat;
pub mod hooks;
pub mod icon;
pub mod menu;
pub mod part;
pub mod scale;
pub mod still;
pub mod words;
