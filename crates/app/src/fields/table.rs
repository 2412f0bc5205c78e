//! The fields of the tables that texts are from, and what is asked of them.

use super::chip::Chip;
use super::groups::ByField;
use super::legend::Legend;
use super::panel::Panel;
use super::record::Record;
use super::values::{end_of, ordered, read, written};
use super::{Filter, Finding, Piece, Source};
use crate::stage::map::{Channel, GroupKey, Grouping, Source as From, shade};
use crate::state::results::Results;
use crate::state::{Shared, Sources};
use crate::ui::words::lower;
use semblance_client::{FieldInfo, FieldKind, FieldValues, Importer};
use semblance_scatter::categorical;
use semblance_workspace::LineId;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use yew::prelude::*;

/// A text of no table.
const NONE: u32 = u32::MAX;
/// Results whose rows are remembered: those of the sheet, and those of the map.
const REMEMBERED: usize = 2;

/// A field, and its values once they were asked for.
#[derive(Clone)]
pub struct Field {
    pub info: Rc<FieldInfo>,
    pub values: Option<Rc<FieldValues>>,
}

impl Field {
    /// The number, the day, or the place among the categories in a row; NaN where there is none.
    pub fn number(&self, row: usize) -> f64 {
        let number = match self.values.as_deref() {
            Some(FieldValues::Numbers(numbers)) => numbers.get(row).copied(),
            _ => None,
        };
        number.unwrap_or(f64::NAN)
    }

    /// What stands in a row, as words.
    pub fn words(&self, row: usize) -> String {
        match (self.info.kind, self.values.as_deref()) {
            (_, None) => String::new(),
            (_, Some(FieldValues::Words(words))) => u32::try_from(row).map_or_else(
                |_| String::new(),
                |row| words.get(row).as_string().unwrap_or_default(),
            ),
            (FieldKind::Category, _) => self.category(self.number(row)).to_owned(),
            (kind, _) => written(kind, self.number(row)),
        }
    }

    /// The category at this place; empty for NaN.
    pub fn category(&self, place: f64) -> &str {
        let category = self.info.categories.get(place as usize);
        category
            .filter(|_| !place.is_nan())
            .map_or("", String::as_str)
    }

    /// Whether its values are numbers or dates, between which there are others.
    pub fn is_measured(&self) -> bool {
        matches!(self.info.kind, FieldKind::Number | FieldKind::Date)
    }

    pub fn is_category(&self) -> bool {
        self.info.kind == FieldKind::Category
    }
}

/// The fields of the tables that texts are from.
pub struct Table {
    pub importer: Rc<Importer>,
    /// The tables.
    pub tables: Rc<Vec<u32>>,
    /// The place of each table's first row among those of all.
    pub starts: Rc<Vec<usize>>,
    /// The rows that texts came from.
    pub sources: Rc<Sources>,
    pub fields: Vec<Field>,
    /// The row of each point, for some results.
    pub rows: RefCell<Vec<Rows>>,
    /// The lowest and the highest value of a field.
    pub ends: RefCell<Option<Ends>>,
    /// Which points a filter shows, for some results.
    pub shown: RefCell<Vec<Shown>>,
}

/// Of these results, the row of each point.
pub type Rows = (Shared<Results>, Rc<Vec<u32>>);
/// Of these results, the points that the filter shows.
pub type Shown = (Shared<Results>, Filter, Rc<Vec<bool>>);
/// Of these results, the ends of the field of this name.
pub type Ends = (Shared<Results>, String, (f64, f64));

