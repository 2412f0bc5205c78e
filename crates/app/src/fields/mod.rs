//! Fields: the columns that texts came with, as what to colour, filter, group and sort them by.
//! This is what the rest of the page knows of them; who reads them and draws them is a part,
//! fetched with the first text that has any.

mod chip;
mod groups;
mod legend;
mod load;
pub mod panel;
mod record;
mod table;
mod values;

use crate::session::save::Saving;
use crate::stage::map::{Channel, GroupKey, Grouping};
use crate::state::Shared;
use crate::state::results::Results;
use crate::ui::part::part_of_code;
use semblance_workspace::LineId;
use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use yew::prelude::*;

/// What a person has chosen about fields, each by its name; an empty name is none.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Choice {
    /// What colours say, in place of what the map knows itself.
    pub color: String,
    /// What sizes say, likewise.
    pub size: String,
    /// What groups come from.
    pub group: String,
    /// Which texts are shown.
    pub filter: Option<Filter>,
    /// Which fields stand beside the texts.
    pub columns: Vec<String>,
    /// Which of the other columns do not: a bit for each.
    pub without: u32,
    /// Which field is looked at in the inspector.
    pub open: String,
}

/// Which texts are shown: those with one of these values, or with one between two bounds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Filter {
    /// The field.
    pub field: String,
    /// Categories; an empty one stands for texts without a value.
    pub values: Vec<String>,
    /// Bounds of a number or a date, in place of categories.
    pub range: Option<(f64, f64)>,
}

/// What is drawn about fields.
#[derive(Clone, Copy, PartialEq)]
pub enum Piece {
    /// What the colours on the map mean.
    Legend,
    /// Which texts are shown, and the way back to all.
    Chip,
    /// Which field makes groups.
    Groups,
    /// A field, its values, and what can be done with them.
    Panel,
    /// What a text has in each field.
    Record(LineId),
}

/// Points, once they are found.
pub type Finding = Pin<Box<dyn Future<Output = Vec<u32>>>>;

/// The fields of the texts.
pub trait Source {
    /// The names of those that can be a colour, or a size.
    fn offered(&self, sizes: bool) -> Vec<AttrValue>;
    /// What a field gives to each point. None where there is no such field.
    fn channel(&self, name: &str, results: &Shared<Results>) -> Option<Channel>;
    /// Groups by a field, some of which have other names than its values.
    fn grouping(
        &self,
        name: &str,
        results: &Shared<Results>,
        renamed: &HashMap<GroupKey, Rc<str>>,
    ) -> Option<Grouping>;
    /// Whether a text is shown.
    fn keeps(&self, filter: &Filter, line: LineId) -> bool;
    /// The same of all points.
    fn shown(&self, filter: &Filter, results: &Shared<Results>) -> Rc<Vec<bool>>;
    /// The colour of a text by a field, and what it stands for.
    fn dot(
        &self,
        name: &str,
        results: &Shared<Results>,
        line: LineId,
        dark: bool,
    ) -> Option<(AttrValue, AttrValue)>;
    /// What a text has in these fields.
    fn cells(&self, names: &[String], line: LineId) -> Vec<AttrValue>;
    /// The points in the order of a field; the other way round if they are in it already.
    fn sorted(&self, name: &str, results: &Shared<Results>) -> Option<Vec<u32>>;
    /// The names of all fields, for columns.
    fn names(&self) -> Vec<AttrValue>;
    /// What finds the points for `field: words`, if there is such a field.
    fn find(self: Rc<Self>, sought: &str, results: &Shared<Results>) -> Option<Finding>;
    /// Draws something.
    fn draw(self: Rc<Self>, piece: Piece) -> Html;
}

/// The fields of the texts, if there are any, and what was chosen about them.
#[derive(Clone, Default)]
pub struct Fields {
    /// The fields.
    pub source: Option<Rc<dyn Source>>,
    /// What was chosen.
    pub choice: Shared<Choice>,
}

/// By identity: there are other ones whenever something of them is.
impl PartialEq for Fields {
    fn eq(&self, other: &Self) -> bool {
        let place = |fields: &Fields| fields.source.as_ref().map(|it| Rc::as_ptr(it).cast::<u8>());
        place(self) == place(other) && self.choice == other.choice
    }
}

impl Fields {
    /// Chooses something else.
    pub fn choose(&mut self, change: impl FnOnce(&mut Choice)) {
        let mut choice = (*self.choice.0).clone();
        change(&mut choice);
        self.choice = Shared(Rc::new(choice));
    }

    /// What this field gives to each point.
    pub fn channel(&self, name: &str, results: &Shared<Results>) -> Option<Channel> {
        self.source.as_ref()?.channel(name, results)
    }

    /// Whether a text is shown.
    pub fn keeps(&self, line: LineId) -> bool {
        match (&self.source, &self.choice.filter) {
            (Some(source), Some(filter)) => source.keeps(filter, line),
            _ => true,
        }
    }

    /// Whether each point is shown; none where all are.
    pub fn shown(&self, results: &Shared<Results>) -> Option<Rc<Vec<bool>>> {
        let filter = self.choice.filter.as_ref()?;
        Some(self.source.as_ref()?.shown(filter, results))
    }

    /// Draws something, where there are fields.
    pub fn draw(&self, piece: Piece) -> Html {
        match &self.source {
            Some(source) => source.clone().draw(piece),
            None => html! {},
        }
    }
}

part_of_code!(
    "fields",
    /// Has the fields of the texts as they are now, and the values of those that are shown.
    pub fn update(saving: Saving) -> () {
        load::update(saving)
    }
);
