//! Colours, and palettes that people with any colour vision can tell apart.

use crate::math;
use crate::number::fixed;

/// An sRGB colour with straight (not premultiplied) alpha, each channel 0–255.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Rgba(pub u8, pub u8, pub u8, pub u8);

impl Rgba {
    /// The colour of `0xRRGGBB`, opaque.
    pub const fn hex(rgb: u32) -> Self {
        Self((rgb >> 16) as u8, (rgb >> 8) as u8, rgb as u8, 255)
    }

    /// The same colour with another alpha, 0 (clear) to 1 (opaque).
    pub fn with_alpha(self, alpha: f64) -> Self {
        Self(
            self.0,
            self.1,
            self.2,
            (alpha.clamp(0.0, 1.0) * 255.0).round() as u8,
        )
    }

    /// The colour between this (`t` = 0) and another (`t` = 1), mixed in sRGB.
    pub fn mix(self, other: Self, t: f64) -> Self {
        let t = t.clamp(0.0, 1.0);
        let channel =
            |a: u8, b: u8| (f64::from(a) + (f64::from(b) - f64::from(a)) * t).round() as u8;
        Self(
            channel(self.0, other.0),
            channel(self.1, other.1),
            channel(self.2, other.2),
            channel(self.3, other.3),
        )
    }

    /// Relative luminance of the colour without its alpha, 0 (black) to 1 (white), as in WCAG 2.
    pub fn luminance(self) -> f64 {
        let linear = |channel: u8| {
            let c = f64::from(channel) / 255.0;
            if c <= 0.04045 {
                c / 12.92
            } else {
                math::pow((c + 0.055) / 1.055, 2.4)
            }
        };
        0.2126 * linear(self.0) + 0.7152 * linear(self.1) + 0.0722 * linear(self.2)
    }

    /// Contrast of two colours without their alpha, 1 (the same) to 21 (black on white), as in
    /// WCAG 2.
    pub fn contrast(self, other: Self) -> f64 {
        let (a, b) = (self.luminance() + 0.05, other.luminance() + 0.05);
        if a > b { a / b } else { b / a }
    }

    /// The colour, opaque, darkened or lightened no more than it takes for text to be read on
    /// `background`: a [contrast](Self::contrast) of at least 4.5.
    pub fn readable_on(self, background: Self) -> Self {
        let (black, white) = (Self::hex(0x000000), Self::hex(0xffffff));
        // One of the two always has a contrast of 4.58 or more.
        let end = if background.contrast(black) > background.contrast(white) {
            black
        } else {
            white
        };
        let color = Self(self.0, self.1, self.2, 255);
        (0..20)
            .map(|step| color.mix(end, f64::from(step) / 20.0))
            .find(|color| color.contrast(background) >= 4.5)
            .unwrap_or(end)
    }

    /// The colour as CSS and SVG write it: `#rrggbb`, or `rgba(…)` when it is not opaque.
    pub fn css(self) -> String {
        let Self(r, g, b, a) = self;
        if a == 255 {
            format!("#{r:02x}{g:02x}{b:02x}")
        } else {
            format!("rgba({r},{g},{b},{})", fixed(f64::from(a) / 255.0, 3))
        }
    }

    /// Reads `#rgb`, `#rrggbb`, `#rrggbbaa`, `rgb(…)` and `rgba(…)` with numbers 0–255, which is
    /// what browsers answer for a resolved colour. `None` for anything else.
    pub fn parse(css: &str) -> Option<Self> {
        let css = css.trim();
        if let Some(hex) = css.strip_prefix('#') {
            if !hex.is_ascii() {
                return None;
            }
            let byte = |at: usize| u8::from_str_radix(hex.get(at..at + 2)?, 16).ok();
            let nibble = |at: usize| Some(u8::from_str_radix(hex.get(at..=at)?, 16).ok()? * 17);
            return match hex.len() {
                3 => Some(Self(nibble(0)?, nibble(1)?, nibble(2)?, 255)),
                6 => Some(Self(byte(0)?, byte(2)?, byte(4)?, 255)),
                8 => Some(Self(byte(0)?, byte(2)?, byte(4)?, byte(6)?)),
                _ => None,
            };
        }
        let inner = css
            .strip_prefix("rgba")
            .or_else(|| css.strip_prefix("rgb"))?
            .trim()
            .strip_prefix('(')?
            .strip_suffix(')')?;
        let mut parts = inner
            .split(|c: char| c == ',' || c == '/' || c.is_whitespace())
            .filter(|part| !part.is_empty());
        let mut channel = || -> Option<u8> {
            let value: f64 = parts.next()?.parse().ok()?;
            Some(value.clamp(0.0, 255.0).round() as u8)
        };
        let (r, g, b) = (channel()?, channel()?, channel()?);
        let alpha = match parts.next() {
            None => 1.0,
            Some(part) => match part.strip_suffix('%') {
                Some(percent) => percent.parse::<f64>().ok()? / 100.0,
                None => part.parse::<f64>().ok()?,
            },
        };
        match parts.next() {
            None => Some(Self(r, g, b, 255).with_alpha(alpha)),
            Some(_) => None,
        }
    }
}

