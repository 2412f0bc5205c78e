//! Elements by role and accessible name, as a screen reader tells them.

use std::fmt;
use std::sync::Arc;

use anyhow::Result;
use http::Method;
use serde_json::Value;
use thirtyfour::common::command::{Command, ExtensionCommand};
use thirtyfour::{By, WebElement};

use crate::page::Page;

/// The elements that can have a role: a first choice, the browser has the last word.
fn candidates(role: &str) -> String {
    let native = match role {
        "button" => "button, summary, input[type=button], input[type=submit]",
        "textbox" => "textarea, input, [contenteditable]",
        "searchbox" | "spinbutton" | "slider" | "checkbox" | "radio" => "input",
        "combobox" | "listbox" => "select, input",
        "option" => "option",
        "table" | "grid" => "table",
        "row" => "tr",
        "cell" | "gridcell" => "td",
        "columnheader" | "rowheader" => "th",
        "region" => "section",
        "heading" => "h1, h2, h3, h4, h5, h6",
        "link" => "a[href]",
        "list" => "ul, ol",
        "listitem" => "li",
        "dialog" => "dialog",
        "progressbar" => "progress",
        "status" => "output",
        "img" | "image" => "img, svg",
        "main" | "nav" | "form" => role,
        "navigation" => "nav",
        "banner" => "header",
        "contentinfo" => "footer",
        "complementary" => "aside",
        "group" => "fieldset, details",
        _ => "",
    };
    let explicit = format!("[role=\"{role}\"]");
    match native {
        "" => explicit,
        native => format!("{native}, {explicit}"),
    }
}

/// Every displayed element of that role whose accessible name is `name`; any name for `None`.
pub(crate) async fn find(page: &Page, role: &str, name: Option<&str>) -> Result<Vec<WebElement>> {
    let mut found = Vec::new();
    for element in page.driver().find_all(By::Css(candidates(role))).await? {
        // An element may go while it is being asked: it is as if it had never been there.
        let Ok(label) = computed(page, &element, "computedlabel").await else {
            continue;
        };
        if name.is_some_and(|name| label != name) {
            continue;
        }
        let fits = computed(page, &element, "computedrole")
            .await
            .is_ok_and(|is| is == role);
        if fits && element.is_displayed().await.unwrap_or(false) {
            found.push(element);
        }
    }
    Ok(found)
}

/// What the browser computes for an element: `computedrole` or `computedlabel`.
pub(crate) async fn computed(
    page: &Page,
    element: &WebElement,
    what: &'static str,
) -> Result<String> {
    let endpoint = format!("/element/{}/{what}", element.element_id());
    let command = Command::ExtensionCommand(Box::new(Get(endpoint.into())));
    let value: Value = page.driver().cmd(command).await?.value()?;
    Ok(value.as_str().unwrap_or_default().to_owned())
}

/// A WebDriver command that thirtyfour has no method for.
struct Get(Arc<str>);

impl fmt::Debug for Get {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "GET {}", self.0)
    }
}

impl ExtensionCommand for Get {
    fn parameters_json(&self) -> Option<Value> {
        None
    }

    fn method(&self) -> Method {
        Method::GET
    }

    fn endpoint(&self) -> Arc<str> {
        self.0.clone()
    }
}
