//! The picture as an SVG document with real text.

use std::fmt::Write;

use crate::number::decimal;
use crate::picture::{Anchor, Item, Mark, Text, outline};
use crate::{Rgba, Shape, Theme};

/// Room for a number: two decimals are a hundredth of a CSS px.
fn number(value: f64) -> String {
    decimal(value, 2)
}

/// Escapes text for use between tags and in attributes; control characters, which XML can't
/// hold, become spaces.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => escaped.push(' '),
            c => escaped.push(c),
        }
    }
    escaped
}

/// A colour attribute, with its opacity where it isn't opaque.
fn paint(attribute: &str, color: Rgba) -> String {
    let solid = Rgba(color.0, color.1, color.2, 255).css();
    if color.3 == 255 {
        format!(" {attribute}=\"{solid}\"")
    } else {
        let opacity = number(f64::from(color.3) / 255.0);
        format!(" {attribute}=\"{solid}\" {attribute}-opacity=\"{opacity}\"")
    }
}

/// Corners as SVG writes them, about (`x`, `y`), `scale` times as large.
fn points(corners: &[(f64, f64)], x: f64, y: f64, scale: f64) -> String {
    let mut points = String::new();
    for (px, py) in corners {
        let (px, py) = (number(x + px * scale), number(y + py * scale));
        let _ = write!(points, "{px},{py} ");
    }
    points.truncate(points.trim_end().len());
    points
}

fn write_mark(out: &mut String, mark: &Mark) {
    let mut layer = |extra: f64, style: &str| {
        let radius = mark.radius + extra / 2.0;
        if mark.shape == Shape::Circle {
            let (x, y, r) = (number(mark.x), number(mark.y), number(radius));
            let _ = writeln!(out, "<circle cx=\"{x}\" cy=\"{y}\" r=\"{r}\"{style}/>");
        } else {
            let points = points(&outline(mark.shape), mark.x, mark.y, radius);
            let _ = writeln!(
                out,
                "<polygon points=\"{points}\" stroke-linejoin=\"round\"{style}/>"
            );
        }
    };
    let inner = mark.outline.map_or(0.0, |(_, width)| width);
    if let Some((color, width)) = mark.ring {
        let stroke = paint("stroke", color);
        let width_text = number(width);
        let style = format!(" fill=\"none\"{stroke} stroke-width=\"{width_text}\"");
        layer(inner * 2.0 + width, &style);
    }
    if let Some((color, width)) = mark.outline {
        let stroke = paint("stroke", color);
        let width_text = number(width);
        let style = format!(" fill=\"none\"{stroke} stroke-width=\"{width_text}\"");
        layer(width, &style);
    }
    layer(0.0, &paint("fill", mark.fill));
}

fn write_text(out: &mut String, text: &Text) {
    let anchor = match text.anchor {
        Anchor::Start => "start",
        Anchor::Middle => "middle",
        Anchor::End => "end",
    };
    // From the middle of the line to its baseline.
    let drop = text.size * 0.35;
    let place = if text.turned {
        let (x, y) = (number(text.x + drop), number(text.y));
        format!("transform=\"translate({x} {y}) rotate(-90)\"")
    } else {
        format!("x=\"{}\" y=\"{}\"", number(text.x), number(text.y + drop))
    };
    let weight = if text.bold {
        " font-weight=\"600\""
    } else {
        ""
    };
    let halo = text.halo.map_or_else(String::new, |halo| {
        let stroke = paint("stroke", halo);
        let width = number(text.size * 0.28);
        format!(
            "{stroke} stroke-width=\"{width}\" stroke-linejoin=\"round\" paint-order=\"stroke\""
        )
    });
    let (size, fill) = (number(text.size), paint("fill", text.color));
    let said = escape(&text.text);
    let _ = writeln!(
        out,
        "<text {place} font-size=\"{size}\" text-anchor=\"{anchor}\"{weight}{fill}{halo}>{said}</text>"
    );
}

