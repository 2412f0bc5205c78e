//! The link by which pupils answer on devices of their own, and the box that takes their codes.

use super::course::{Act, Course};
use super::lessons::name_of;
use crate::share::qr;
use crate::ui::button::words;
use crate::ui::hooks::{use_change, use_value};
use js_sys::Promise;
use semblance_workspace::lesson::Lesson;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{HtmlInputElement, SubmitEvent};
use yew::prelude::*;

/// Characters of a link above which its QR code can't be scanned from a screen.
const SCANNED: usize = 1_200;

#[wasm_bindgen]
extern "C" {
    /// The page's address with a lesson, given as Markdown or by its name (`www/link.js`).
    #[wasm_bindgen(js_name = semblanceLessonLink, catch)]
    fn lesson_link(lesson: &str) -> Result<Promise, JsValue>;
    #[wasm_bindgen(js_namespace = ["navigator", "clipboard"], js_name = writeText, catch)]
    async fn copy(text: &str) -> Result<JsValue, JsValue>;
}

#[derive(Properties)]
pub struct CodesProps {
    pub course: Rc<Course>,
    pub lesson: Rc<Lesson>,
    pub act: Callback<Act>,
}

impl PartialEq for CodesProps {
    fn eq(&self, other: &Self) -> bool {
        self.course == other.course
    }
}

/// Link and box.
#[component]
pub fn Codes(props: &CodesProps) -> Html {
    let lesson = props.lesson.clone();
    let link = use_value(None::<Result<String, ()>>);
    let said = use_value(None::<Result<String, String>>);
    let copied = use_value("");
    let input = use_node_ref();
    {
        let (lesson, set, input) = (lesson.clone(), link.setter(), input.clone());
        use_change((), move |()| {
            if let Some(input) = input.cast::<HtmlInputElement>() {
                // It stays where it is if it can't be focused.
                _ = input.focus();
            }
            spawn_local(async move {
                let text = name_of(&lesson).map_or_else(|| lesson.for_pupils(), str::to_owned);
                let made = match lesson_link(&text) {
                    Ok(promise) => JsFuture::from(promise).await.ok(),
                    Err(_) => None,
                };
                set.set(Some(made.and_then(|link| link.as_string()).ok_or(())));
            });
        });
    }
    let onsubmit = {
        let (props_act, course, lesson) = (props.act.clone(), props.course.clone(), lesson);
        let (said, input) = (said.setter(), input.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let Some(input) = input.cast::<HtmlInputElement>() else {
                return;
            };
            said.set(Some(match lesson.read_code(&input.value()) {
                Err(error) => Err(error.to_string()),
                Ok(code) if course.codes.contains(&code) => {
                    Err("This code was counted already.".into())
                }
                Ok(code) => {
                    props_act.emit(Act::Code(code));
                    let counted = course.codes.len() + 1;
                    Ok(match counted {
                        1 => "1 code counted.".into(),
                        _ => format!("{counted} codes counted."),
                    })
                }
            }));
            // What is wrong is there to be corrected.
            input.select();
        })
    };
    let address = match &*link {
        None => html! { <p>{ "Making the link…" }</p> },
        Some(Err(())) => html! {
            <p role="alert">{ "A part of this page is missing. Reload it to get a link." }</p>
        },
        Some(Ok(link)) => {
            let press = {
                let (link, copied) = (link.clone(), copied.setter());
                Callback::from(move |_: MouseEvent| {
                    let (link, copied) = (link.clone(), copied.clone());
                    spawn_local(async move {
                        copied.set(match copy(&link).await {
                            Ok(_) => "Copied.",
                            Err(_) => "The browser lets nothing be copied here.",
                        });
                    });
                })
            };
            html! {
                <>
                    <input type="text" readonly=true aria-label="Link for pupils" value={link.clone()} />
                    <p class="class-row">{ words("push", "Copy link", press) }<span role="status">{ *copied }</span></p>
                    if link.starts_with("file:") {
                        <p>{ "This page is a file: the link works where that file lies at the same place." }</p>
                    }
                    if link.len() <= SCANNED {
                        { qr::code(link, "QR code of the link for pupils") }
                    } else {
                        <p>{ "The link is too long for a QR code: send it, or put it where pupils find it." }</p>
                    }
                </>
            }
        }
    };
    let outcome = (*said).clone().map(|said| match said {
        Ok(said) => html! { <p role="status">{ said }</p> },
        Err(why) => html! { <p class="problem" role="alert">{ why }</p> },
    });
    html! {
        <div class="class-codes">
            <section>
                <h3>{ "Pupils open this link" }</h3>
                <p>{ "They answer on a device of their own and get a code. No names, no server; the model is not downloaded for it." }</p>
                { address }
            </section>
            <section>
                <h3>{ "Their codes" }</h3>
                <form {onsubmit}>
                    <label>{ "Code" }<input type="text" ref={input} autocomplete="off" autocapitalize="characters" spellcheck="false" /></label>
                    <button type="submit" class="push">{ "Count it" }</button>
                </form>
                { for outcome }
                <p>{ match props.course.codes.len() {
                    0 => "No code is counted yet. Small letters, spaces and dashes do not matter.".to_owned(),
                    1 => "1 pupil’s answers are counted in all questions.".to_owned(),
                    count => format!("{count} pupils’ answers are counted in all questions."),
                } }</p>
            </section>
        </div>
    }
}
