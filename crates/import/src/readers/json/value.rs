//! Values as they are written.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::vectors;

/// What a value is, as far as tables go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    List,
    Object,
    /// A text, a number, true, false, null.
    Other,
}

impl Shape {
    pub fn of(value: &RawValue) -> Shape {
        match value.get().as_bytes().first() {
            Some(b'[') => Shape::List,
            Some(b'{') => Shape::Object,
            _ => Shape::Other,
        }
    }
}

/// Members of an object in their order.
pub type Members<'a> = Vec<(String, &'a RawValue)>;

/// Values of a list.
pub fn items(list: &RawValue) -> serde_json::Result<Vec<&RawValue>> {
    serde_json::from_str(list.get())
}

/// Members of an object.
pub fn members(object: &RawValue) -> serde_json::Result<Members<'_>> {
    serde_json::from_str::<InOrder>(object.get()).map(|members| members.0)
}

struct InOrder<'a>(Members<'a>);

impl<'de> Deserialize<'de> for InOrder<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrderVisitor;

        impl<'de> Visitor<'de> for InOrderVisitor {
            type Value = InOrder<'de>;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(InOrder(members))
            }
        }
        deserializer.deserialize_map(InOrderVisitor)
    }
}

/// What there is to say about a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remark {
    /// Nothing.
    None,
    /// It is a list or an object, and stays JSON.
    Nested,
    /// Halves of characters were replaced, this many.
    Halves(usize),
}

/// A value as a cell.
pub fn cell(value: &RawValue) -> (String, Remark) {
    let raw = value.get();
    match raw.as_bytes().first() {
        Some(b'"') => match serde_json::from_str(raw) {
            Ok(text) => (text, Remark::None),
            Err(_) => without_halves(raw),
        },
        Some(b'n') => (String::new(), Remark::None),
        Some(b'[' | b'{') if !is_numbers(value) => (raw.to_owned(), Remark::Nested),
        _ => (raw.to_owned(), Remark::None),
    }
}

/// Whether a value is a list of numbers. Only its first one is looked at.
pub fn is_numbers(value: &RawValue) -> bool {
    let Some(inner) = value.get().strip_prefix('[') else {
        return false;
    };
    let first = inner.split([',', ']']).next().unwrap_or_default();
    vectors::list(&format!("[{first}]")).is_some_and(|list| list.len() == 1)
}

/// A text in which half of a surrogate pair stands: `\ud83d` without its partner.
fn without_halves(raw: &str) -> (String, Remark) {
    let mut out = String::new();
    let mut rest = raw;
    let mut halves = 0;
    while let Some((before, after)) = rest.split_once('\\') {
        out.push_str(before);
        let unit = escaped_unit(after);
        let next = after.get(5..).and_then(|next| next.strip_prefix('\\'));
        let partner = next.and_then(escaped_unit);
        let taken = match (unit, partner) {
            (Some(0xd800..0xdc00), Some(0xdc00..0xe000)) => 11,
            (Some(0xd800..0xe000), _) => {
                halves += 1;
                out.push_str("\\ufffd");
                rest = after.get(5..).unwrap_or_default();
                continue;
            }
            // An escaped backslash must not be taken for the beginning of an escape.
            _ => after.chars().next().map_or(0, char::len_utf8),
        };
        out.push('\\');
        out.push_str(after.get(..taken).unwrap_or_default());
        rest = after.get(taken..).unwrap_or_default();
    }
    out.push_str(rest);
    match serde_json::from_str(&out) {
        Ok(text) => (text, Remark::Halves(halves)),
        Err(_) => (raw.to_owned(), Remark::Nested),
    }
}

/// The number in `u12ab…`.
fn escaped_unit(after: &str) -> Option<u16> {
    let digits = after.strip_prefix('u')?.get(..4)?;
    u16::from_str_radix(digits, 16).ok()
}

/// The columns of an object of columns: lists of one length, or as pandas writes them, objects
/// with the rows' numbers for keys.
pub fn columns<'a>(members: &'a Members<'a>) -> Option<Vec<(&'a str, Vec<&'a RawValue>)>> {
    let mut columns = Vec::new();
    for (name, value) in members {
        let cells = match Shape::of(value) {
            Shape::List => items(value).ok()?,
            Shape::Object => {
                let cells = self::members(value).ok()?;
                let numbered = |(place, (key, _)): (usize, &(String, _))| *key == place.to_string();
                if !cells.iter().enumerate().all(numbered) {
                    return None;
                }
                cells.into_iter().map(|(_, value)| value).collect()
            }
            Shape::Other => return None,
        };
        columns.push((name.as_str(), cells));
    }
    let length = columns.first().map(|(_, cells)| cells.len())?;
    let objects = columns
        .iter()
        .flat_map(|(_, cells)| cells.first())
        .any(|value| Shape::of(value) == Shape::Object);
    let even = columns.iter().all(|(_, cells)| cells.len() == length);
    (even && length > 0 && !objects).then_some(columns)
}
