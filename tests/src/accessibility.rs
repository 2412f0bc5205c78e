//! What axe-core finds.

use std::path::Path;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::page::Page;

/// How much a violation keeps people from using the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Impact {
    /// A nuisance.
    Minor,
    /// Hard for some.
    Moderate,
    /// A barrier for some.
    Serious,
    /// Some can't use it at all.
    Critical,
}

/// A rule of axe-core that the page breaks.
#[derive(Debug, Clone)]
pub struct Violation {
    /// How bad it is.
    pub impact: Impact,
    /// The rule and what it asks for.
    pub rule: String,
    /// Selectors of the elements that break it.
    pub elements: Vec<String>,
}

impl Page {
    /// Runs axe-core over the page as it stands.
    ///
    /// # Errors
    /// `npm ci` hasn't run in `tests/`, or axe-core failed.
    pub async fn violations(&self) -> Result<Vec<Violation>> {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("node_modules/axe-core/axe.min.js");
        let axe = std::fs::read_to_string(&path)
            .context("axe-core is missing: run `cargo xtask test`, or `npm ci` in tests/")?;
        // WebDriver's scripts aren't subject to the page's policy.
        self.run(&axe, Vec::new()).await?;
        let script = "return axe.run(document, { resultTypes: ['violations'] })\
            .then((results) => results.violations);";
        let violations = self.run(script, vec![json!({})]).await?;
        let violations = violations.as_array().context("axe-core found no list")?;
        Ok(violations.iter().map(violation).collect())
    }

    /// The violations that are serious or worse, one to a line; empty when there are none.
    ///
    /// # Errors
    /// As for [`Page::violations`].
    pub async fn serious_violations(&self) -> Result<Vec<String>> {
        let mut violations = self.violations().await?;
        violations.retain(|violation| violation.impact >= Impact::Serious);
        let lines = violations
            .into_iter()
            .map(|violation| format!("{}: {}", violation.rule, violation.elements.join(", ")));
        Ok(lines.collect())
    }
}

fn violation(value: &Value) -> Violation {
    let text = |name: &str| value[name].as_str().unwrap_or_default();
    let nodes = value["nodes"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default();
    Violation {
        impact: match text("impact") {
            "critical" => Impact::Critical,
            "serious" => Impact::Serious,
            "moderate" => Impact::Moderate,
            _ => Impact::Minor,
        },
        rule: format!("{} ({})", text("id"), text("help")),
        elements: nodes
            .iter()
            .map(|node| node["target"].to_string())
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_axe_reports() {
        let value = json!({
            "id": "color-contrast",
            "help": "Elements must meet minimum contrast",
            "impact": "serious",
            "nodes": [{ "target": [".a"] }],
        });
        let violation = violation(&value);
        assert!(violation.impact >= Impact::Serious);
        assert!(violation.rule.starts_with("color-contrast"));
        assert_eq!(violation.elements, ["[\".a\"]"]);
    }
}
