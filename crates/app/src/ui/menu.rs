//! A button that opens a small panel with more.

use crate::ui::hooks::{use_change, use_value};
use crate::ui::icon::{Icon, icon};
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, KeyboardEvent, Node};
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct MenuProps {
    /// What the button is called.
    pub label: AttrValue,
    /// What the button shows.
    #[prop_or(Icon::More)]
    pub icon: Icon,
    /// What the button says in place of the icon.
    #[prop_or_default]
    pub words: Option<&'static str>,
    /// What opens.
    pub children: Html,
    /// Whether a choice in it closes it.
    #[prop_or_default]
    pub closes: bool,
}

/// The button and, while it is open, the panel under it. Escape, a press elsewhere and leaving it
/// with the keyboard close it.
#[component]
pub fn Menu(props: &MenuProps) -> Html {
    let open = use_value(false);
    let root = use_node_ref();
    let button = use_node_ref();
    let toggle = {
        let open = open.clone();
        Callback::from(move |_: MouseEvent| open.set(!*open))
    };
    let onkeydown = {
        let (open, button) = (open.clone(), button.clone());
        Callback::from(move |event: KeyboardEvent| {
            if *open && event.key() == "Escape" {
                event.stop_propagation();
                open.set(false);
                if let Some(button) = button.cast::<HtmlElement>() {
                    // It stays where it is if it can't be focused.
                    _ = button.focus();
                }
            }
        })
    };
    let onfocusout = {
        let (open, root) = (open.setter(), root.clone());
        Callback::from(move |event: FocusEvent| {
            let next = event.related_target();
            let next = next.and_then(|target| target.dyn_into::<Node>().ok());
            // Without a next element the window lost the focus, or a plain part was pressed.
            if let (Some(root), Some(next)) = (root.cast::<Node>(), next)
                && !root.contains(Some(&next))
            {
                open.set(false);
            }
        })
    };
    {
        let (open_setter, root) = (open.setter(), root.clone());
        use_change(*open, move |&is_open| {
            let listener = is_open.then(|| {
                let document = gloo::utils::document();
                gloo::events::EventListener::new(&document, "pointerdown", move |event| {
                    let target = event.target().and_then(|t| t.dyn_into::<Node>().ok());
                    let inside = root.cast::<Node>().zip(target);
                    if inside.is_some_and(|(root, target)| !root.contains(Some(&target))) {
                        open_setter.set(false);
                    }
                })
            });
            move || drop(listener)
        });
    }
    let onclick = {
        let (open, closes) = (open.setter(), props.closes);
        Callback::from(move |_: MouseEvent| {
            if closes {
                open.set(false);
            }
        })
    };
    html! {
        <div class="menu" ref={root} {onkeydown} {onfocusout}>
            <button type="button" class={if props.words.is_some() { "word" } else { "tool" }} ref={button} onclick={toggle} title={props.label.clone()}
                aria-label={props.label.clone()} aria-expanded={open.to_string()}>
                { props.words.map_or_else(|| icon(props.icon), Html::from) }
            </button>
            if *open {
                <div class="menu-panel" {onclick}>{ props.children.clone() }</div>
            }
        </div>
    }
}