fn write_item(out: &mut String, item: &Item) {
    match item {
        Item::Line {
            from,
            to,
            color,
            width,
        } => {
            let [x1, y1, x2, y2] = [from.0, from.1, to.0, to.1].map(number);
            let (stroke, width) = (paint("stroke", *color), number(*width));
            let _ = writeln!(
                out,
                "<line x1=\"{x1}\" y1=\"{y1}\" x2=\"{x2}\" y2=\"{y2}\"{stroke} stroke-width=\"{width}\"/>"
            );
        }
        Item::Polygon {
            corners,
            fill,
            stroke,
            width,
        } => {
            let points = points(corners, 0.0, 0.0, 1.0);
            let (fill, stroke) = (paint("fill", *fill), paint("stroke", *stroke));
            let width = number(*width);
            let _ = writeln!(
                out,
                "<polygon points=\"{points}\"{fill}{stroke} stroke-width=\"{width}\"/>"
            );
        }
        Item::Card {
            left,
            top,
            width,
            height,
            rounding,
            fill,
            stroke,
        } => {
            let [x, y, w, h, r] = [*left, *top, *width, *height, *rounding].map(number);
            let (fill, stroke) = (paint("fill", *fill), paint("stroke", *stroke));
            let _ = writeln!(
                out,
                "<rect x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\" rx=\"{r}\"{fill}{stroke}/>"
            );
        }
        Item::Circle {
            x,
            y,
            radius,
            stroke,
            width,
        } => {
            let [x, y, r, w] = [*x, *y, *radius, *width].map(number);
            let stroke = paint("stroke", *stroke);
            let _ = writeln!(
                out,
                "<circle cx=\"{x}\" cy=\"{y}\" r=\"{r}\" fill=\"none\"{stroke} stroke-width=\"{w}\"/>"
            );
        }
        Item::Text(text) => write_text(out, text),
    }
}

/// The document: size in CSS px, what lies behind the marks, the marks (the last on top) and what
/// lies in front.
pub(crate) fn document(
    (width, height): (f64, f64),
    theme: &Theme,
    ground: &[Item],
    marks: impl Iterator<Item = Mark>,
    front: &[Item],
) -> String {
    let (w, h) = (number(width), number(height));
    let (font, background) = (escape(&theme.font), paint("fill", theme.background));
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{w}\" height=\"{h}\" \
         viewBox=\"0 0 {w} {h}\" font-family=\"{font}\">\n\
         <rect width=\"{w}\" height=\"{h}\"{background}/>\n"
    );
    ground.iter().for_each(|item| write_item(&mut out, item));
    marks.for_each(|mark| write_mark(&mut out, &mark));
    front.iter().for_each(|item| write_item(&mut out, item));
    out.push_str("</svg>\n");
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str, turned: bool) -> Item {
        Item::Text(Text {
            x: 10.0,
            y: 20.0,
            text: text.into(),
            size: 10.0,
            bold: true,
            anchor: Anchor::End,
            color: Rgba::hex(0x112233),
            halo: Some(Rgba::hex(0xffffff)),
            turned,
        })
    }

    #[test]
    fn texts_are_real_and_escaped() {
        let svg = document(
            (100.0, 50.0),
            &Theme {
                font: "\"Inter\", sans-serif".into(),
                ..Theme::light()
            },
            &[],
            std::iter::empty(),
            &[text("a < b & \"c\"\u{1}", false), text("up", true)],
        );
        assert!(
            svg.contains(">a &lt; b &amp; &quot;c&quot; </text>"),
            "{svg}"
        );
        assert!(svg.contains("font-family=\"&quot;Inter&quot;, sans-serif\""));
        assert!(svg.contains("rotate(-90)"));
        assert!(svg.contains("x=\"10\" y=\"23.5\""));
        assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>\n"));
    }

    #[test]
    fn every_shape_is_drawn_with_its_outline_and_ring() {
        let marks = Shape::ALL.map(|shape| Mark {
            x: 5.0,
            y: -0.001,
            radius: 4.0,
            shape,
            fill: Rgba(1, 2, 3, 128),
            outline: Some((Rgba::hex(0xffffff), 1.0)),
            ring: Some((Rgba::hex(0x0000ff), 2.0)),
        });
        let svg = document((10.0, 10.0), &Theme::light(), &[], marks.into_iter(), &[]);
        assert_eq!(svg.matches("<circle").count(), 3);
        assert_eq!(svg.matches("<polygon").count(), 21);
        assert!(svg.contains("fill=\"#010203\" fill-opacity=\"0.5\""));
        assert!(svg.contains("cy=\"0\""), "no negative zero");
    }
}