impl Table {
    /// A field by its name.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.info.name == name)
    }

    /// The field that groups are made by: the one that was chosen, or the first that can.
    pub fn grouping_field(&self, name: &str) -> Option<&Field> {
        let mut fields = self.fields.iter().filter(|field| field.is_category());
        let chosen = fields.clone().find(|field| field.info.name == name);
        chosen.or_else(|| fields.next())
    }

    /// The row of a text among those of all tables.
    pub fn row(&self, line: LineId) -> Option<usize> {
        let (table, row) = *self.sources.get(&line)?;
        let at = self.tables.iter().position(|&known| known == table)?;
        Some(self.starts.get(at)? + row as usize)
    }

    /// The rows of all points; [`NONE`] for those that came from no table.
    fn rows(&self, results: &Shared<Results>) -> Rc<Vec<u32>> {
        let mut known = self.rows.borrow_mut();
        if let Some((_, rows)) = known.iter().find(|(of, _)| of == results) {
            return rows.clone();
        }
        let rows = results.texts.iter().map(|text| {
            let row = self.row(text.line).and_then(|row| u32::try_from(row).ok());
            row.unwrap_or(NONE)
        });
        let rows: Rc<Vec<u32>> = Rc::new(rows.collect());
        known.truncate(REMEMBERED - 1);
        known.insert(0, (results.clone(), rows.clone()));
        rows
    }

    /// The number of each point; NaN where there is none.
    pub fn numbers(&self, field: &Field, results: &Shared<Results>) -> Vec<f64> {
        let rows = self.rows(results);
        let number = |&row: &u32| match row {
            NONE => f64::NAN,
            row => field.number(row as usize),
        };
        rows.iter().map(number).collect()
    }

    /// The lowest and the highest number of these points, which is remembered.
    pub fn ends(&self, field: &Field, results: &Shared<Results>) -> (f64, f64) {
        let name = &field.info.name;
        if let Some((of, known, ends)) = &*self.ends.borrow()
            && of == results
            && known == name
        {
            return *ends;
        }
        let numbers = self.numbers(field, results).into_iter();
        let numbers = numbers.filter(|number| !number.is_nan());
        let ends = numbers.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), number| {
            (low.min(number), high.max(number))
        });
        self.ends
            .replace(Some((results.clone(), name.clone(), ends)));
        ends
    }

    /// The points of a category; of those without any, if it is empty.
    pub fn members(&self, field: &Field, value: &str, results: &Shared<Results>) -> Vec<LineId> {
        let numbers = self.numbers(field, results);
        let all = results.texts.iter().zip(numbers);
        let members = all.filter(|&(_, number)| field.category(number) == value);
        members.map(|(text, _)| text.line).collect()
    }

    /// Texts of each category, and those that have none.
    pub fn counts(&self, field: &Field, results: &Shared<Results>) -> (Vec<usize>, usize) {
        let (mut counts, mut missing) = (vec![0; field.info.categories.len()], 0);
        for number in self.numbers(field, results) {
            match counts.get_mut(number as usize).filter(|_| !number.is_nan()) {
                Some(count) => *count += 1,
                None => missing += 1,
            }
        }
        (counts, missing)
    }

    /// The field that a filter goes by, once its values are there.
    pub fn filtering(&self, filter: &Filter) -> Option<&Field> {
        self.field(&filter.field)
            .filter(|field| field.values.is_some())
    }
}

/// [`Table`] as a property, compared by identity.
#[derive(Clone)]
pub struct Of(pub Rc<Table>);

impl PartialEq for Of {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl Source for Table {
    fn offered(&self, sizes: bool) -> Vec<AttrValue> {
        let fits = |field: &&Field| field.is_measured() || (!sizes && field.is_category());
        let names = self.fields.iter().filter(fits);
        names.map(|field| field.info.name.clone().into()).collect()
    }

    fn channel(&self, name: &str, results: &Shared<Results>) -> Option<Channel> {
        let field = self.field(name)?;
        if field.values.is_none() {
            return Some(Channel::Nothing);
        }
        let numbers = self.numbers(field, results).into_iter();
        Some(match field.info.kind {
            FieldKind::Category => {
                let class = |number: f64| (!number.is_nan()).then_some(number as u32);
                Channel::Classes(numbers.map(class).collect())
            }
            FieldKind::Number | FieldKind::Date => Channel::Values {
                values: numbers.map(|number| number as f32).collect(),
                what: String::new(),
                digits: 0,
            },
            FieldKind::Text | FieldKind::Empty => return None,
        })
    }

