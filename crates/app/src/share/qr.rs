//! QR codes.

use qrcodegen::{QrCode, QrCodeEcc};
use yew::prelude::*;

/// A text as a QR code; `label` says of what.
pub fn code(text: &str, label: &'static str) -> Html {
    // What does not fit is shown as text all the same.
    let Ok(code) = QrCode::encode_text(text, QrCodeEcc::Low) else {
        return html! {};
    };
    // Scanners need a margin of four squares (ISO/IEC 18004).
    let side = code.size() + 8;
    let view = format!("-4 -4 {side} {side}");
    html! {
        <svg class="qr" viewBox={view} role="img" aria-label={label} shape-rendering="crispEdges">
            <rect x="-4" y="-4" width={side.to_string()} height={side.to_string()} fill="#fff" />
            <path d={squares(&code)} fill="#000" />
        </svg>
    }
}

/// The dark squares as a path, those side by side as one.
fn squares(code: &QrCode) -> String {
    let mut path = String::new();
    for y in 0..code.size() {
        let mut x = 0;
        while x < code.size() {
            let width = (x..code.size())
                .take_while(|&x| code.get_module(x, y))
                .count() as i32;
            if width > 0 {
                path += &format!("M{x} {y}h{width}v1h-{width}z");
            }
            x += width.max(1);
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_squares_are_those_of_the_code() {
        let code = QrCode::encode_text("https://example.org/#w1=abc", QrCodeEcc::Low).unwrap();
        let path = squares(&code);
        // The corner pattern: seven dark squares, then a light one.
        assert!(path.starts_with("M0 0h7v1h-7z"), "{path:.40}");
        let widths = path
            .split('h')
            .skip(1)
            .filter_map(|rest| rest.split('v').next());
        let dark: i32 = widths.map(|width| width.parse::<i32>().unwrap_or(0)).sum();
        let all = (0..code.size()).flat_map(|y| (0..code.size()).map(move |x| (x, y)));
        let expected = all.filter(|&(x, y)| code.get_module(x, y)).count();
        assert_eq!(dark, expected as i32);
    }
}
