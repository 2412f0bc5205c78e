//! The icons: 20 × 20, drawn with the colour of the text around them.

use yew::prelude::*;

/// One icon, hidden from assistive technology: the control around it has a name.
pub fn icon(name: Icon) -> Html {
    let path = match name {
        Icon::Up => "M10 15V5M5.5 9.5 10 5l4.5 4.5",
        Icon::Down => "M10 5v10M5.5 10.5 10 15l4.5-4.5",
        Icon::Remove => "M6 6l8 8M14 6l-8 8",
        Icon::Undo => "M7.5 5 4 8.5 7.5 12M4.5 8.5h7a4 4 0 0 1 0 8H8",
        Icon::Redo => "M12.5 5 16 8.5 12.5 12M15.5 8.5h-7a4 4 0 0 0 0 8H12",
        Icon::Plus => "M10 5v10M5 10h10",
        Icon::Minus => "M5 10h10",
        Icon::Fit => "M4 8V4h4M12 4h4v4M16 12v4h-4M8 16H4v-4",
        Icon::Options => {
            "M4 6h7M15 6h1M4 14h1M9 14h7M13 4.2a1.8 1.8 0 1 0 0 3.6 1.8 1.8 0 0 0 0-3.6ZM7 12.2a1.8 1.8 0 1 0 0 3.6 1.8 1.8 0 0 0 0-3.6Z"
        }
        Icon::Save => "M10 4v8.5M6.5 9.5 10 13l3.5-3.5M4 16h12",
        Icon::Bookmark => "M6 3.5h8v13l-4-3.2-4 3.2z",
        Icon::Hand => {
            "M10 3v14M3 10h14M10 3 8 5M10 3l2 2M10 17l-2-2M10 17l2-2M3 10l2-2M3 10l2 2M17 10l-2-2M17 10l-2 2"
        }
        Icon::Box => "M4 4h2M9 4h2M14 4h2v2M16 9v2M16 14v2h-2M11 16H9M6 16H4v-2M4 11V9M4 6V4",
        Icon::Lasso => {
            "M10 4c4 0 7 1.8 7 4.2s-3 4.3-7 4.3-7-1.9-7-4.3S6 4 10 4ZM6 12c-1.5.8-1.5 2.6 0 3s1.7 1.5.5 2.5"
        }
        Icon::Cube => {
            "M10 2.8 16.5 6.300v7.400L10 17.200l-6.5-3.500V6.300zM3.5 6.3 10 10l6.5-3.700M10 10v7.2"
        }
        Icon::Enlarge => "M12 3.500h4.500V8M8 16.500H3.500V12M16.5 3.5 11.5 8.500M3.5 16.500l5-5",
        Icon::Pause => "M7 5v10M13 5v10",
        Icon::Play => "M6.5 4.500v11l9-5.500z",
        Icon::Stop => "M5.5 5.500h9v9h-9z",
        Icon::Again => "M15.5 6.500A6.5 6.5 0 1 0 16.5 11M16 3v4h-4",
        Icon::More => "M4 10h.01M10 10h.01M16 10h.01",
        Icon::Search => "M8.7 3.500a5.2 5.2 0 1 0 0 10.4 5.2 5.2 0 0 0 0-10.400ZM12.5 12.500l4 4",
    };
    html! {
        <svg class="icon" viewBox="0 0 20 20" aria-hidden="true" focusable="false"><path d={path} /></svg>
    }
}

/// The icons there are.
#[derive(Clone, Copy, PartialEq)]
pub enum Icon {
    Up,
    Down,
    Remove,
    Undo,
    Redo,
    Plus,
    Minus,
    Fit,
    Options,
    Save,
    Bookmark,
    Hand,
    Box,
    Lasso,
    Cube,
    Enlarge,
    Pause,
    Play,
    Stop,
    Again,
    More,
    Search,
}

/// The mark of the page: two discs that overlap.
pub fn brand() -> Html {
    html! {
        <svg class="brand-mark" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
            <circle class="brand-one" cx="12" cy="16" r="9" />
            <circle class="brand-two" cx="20" cy="16" r="9" />
            <path class="brand-both" d="M16 7.94a9 9 0 0 1 0 16.12 9 9 0 0 1 0-16.12Z" />
        </svg>
    }
}
