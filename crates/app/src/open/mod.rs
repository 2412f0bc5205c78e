//! Files and pasted tables on their way into the sheet: how they will be read is shown before they
//! are taken.

pub mod files;
pub mod panel;
mod preview;
