//! Boxes and selects that keep what a person typed or chose, however often the page around them is
//! drawn again. Yew writes `value` and `selected` only when they change, or on every drawing: the
//! first leaves a box that says something else than what holds, the second takes away what is
//! being typed.

use crate::ui::hooks::use_change;
use std::rc::Rc;
use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

/// What a box does with what was typed: it returns what the box is to say.
pub type Take = Rc<dyn Fn(String) -> AttrValue>;

/// A box for a word or a number.
#[derive(Properties)]
pub struct FieldProps {
    /// What it is called.
    pub label: AttrValue,
    /// What holds. The box says it whenever that changes.
    pub value: AttrValue,
    /// What is done with what was typed, once it is complete: on Enter, or when the box is left. It
    /// must not hold what may change before: another one is no reason to draw the box again.
    pub take: Take,
    /// Whether it is done with every letter, too.
    #[prop_or_default]
    pub live: bool,
    /// What the empty box suggests.
    #[prop_or_default]
    pub placeholder: AttrValue,
    /// Least, most and step of a number; without them it is a word.
    #[prop_or_default]
    pub bounds: Option<[AttrValue; 3]>,
    /// Whether it has the caret as soon as it is there.
    #[prop_or_default]
    pub eager: bool,
}

impl PartialEq for FieldProps {
    fn eq(&self, other: &Self) -> bool {
        self.label == other.label
            && self.value == other.value
            && self.placeholder == other.placeholder
            && self.bounds == other.bounds
    }
}

/// The box.
#[component]
pub fn Field(props: &FieldProps) -> Html {
    let input = use_node_ref();
    {
        let (input, eager, live) = (input.clone(), props.eager, props.live);
        use_change(props.value.clone(), move |value| {
            let Some(input) = input.cast::<HtmlInputElement>() else {
                return;
            };
            // What is being typed is complete later.
            let typing = live && gloo::utils::document().active_element().as_ref() == Some(&input);
            if !typing && input.value() != **value {
                input.set_value(value);
            }
            if eager {
                // It stays where it is if it can't be focused.
                _ = input.focus();
                input.select();
            }
        });
    }
    let take = props.take.clone();
    let onchange = Callback::from(move |event: Event| {
        let input: HtmlInputElement = event.target_unchecked_into();
        input.set_value(&take(input.value()));
    });
    let take = props.take.clone();
    let oninput = props.live.then(|| {
        Callback::from(move |event: InputEvent| {
            let input: HtmlInputElement = event.target_unchecked_into();
            take(input.value());
        })
    });
    let [min, max, step] = match props.bounds.clone() {
        Some(bounds) => bounds.map(Some),
        None => [None, None, None],
    };
    let kind = if min.is_some() { "number" } else { "text" };
    html! {
        <input type={kind} ref={input} aria-label={props.label.clone()} placeholder={props.placeholder.clone()}
            {min} {max} {step} {onchange} {oninput} autocomplete="off" />
    }
}

/// One choice of several.
#[derive(Properties)]
pub struct SelectProps {
    /// What is chosen.
    pub label: AttrValue,
    /// The choices.
    pub options: Vec<AttrValue>,
    /// The index of the one that holds; none of them if it is beyond.
    pub chosen: usize,
    /// Another was chosen.
    pub choose: Callback<usize>,
}

impl PartialEq for SelectProps {
    fn eq(&self, _: &Self) -> bool {
        // A select that says something else than what holds is put right by every drawing.
        false
    }
}

/// The select.
#[component]
pub fn Select(props: &SelectProps) -> Html {
    let select = use_node_ref();
    {
        let (select, chosen) = (select.clone(), props.chosen);
        use_effect(move || {
            if let Some(select) = select.cast::<HtmlSelectElement>() {
                select.set_selected_index(i32::try_from(chosen).unwrap_or(-1));
            }
        });
    }
    let choose = props.choose.clone();
    let onchange = Callback::from(move |event: Event| {
        let select: HtmlSelectElement = event.target_unchecked_into();
        if let Ok(index) = usize::try_from(select.selected_index()) {
            choose.emit(index);
        }
    });
    html! {
        <select ref={select} aria-label={props.label.clone()} {onchange}>
            { for props.options.iter().map(|option| html! { <option>{ option }</option> }) }
        </select>
    }
}
