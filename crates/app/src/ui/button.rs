//! The buttons, choices and boxes of which the page has many.

use crate::ui::field::{Field, Take};
use crate::ui::hooks::Value;
use crate::ui::icon::{Icon, icon};
use std::rc::Rc;
use yew::prelude::*;

/// A button with an icon. `title` says what it does, `label` what it is called; one that stays down
/// says whether it is `pressed`.
pub fn tool(
    shape: Icon,
    label: impl Into<AttrValue>,
    title: impl Into<AttrValue>,
    pressed: Option<bool>,
    onclick: Callback<MouseEvent>,
) -> Html {
    draw_tool(shape, label.into(), title.into(), pressed, onclick)
}

fn draw_tool(
    shape: Icon,
    label: AttrValue,
    title: AttrValue,
    pressed: Option<bool>,
    onclick: Callback<MouseEvent>,
) -> Html {
    let pressed = pressed.map(|pressed| pressed.to_string());
    html! {
        <button type="button" class="tool" {onclick} {title} aria-label={label} aria-pressed={pressed}>{ icon(shape) }</button>
    }
}

/// A button with words, in one of the looks that the style sheet has for such: `quiet`, `push`,
/// `menu-item`.
pub fn words(look: &'static str, words: &'static str, onclick: Callback<MouseEvent>) -> Html {
    draw_words(look, words, None, onclick)
}

/// The same with a name of its own, for those who can't see what it stands beside.
pub fn named(
    look: &'static str,
    words: &'static str,
    label: impl Into<AttrValue>,
    onclick: Callback<MouseEvent>,
) -> Html {
    draw_words(look, words, Some(label.into()), onclick)
}

fn draw_words(
    look: &'static str,
    words: &'static str,
    label: Option<AttrValue>,
    onclick: Callback<MouseEvent>,
) -> Html {
    html! { <button type="button" class={look} {onclick} aria-label={label}>{ words }</button> }
}

/// One choice of several of which exactly one is made; `group` tells them from those of others.
pub fn radio(
    group: &'static str,
    words: &'static str,
    title: Option<&'static str>,
    checked: bool,
    onchange: Callback<Event>,
) -> Html {
    html! { <label {title}><input type="radio" name={group} {checked} {onchange} /><span>{ words }</span></label> }
}

/// The choices together; `legend` says what they are about.
pub fn switch<const N: usize>(legend: &'static str, choices: [Html; N]) -> Html {
    draw_switch(legend, choices.into_iter().collect())
}

fn draw_switch(legend: &'static str, choices: Html) -> Html {
    html! {
        <fieldset class="switch">
            <legend class="unseen">{ legend }</legend>
            { choices }
        </fieldset>
    }
}

/// Most that a [`number`] can be.
const MOST: usize = 999;

/// A number of texts, from 1 on; what can't be read is taken for the `usual` one.
pub fn number(count: &Value<usize>, usual: usize) -> Html {
    let setter = count.setter();
    let take: Take = Rc::new(move |typed| {
        let wanted = typed.trim().parse().unwrap_or(usual).clamp(1, MOST);
        setter.set(wanted);
        wanted.to_string().into()
    });
    let bounds = [1, MOST, 1].map(|bound| bound.to_string().into());
    html! {
        <label class="pick"><span>{ "Number" }</span>
            <Field label="Number" value={count.to_string()} {bounds} live=true {take} />
        </label>
    }
}

/// A box that is ticked or not.
pub fn check(words: &'static str, ticked: &Value<bool>) -> Html {
    let ticked = ticked.clone();
    let (checked, setter) = (*ticked, ticked.setter());
    let onchange = Callback::from(move |_: Event| setter.set(!checked));
    html! { <label class="check"><input type="checkbox" {checked} {onchange} /><span>{ words }</span></label> }
}
