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
        Icon::Enlarge => "M12 3.500h4.500V8M8 16.500H3.500V12M16.5 3.5 11.5 8.500M3.5 16.500l5-5",
        Icon::Pause => "M7 5v10M13 5v10",
        Icon::Play => "M6.5 4.500v11l9-5.500z",
        Icon::Stop => "M5.5 5.500h9v9h-9z",
        Icon::Again => "M15.5 6.500A6.5 6.5 0 1 0 16.5 11M16 3v4h-4",
        Icon::More => "M4 10h.01M10 10h.01M16 10h.01",
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
    Enlarge,
    Pause,
    Play,
    Stop,
    Again,
    More,
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
