//! Draws the picture's items on a 2-D canvas, and measures text there.

use web_sys::CanvasRenderingContext2d;

use crate::number::decimal;
use crate::picture::{Anchor, Item, Mark, Text, outline};
use crate::text::Measure;
use crate::{Rgba, Shape, Theme};

/// A 2-D canvas with the theme's font. Lengths are CSS px; the context carries the scale.
pub(super) struct Painter<'a> {
    context: &'a CanvasRenderingContext2d,
    family: &'a str,
    /// What the context is set to, because setting a font is slow.
    font: (u64, bool),
}

impl Measure for Painter<'_> {
    fn width(&mut self, text: &str, size: f64, bold: bool) -> f64 {
        self.set_font(size, bold);
        match self.context.measure_text(text) {
            Ok(metrics) => metrics.width(),
            // Can't happen with a string; about right if it does.
            Err(_) => text.chars().count() as f64 * size * 0.55,
        }
    }
}

impl<'a> Painter<'a> {
    /// A painter on a context whose transformation is set.
    pub fn new(context: &'a CanvasRenderingContext2d, theme: &'a Theme) -> Self {
        context.set_line_join("round");
        context.set_text_baseline("alphabetic");
        Self {
            context,
            family: &theme.font,
            font: (0, false),
        }
    }

    /// Clears the canvas, which is `width` by `height` device pixels, fills it when a colour is
    /// given, and sets the scale.
    pub fn clear(&self, width: f64, height: f64, ratio: f64, fill: Option<Rgba>) {
        let _ = self.context.set_transform(1.0, 0.0, 0.0, 1.0, 0.0, 0.0);
        match fill {
            Some(color) => {
                self.context.set_fill_style_str(&color.css());
                self.context.fill_rect(0.0, 0.0, width, height);
            }
            None => self.context.clear_rect(0.0, 0.0, width, height),
        }
        let _ = self.context.set_transform(ratio, 0.0, 0.0, ratio, 0.0, 0.0);
    }

    /// Whether what follows is drawn beneath what is there already.
    pub fn beneath(&self, beneath: bool) {
        let operation = if beneath {
            "destination-over"
        } else {
            "source-over"
        };
        let _ = self.context.set_global_composite_operation(operation);
    }

    fn set_font(&mut self, size: f64, bold: bool) {
        let size = size.clamp(4.0, 144.0);
        if self.font != (size.to_bits(), bold) {
            self.font = (size.to_bits(), bold);
            let weight = if bold { 600 } else { 400 };
            let (size, family) = (decimal(size, 3), self.family);
            self.context
                .set_font(&format!("{weight} {size}px {family}"));
        }
    }

    /// Draws items in their order.
    pub fn items(&mut self, items: &[Item]) {
        for item in items {
            self.item(item);
        }
    }

    fn stroke(&self, color: Rgba, width: f64) {
        self.context.set_stroke_style_str(&color.css());
        self.context.set_line_width(width);
        self.context.stroke();
    }

    fn fill(&self, color: Rgba) {
        self.context.set_fill_style_str(&color.css());
        self.context.fill();
    }

    fn path(&self, corners: &[(f64, f64)], x: f64, y: f64, scale: f64) {
        self.context.begin_path();
        for (px, py) in corners {
            self.context.line_to(x + px * scale, y + py * scale);
        }
        self.context.close_path();
    }

    fn disc(&self, x: f64, y: f64, radius: f64) {
        self.context.begin_path();
        let _ = self
            .context
            .arc(x, y, radius.max(0.0), 0.0, std::f64::consts::TAU);
    }

    fn item(&mut self, item: &Item) {
        match item {
            Item::Line {
                from,
                to,
                color,
                width,
            } => {
                self.context.begin_path();
                self.context.move_to(from.0, from.1);
                self.context.line_to(to.0, to.1);
                self.stroke(*color, *width);
            }
            Item::Polygon {
                corners,
                fill,
                stroke,
                width,
            } => {
                self.path(corners, 0.0, 0.0, 1.0);
                self.fill(*fill);
                self.stroke(*stroke, *width);
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
                self.context.begin_path();
                let (right, bottom) = (left + width, top + height);
                self.context.move_to(left + rounding, *top);
                for (ax, ay, bx, by) in [
                    (right, *top, right, bottom),
                    (right, bottom, *left, bottom),
                    (*left, bottom, *left, *top),
                    (*left, *top, right, *top),
                ] {
                    let _ = self.context.arc_to(ax, ay, bx, by, *rounding);
                }
                self.context.close_path();
                self.fill(*fill);
                self.stroke(*stroke, 1.0);
            }
            Item::Circle {
                x,
                y,
                radius,
                stroke,
                width,
            } => {
                self.disc(*x, *y, *radius);
                self.stroke(*stroke, *width);
            }
            Item::Text(text) => self.text(text),
        }
    }

    fn text(&mut self, text: &Text) {
        self.set_font(text.size, text.bold);
        self.context.set_text_align(match text.anchor {
            Anchor::Start => "left",
            Anchor::Middle => "center",
            Anchor::End => "right",
        });
        // From the middle of the line to its baseline.
        let drop = text.size * 0.35;
        if text.turned {
            self.context.save();
            let _ = self.context.translate(text.x + drop, text.y);
            let _ = self.context.rotate(-std::f64::consts::FRAC_PI_2);
            self.letters(text, 0.0, 0.0);
            self.context.restore();
            self.font = (0, false);
        } else {
            self.letters(text, text.x, text.y + drop);
        }
    }

    fn letters(&self, text: &Text, x: f64, y: f64) {
        if let Some(halo) = text.halo {
            self.context.set_stroke_style_str(&halo.css());
            self.context.set_line_width(text.size * 0.28);
            let _ = self.context.stroke_text(&text.text, x, y);
        }
        self.context.set_fill_style_str(&text.color.css());
        let _ = self.context.fill_text(&text.text, x, y);
    }

    /// Draws a mark beneath what is there already: its fill first.
    pub fn mark(&self, mark: &Mark) {
        let corners = outline(mark.shape);
        let shape = |extra: f64| {
            if mark.shape == Shape::Circle {
                self.disc(mark.x, mark.y, mark.radius + extra);
            } else {
                self.path(&corners, mark.x, mark.y, mark.radius + extra);
            }
        };
        shape(0.0);
        self.fill(mark.fill);
        let inner = mark.outline.map_or(0.0, |(_, width)| width);
        if let Some((color, width)) = mark.outline {
            // Half of it lies under the fill, so that no gap shows between them.
            shape(0.0);
            self.stroke(color, width * 2.0);
        }
        if let Some((color, width)) = mark.ring {
            shape(inner + width / 2.0);
            self.stroke(color, width);
        }
    }
}