/// Eight hues that stay distinct in the common kinds of colour blindness: Okabe and Ito, "Color
/// Universal Design" (2008), its black replaced by grey so that one set serves light and dark
/// backgrounds, its yellow and sky blue last because they are faint on white.
pub const OKABE_ITO: [Rgba; 8] = [
    Rgba::hex(0x0072b2),
    Rgba::hex(0xd55e00),
    Rgba::hex(0x009e73),
    Rgba::hex(0xcc79a7),
    Rgba::hex(0xe69f00),
    Rgba::hex(0x56b4e9),
    Rgba::hex(0x8c8c8c),
    Rgba::hex(0xd9c51f),
];

/// The same hues lifted for dark backgrounds, in the same order.
pub const OKABE_ITO_DARK: [Rgba; 8] = [
    Rgba::hex(0x3d9be0),
    Rgba::hex(0xf0803c),
    Rgba::hex(0x2fc39a),
    Rgba::hex(0xe39cc4),
    Rgba::hex(0xf2b632),
    Rgba::hex(0x8fd0f7),
    Rgba::hex(0xb0b0b0),
    Rgba::hex(0xf0e442),
];

/// Five stops of viridis (van der Walt and Smith, matplotlib), whose lightness rises evenly from
/// low to high; between them colours are mixed linearly.
const VIRIDIS: [Rgba; 5] = [
    Rgba::hex(0x440154),
    Rgba::hex(0x3b528b),
    Rgba::hex(0x21918c),
    Rgba::hex(0x5ec962),
    Rgba::hex(0xfde725),
];

/// The colour of the `index`-th group. After the eight hues they repeat, and [`Shape::nth`]
/// changes, so that 64 groups differ in colour or shape.
///
/// [`Shape::nth`]: crate::Shape::nth
pub fn categorical(index: usize, dark: bool) -> Rgba {
    let palette = if dark { OKABE_ITO_DARK } else { OKABE_ITO };
    palette[index % palette.len()]
}

/// The colour of a value between 0 (low) and 1 (high) on the viridis scale; values outside are
/// clamped, and what is not a number is grey.
pub fn sequential(value: f64) -> Rgba {
    if value.is_nan() {
        return Rgba::hex(0x8c8c8c);
    }
    let place = value.clamp(0.0, 1.0) * (VIRIDIS.len() - 1) as f64;
    let lower = (place as usize).min(VIRIDIS.len() - 2);
    VIRIDIS[lower].mix(VIRIDIS[lower + 1], place - lower as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses_what_browsers_answer() {
        let cases = [
            ("#fff", Some(Rgba(255, 255, 255, 255))),
            (" #1a2B3c ", Some(Rgba(26, 43, 60, 255))),
            ("#1a2b3c80", Some(Rgba(26, 43, 60, 128))),
            ("rgb(1, 2, 3)", Some(Rgba(1, 2, 3, 255))),
            ("rgb(1 2 3 / 50%)", Some(Rgba(1, 2, 3, 128))),
            ("rgba(1, 2, 3, 0)", Some(Rgba(1, 2, 3, 0))),
            ("rgb(300, -2, 3.6)", Some(Rgba(255, 0, 4, 255))),
            ("#ffff1", None),
            ("#héé", None),
            ("rgb(1,2)", None),
            ("rgb(1,2,3,4,5)", None),
            ("tomato", None),
            ("", None),
        ];
        for (css, expected) in cases {
            assert_eq!(Rgba::parse(css), expected, "{css:?}");
        }
    }

    #[test]
    fn writes_what_it_reads() {
        for color in OKABE_ITO.into_iter().chain([Rgba(9, 8, 7, 0)]) {
            assert_eq!(Rgba::parse(&color.css()), Some(color));
        }
    }

    /// WCAG 2 asks 3:1 of graphics against what is beside them. Faint hues are allowed less,
    /// because marks carry an outline, but never under 1.6.
    #[test]
    fn palettes_stand_out_from_their_background() {
        for index in 0..8 {
            let light = categorical(index, false).contrast(Rgba::hex(0xffffff));
            let dark = categorical(index, true).contrast(Rgba::hex(0x14171c));
            assert!(
                light > if index < 4 { 2.9 } else { 1.6 },
                "{index}: {light}"
            );
            assert!(dark > 3.0, "{index}: {dark}");
        }
    }

    #[test]
    fn every_color_becomes_readable_on_any_background() {
        for gray in (0..=255_u8).step_by(5) {
            let background = Rgba(gray, gray, gray, 255);
            for color in OKABE_ITO
                .into_iter()
                .chain([background, Rgba(255, 0, 0, 40)])
            {
                let readable = color.readable_on(background);
                assert!(readable.contrast(background) >= 4.5, "{color:?} on {gray}");
                assert_eq!(readable.3, 255);
            }
        }
        // What can be read already is left as it is.
        assert_eq!(OKABE_ITO[0].readable_on(Rgba::hex(0xffffff)), OKABE_ITO[0]);
    }

    #[test]
    fn sequential_rises_and_is_clamped() {
        let steps: Vec<f64> = (0..=20)
            .map(|i| sequential(f64::from(i) / 20.0).luminance())
            .collect();
        assert!(steps.windows(2).all(|pair| pair[0] < pair[1]), "{steps:?}");
        assert_eq!(sequential(-3.0), sequential(0.0));
        assert_eq!(sequential(f64::INFINITY), sequential(1.0));
        assert_eq!(sequential(f64::NAN), Rgba::hex(0x8c8c8c));
    }
}
