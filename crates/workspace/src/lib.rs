//! The document a person works on: lines of text with stable identities, what is selected and
//! hovered, how it is shown, and undo. Plain data without a browser, so that all of it is tested
//! natively.
//!
//! A *line* is what stands between two line ends in the editor. A *text* is a line that says
//! something (see [`Line::is_text`]); only texts are embedded. Empty lines stay in the editor and
//! part the texts into *groups* ([`Document::texts`]).

mod archive;
mod diff;
mod document;
mod focus;
mod history;
pub mod lesson;
mod line;
mod record;
mod settings;

pub use archive::Archive;
pub use document::{Direction, Document, Span, Text};
pub use focus::Focus;
pub use lesson::Lesson;
pub use line::{Line, LineId, split_lines};
pub use record::{Record, RecordError, Run};
pub use settings::{Order, Settings, Theme, model_name};
