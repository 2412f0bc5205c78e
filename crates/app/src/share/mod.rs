//! A link that holds the workspace: whoever opens it sees the same texts, groups and map. It is a
//! part.

mod panel;
pub mod qr;

use crate::ui::part::part;
use panel::Panel;
use yew::prelude::*;

part!(
    "share",
    /// What the menu shows: the link, and its QR code.
    pub fn share(_nothing: ()) -> Html {
        html! { <Panel /> }
    }
);