    fn grouping(
        &self,
        name: &str,
        results: &Shared<Results>,
        renamed: &HashMap<GroupKey, Rc<str>>,
    ) -> Option<Grouping> {
        let field = self.grouping_field(name)?;
        field.values.as_ref()?;
        let group = |category: &String| {
            let key = (From::Field, key(&field.info.name, category));
            let name = renamed.get(&key).cloned();
            (key, name.unwrap_or_else(|| category.as_str().into()))
        };
        let of = self.numbers(field, results).into_iter();
        let of = of.map(|number| (!number.is_nan()).then_some(number as u32));
        Some(Grouping {
            groups: field.info.categories.iter().map(group).collect(),
            of: of.collect(),
        })
    }

    fn keeps(&self, filter: &Filter, line: LineId) -> bool {
        self.filtering(filter).is_none_or(|field| {
            let row = self.row(line);
            fits(field, filter, row.map_or(f64::NAN, |row| field.number(row)))
        })
    }

    fn shown(&self, filter: &Filter, results: &Shared<Results>) -> Rc<Vec<bool>> {
        let Some(field) = self.filtering(filter) else {
            return Rc::new(vec![true; results.texts.len()]);
        };
        let mut known = self.shown.borrow_mut();
        let same = |known: &&Shown| known.0 == *results && known.1 == *filter;
        if let Some((_, _, shown)) = known.iter().find(same) {
            return shown.clone();
        }
        let numbers = self.numbers(field, results).into_iter();
        let shown = numbers.map(|number| fits(field, filter, number));
        let shown: Rc<Vec<bool>> = Rc::new(shown.collect());
        known.truncate(REMEMBERED - 1);
        known.insert(0, (results.clone(), filter.clone(), shown.clone()));
        shown
    }

    fn dot(
        &self,
        name: &str,
        results: &Shared<Results>,
        line: LineId,
        dark: bool,
    ) -> Option<(AttrValue, AttrValue)> {
        let field = self.field(name)?;
        let row = self.row(line)?;
        let number = field.number(row);
        if number.is_nan() {
            return None;
        }
        let color = if field.is_category() {
            categorical(number as usize, dark)
        } else {
            let (low, high) = self.ends(field, results);
            let place = if high > low {
                (number - low) / (high - low)
            } else {
                0.5
            };
            shade(place, dark)
        };
        Some((color.css().into(), field.words(row).into()))
    }

    fn cells(&self, names: &[String], line: LineId) -> Vec<AttrValue> {
        let row = self.row(line);
        let cell = |name: &String| {
            let words = row.and_then(|row| Some(self.field(name)?.words(row)));
            words.unwrap_or_default().into()
        };
        names.iter().map(cell).collect()
    }

    fn names(&self) -> Vec<AttrValue> {
        let names = self.fields.iter();
        names.map(|field| field.info.name.clone().into()).collect()
    }

    fn sorted(&self, name: &str, results: &Shared<Results>) -> Option<Vec<u32>> {
        let field = self.field(name)?;
        let values = field.values.as_deref()?;
        // Texts without a value come last, whichever way the others are sorted.
        let (mut points, missing): (Vec<u32>, Vec<u32>) = match values {
            FieldValues::Numbers(_) => {
                let numbers = self.numbers(field, results);
                let (there, missing): (Vec<_>, Vec<_>) = (0_u32..)
                    .zip(numbers)
                    .partition(|(_, number)| !number.is_nan());
                let mut keys: Vec<u128> = there
                    .into_iter()
                    .map(|(point, number)| u128::from(ordered(number)) << 64 | u128::from(point))
                    .collect();
                keys.sort_unstable();
                let points = keys.into_iter().map(|key| key as u32).collect();
                (
                    points,
                    missing.into_iter().map(|(point, _)| point).collect(),
                )
            }
            FieldValues::Words(_) => {
                let rows = self.rows(results);
                let words = rows.iter().map(|&row| match row {
                    NONE => String::new(),
                    row => lower(&field.words(row as usize)),
                });
                let words: Vec<String> = words.collect();
                let (mut there, missing): (Vec<u32>, Vec<u32>) =
                    (0..words.len() as u32).partition(|&point| !words[point as usize].is_empty());
                there.sort_by(|&a, &b| words[a as usize].cmp(&words[b as usize]));
                (there, missing)
            }
        };
        // A second press turns them round.
        if points.is_sorted()
            && missing
                .first()
                .is_none_or(|&first| first as usize >= points.len())
        {
            points.reverse();
        }
        points.extend(missing);
        Some(points)
    }

