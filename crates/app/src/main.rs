//! The page: Yew components over the document and the workers.

mod app;
mod class;
mod dialogs;
mod fields;
mod find;
mod header;
mod inspector;
mod kept;
mod open;
mod out;
mod session;
mod share;
mod sheet;
mod stage;
mod state;
mod status;
mod ui;

/// Mounts the page in place of the shell that was shown while its code was on the way.
fn main() {
    // Yew puts a hook of its own over one that is set with the standard library.
    yew::set_custom_panic_hook(Box::new(|panic| panicked(&panic.to_string())));
    wasm_bindgen_futures::spawn_local(async {
        session::keep::begin().await;
        let root = gloo::utils::document().get_element_by_id("app");
        match root {
            Some(root) => drop(yew::Renderer::<app::App>::with_root(root).render()),
            None => drop(yew::Renderer::<app::App>::new().render()),
        }
    });
}

/// Tells the person that the page can't go on. Nothing of it runs any more at this point, so the
/// message is written by hand.
fn panicked(what: &str) {
    web_sys::console::error_1(&what.into());
    let document = gloo::utils::document();
    // What was changed in the last moments has not been kept yet.
    session::keep::keep_at_the_end();
    let (Ok(alert), Some(body)) = (document.create_element("p"), document.body()) else {
        return;
    };
    alert.set_text_content(Some(
        "Something in the page failed and it can't go on. Your texts are kept: reload the page.",
    ));
    // Setting known attributes and appending to a body that is there can't fail.
    _ = alert.set_attribute("role", "alert");
    _ = alert.set_attribute("class", "crash");
    _ = body.append_child(&alert);
}
