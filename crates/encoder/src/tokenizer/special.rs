//! The tokens that stand around every text.
//!
//! The library's own reader panics over a template with a token that it does not list.

use serde_json::Value;

use super::broken;

/// The ids that a post-processor puts before and after a text.
pub(super) fn special(processor: &Value) -> serde_json::Result<(Vec<u32>, Vec<u32>)> {
    match processor.get("type").and_then(Value::as_str) {
        // The second is about places alone.
        None | Some("ByteLevel") => Ok((Vec::new(), Vec::new())),
        Some("BertProcessing" | "RobertaProcessing") => {
            // A pair of the token and its id.
            let id = |name: &str| {
                let id = processor.get(name).and_then(|pair| id(pair.get(1)?));
                id.ok_or_else(|| broken(format!("the post-processor has no token {name}")))
            };
            Ok((vec![id("cls")?], vec![id("sep")?]))
        }
        Some("TemplateProcessing") => template(processor),
        Some("Sequence") => {
            let steps = processor.get("processors").and_then(Value::as_array);
            let (mut before, mut after) = (Vec::new(), Vec::new());
            for step in steps.into_iter().flatten() {
                let (first, last) = special(step)?;
                before.splice(0..0, first);
                after.extend(last);
            }
            Ok((before, after))
        }
        Some(other) => Err(broken(format!(
            "a post-processor of the type {other} is not supported"
        ))),
    }
}

/// The tokens before and after the one place for a text.
fn template(processor: &Value) -> serde_json::Result<(Vec<u32>, Vec<u32>)> {
    let pieces = processor.get("single").and_then(Value::as_array);
    let (mut before, mut after, mut texts) = (Vec::new(), Vec::new(), 0);
    for piece in pieces.into_iter().flatten() {
        if piece.get("Sequence").is_some() {
            texts += 1;
            continue;
        }
        let name = piece.pointer("/SpecialToken/id").and_then(Value::as_str);
        let name = name.ok_or_else(|| broken("the post-processor's template can't be read"))?;
        let token = processor
            .get("special_tokens")
            .and_then(|all| all.get(name));
        let ids = token.and_then(|token| token.get("ids")?.as_array());
        let ids: Option<Vec<u32>> = ids.and_then(|ids| ids.iter().map(id).collect());
        let ids = ids
            .ok_or_else(|| broken(format!("the post-processor has no ids of its token {name}")))?;
        match texts {
            0 => before.extend(ids),
            _ => after.extend(ids),
        }
    }
    match texts {
        1 => Ok((before, after)),
        _ => Err(broken(
            "the post-processor's template has no place for the text, or several",
        )),
    }
}

fn id(value: &Value) -> Option<u32> {
    value.as_u64().and_then(|id| u32::try_from(id).ok())
}
