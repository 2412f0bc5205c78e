//! Groups by a field: which one.

use super::legend::OfTable;
use crate::stage::map::{MapAction, use_map_store};
use crate::ui::field::Select;
use yew::prelude::*;

/// The choice of the field.
#[component]
pub fn ByField(props: &OfTable) -> Html {
    let map = use_map_store();
    let table = &props.of.0;
    let fields = table.fields.iter().filter(|field| field.is_category());
    let names: Vec<String> = fields.map(|field| field.info.name.clone()).collect();
    let chosen = table.grouping_field(&map.fields.choice.group);
    let Some(chosen) = chosen.map(|field| &field.info.name) else {
        return html! {
            <p class="explore-note">{ "No column of these texts has a few values that come again and again. When a file is opened, columns can be taken for categories." }</p>
        };
    };
    let at = names.iter().position(|name| name == chosen);
    let options: Vec<AttrValue> = names.iter().map(|name| name.clone().into()).collect();
    let dispatch = map.dispatcher();
    let choose = Callback::from(move |at: usize| {
        if let Some(name) = names.get(at).cloned() {
            dispatch.dispatch(MapAction::Field(Box::new(|choice| choice.group = name)));
        }
    });
    html! {
        <div class="explore-row">
            <label class="pick"><span>{ "Column" }</span><Select label="Column" {options} chosen={at.unwrap_or(usize::MAX)} {choose} /></label>
            <p class="explore-note">{ "Texts without a value are in no group." }</p>
        </div>
    }
}
