//! What the keys do while the map has the focus.

/// One line of the keyboard help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyHelp {
    /// The keys, as a person would name them.
    pub keys: &'static str,
    /// What they do.
    pub does: &'static str,
}

/// What the keys do, for the page to show.
pub const KEYBOARD_HELP: &[KeyHelp] = &[
    KeyHelp {
        keys: "Arrow keys",
        does: "Go to the nearest point in that direction",
    },
    KeyHelp {
        keys: "Page Up, Page Down",
        does: "Go to the previous or next text of the list",
    },
    KeyHelp {
        keys: "Home, End",
        does: "Go to the first or last text of the list",
    },
    KeyHelp {
        keys: "Enter, Space",
        does: "Select the point; with Shift or Ctrl, add or remove it",
    },
    KeyHelp {
        keys: "Ctrl + A",
        does: "Select all points that are shown",
    },
    KeyHelp {
        keys: "Escape",
        does: "Clear the selection",
    },
    KeyHelp {
        keys: "Shift + arrow keys",
        does: "Move the map; in 3-D, turn it",
    },
    KeyHelp {
        keys: "+ and −",
        does: "Zoom in and out",
    },
    KeyHelp {
        keys: "0",
        does: "Show everything",
    },
];

/// A direction on the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    Left,
    Right,
    Up,
    Down,
}

impl Direction {
    /// Unit vector on the screen, y down.
    pub fn vector(self) -> (f64, f64) {
        match self {
            Self::Left => (-1.0, 0.0),
            Self::Right => (1.0, 0.0),
            Self::Up => (0.0, -1.0),
            Self::Down => (0.0, 1.0),
        }
    }
}

/// What a key asks for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum KeyAction {
    Walk(Direction),
    /// Move the picture so that what lies in this direction comes into view.
    Shift(Direction),
    Zoom(f64),
    Fit,
    Clear,
    Select {
        toggle: bool,
    },
    SelectAll,
    Previous,
    Next,
    First,
    Last,
}

/// What a key asks for, by its `KeyboardEvent.key` and modifiers; `None` for keys that belong to
/// the browser. `control` stands for Ctrl or the Mac's Command key.
pub(crate) fn action(key: &str, shift: bool, control: bool, alt: bool) -> Option<KeyAction> {
    if alt {
        return None;
    }
    if control {
        return match key {
            "a" | "A" => Some(KeyAction::SelectAll),
            "Enter" | " " => Some(KeyAction::Select { toggle: true }),
            _ => None,
        };
    }
    let arrow = |direction| {
        Some(if shift {
            KeyAction::Shift(direction)
        } else {
            KeyAction::Walk(direction)
        })
    };
    match key {
        "ArrowLeft" => arrow(Direction::Left),
        "ArrowRight" => arrow(Direction::Right),
        "ArrowUp" => arrow(Direction::Up),
        "ArrowDown" => arrow(Direction::Down),
        "+" | "=" => Some(KeyAction::Zoom(1.25)),
        "-" | "_" | "−" => Some(KeyAction::Zoom(0.8)),
        "0" => Some(KeyAction::Fit),
        "Escape" => Some(KeyAction::Clear),
        "Enter" | " " => Some(KeyAction::Select { toggle: shift }),
        "PageUp" => Some(KeyAction::Previous),
        "PageDown" => Some(KeyAction::Next),
        "Home" => Some(KeyAction::First),
        "End" => Some(KeyAction::Last),
        _ => None,
    }
}

/// The point to walk to: among `spots` (index and screen place) the one with the smallest
/// distance, sideways distance counted double, within 63° of the direction. `None` when nothing
/// lies there.
pub(crate) fn neighbor(
    from: (f64, f64),
    direction: Direction,
    spots: impl Iterator<Item = (u32, f64, f64)>,
) -> Option<u32> {
    let (ux, uy) = direction.vector();
    spots
        .filter_map(|(index, x, y)| {
            let (dx, dy) = (x - from.0, y - from.1);
            let along = dx * ux + dy * uy;
            let across = (dx * uy - dy * ux).abs();
            (along > 0.5 && across <= 2.0 * along).then_some((along + 2.0 * across, index))
        })
        .min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)))
        .map(|(_, index)| index)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_do_what_the_help_says_and_no_more() {
        use Direction::*;
        use KeyAction::*;
        let cases = [
            ("ArrowLeft", false, false, false, Some(Walk(Left))),
            ("ArrowUp", true, false, false, Some(Shift(Up))),
            ("ArrowLeft", false, false, true, None), // The browser's "back".
            ("ArrowLeft", false, true, false, None),
            ("+", true, false, false, Some(Zoom(1.25))),
            ("+", false, true, false, None), // The browser's own zoom.
            ("0", false, true, false, None),
            ("0", false, false, false, Some(Fit)),
            ("a", false, true, false, Some(SelectAll)),
            ("a", false, false, false, None),
            ("Enter", false, false, false, Some(Select { toggle: false })),
            ("Enter", true, false, false, Some(Select { toggle: true })),
            (" ", false, true, false, Some(Select { toggle: true })),
            ("Tab", false, false, false, None),
            ("F5", false, false, false, None),
        ];
        for (key, shift, control, alt, expected) in cases {
            assert_eq!(action(key, shift, control, alt), expected, "{key}");
        }
    }

    #[test]
    fn walking_goes_to_the_nearest_that_way() {
        let spots = [
            (0, 0.0, 0.0),
            (1, 10.0, 0.0),
            (2, 9.0, 8.0),
            (3, 3.0, 30.0),
            (4, -5.0, -1.0),
            (5, 0.2, 0.1),
        ];
        let go = |from: (f64, f64), direction| neighbor(from, direction, spots.into_iter());
        assert_eq!(go((0.0, 0.0), Direction::Right), Some(1));
        assert_eq!(go((0.0, 0.0), Direction::Left), Some(4));
        assert_eq!(go((0.0, 0.0), Direction::Down), Some(2));
        assert_eq!(go((0.0, 0.0), Direction::Up), None);
        assert_eq!(go((10.0, 0.0), Direction::Right), None);
    }
}