    fn find(self: Rc<Self>, sought: &str, results: &Shared<Results>) -> Option<Finding> {
        let (name, words) = sought.split_once(':')?;
        let (name, words) = (lower(name.trim()), lower(words.trim()));
        let field = self
            .fields
            .iter()
            .find(|field| lower(&field.info.name) == name)?;
        let (mut field, results) = (field.clone(), results.clone());
        if words.is_empty() {
            return None;
        }
        let table = self.clone();
        Some(Box::pin(async move {
            if field.values.is_none() {
                let values = table.importer.values(&table.tables, &field.info.name).await;
                // What went wrong is said where the field is shown; nothing is found by it.
                field.values = values.ok().map(Rc::new);
            }
            let fits = test(&field, &words);
            let rows = table.rows(&results);
            let found = (0..).zip(rows.iter());
            let found = found.filter(|&(_, &row)| row != NONE && fits(&field, row as usize));
            found.map(|(point, _)| point).collect()
        }))
    }

    fn draw(self: Rc<Self>, piece: Piece) -> Html {
        let of = Of(self);
        match piece {
            Piece::Legend => html! { <Legend {of} /> },
            Piece::Chip => html! { <Chip {of} /> },
            Piece::Groups => html! { <ByField {of} /> },
            Piece::Panel => html! { <Panel {of} /> },
            Piece::Record(line) => html! { <Record {of} {line} /> },
        }
    }
}

/// Whether a filter shows a text with this value.
fn fits(field: &Field, filter: &Filter, number: f64) -> bool {
    match filter.range {
        Some((low, high)) => low <= number && number <= end_of(field.info.kind, high),
        None => {
            let category = field.category(number);
            filter.values.iter().any(|value| value == category)
        }
    }
}

/// Whether the value in a row fits what is sought: numbers as they are, above or below one; words
/// that hold them.
fn test(field: &Field, words: &str) -> impl Fn(&Field, usize) -> bool + use<> {
    let kind = field.info.kind;
    let bound = |sign: char| read(kind, words.strip_prefix(sign)?.trim_start_matches('='));
    let (above, below) = (bound('>'), bound('<'));
    let exact = read(kind, words).filter(|_| kind == FieldKind::Number);
    let measured = field.is_measured();
    let words = words.to_owned();
    move |field, row| match (above, below) {
        (Some(above), _) if measured => field.number(row) >= above,
        (_, Some(below)) if measured => field.number(row) <= below,
        _ => match exact {
            Some(exact) => field.number(row) == exact,
            None => lower(&field.words(row)).contains(&words),
        },
    }
}

/// What tells a group by a field from others, whichever tables it is of (FNV-1a).
fn key(field: &str, category: &str) -> u64 {
    let bytes = field.bytes().chain([0]).chain(category.bytes());
    bytes.fold(0xcbf2_9ce4_8422_2325, |key, byte| {
        (key ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use semblance_workspace::Document;

    const NAN: f64 = f64::NAN;

    /// Texts of the rows 2, 0 and 1 of the second of two tables, and one of no table.
    fn table() -> (Table, Shared<Results>) {
        let texts = Document::new("a\nb\nc\nd").texts();
        let sources: Sources = HashMap::from([
            (texts[0].line, (9, 2)),
            (texts[1].line, (9, 0)),
            (texts[2].line, (9, 1)),
        ]);
        let field = |name: &str, kind, categories: &[&str], values: [f64; 5]| Field {
            info: Rc::new(FieldInfo {
                name: name.into(),
                kind,
                categories: categories.iter().map(ToString::to_string).collect(),
            }),
            values: Some(Rc::new(FieldValues::Numbers(values.to_vec()))),
        };
        let fields = vec![
            field("age", FieldKind::Number, &[], [0.0, 0.0, 30.0, NAN, 20.0]),
            field(
                "team",
                FieldKind::Category,
                &["HR", "IT"],
                [1.0, 1.0, 0.0, 1.0, NAN],
            ),
        ];
        let table = Table {
            importer: Rc::new(Importer::new("")),
            tables: Rc::new(vec![4, 9]),
            starts: Rc::new(vec![0, 2]),
            sources: Rc::new(sources),
            fields,
            rows: RefCell::default(),
            ends: RefCell::default(),
            shown: RefCell::default(),
        };
        let results = Results::new(texts, Vec::new(), 4);
        (table, Shared(Rc::new(results)))
    }

    #[test]
    fn values_follow_the_texts_to_their_rows() {
        let (table, results) = table();
        let line = |at: usize| results.texts[at].line;
        let names = ["team".to_owned(), "age".to_owned()];
        assert_eq!(table.cells(&names, line(1)), ["HR", "30"]);
        assert_eq!(table.cells(&names, line(3)), ["", ""]);
        assert_eq!(table.counts(&table.fields[1], &results), (vec![1, 1], 2));
        assert_eq!(table.ends(&table.fields[0], &results), (20.0, 30.0));
        assert_eq!(table.members(&table.fields[1], "IT", &results), [line(2)]);
        let mut renamed = HashMap::new();
        let grouping = table.grouping("", &results, &renamed).expect("groups");
        assert_eq!(grouping.of, [None, Some(0), Some(1), None]);
        renamed.insert(grouping.groups[1].0, "Machines".into());
        let groups = table.grouping("", &results, &renamed).expect("groups");
        let names = groups.groups.iter().map(|(_, name)| &**name);
        assert!(names.eq(["HR", "Machines"]));
        renamed.clear();
        assert!(
            table.grouping("age", &results, &renamed) == Some(grouping),
            "no category"
        );
    }

    #[test]
    fn a_filter_shows_values_or_a_range_and_nothing_without_one() {
        let (table, results) = table();
        let shown = |field: &str, values: &[&str], range| {
            let filter = Filter {
                field: field.into(),
                values: values.iter().map(ToString::to_string).collect(),
                range,
            };
            let shown = table.shown(&filter, &results);
            let each = results.texts.iter();
            assert!(
                each.map(|text| table.keeps(&filter, text.line))
                    .eq(shown.to_vec())
            );
            shown.to_vec()
        };
        assert_eq!(shown("team", &["HR"], None), [false, true, false, false]);
        assert_eq!(shown("team", &["", "IT"], None), [true, false, true, true]);
        let range = Some((20.0, 25.0));
        assert_eq!(shown("age", &[], range), [true, false, false, false]);
        assert_eq!(shown("no such field", &[], None), [true; 4]);
    }

    #[test]
    fn what_has_no_value_comes_last_whichever_way() {
        let (table, mut results) = table();
        // They are in this order already.
        assert_eq!(table.sorted("age", &results), Some(vec![1, 0, 2, 3]));
        let texts = results.texts.iter().rev().cloned().collect();
        results = Shared(Rc::new(Results::new(texts, Vec::new(), 4)));
        assert_eq!(table.sorted("age", &results), Some(vec![3, 2, 0, 1]));
        assert_eq!(table.sorted("none", &results), None);
    }
}
