//! The tokens that stand around every text.

use serde::Deserialize;
use serde_json::Value;
use tokenizers::processors::bert::BertProcessing;
use tokenizers::processors::roberta::RobertaProcessing;
use tokenizers::processors::template::TemplateProcessing;
use tokenizers::{Encoding, PostProcessor, Token};

use super::broken;

/// Stands for a text where special tokens are put around it.
const TEXT: u32 = u32::MAX;

/// The ids that a post-processor puts before and after a text.
pub(super) fn special(processor: Value) -> serde_json::Result<(Vec<u32>, Vec<u32>)> {
    let kind = processor.get("type").and_then(Value::as_str);
    let processor: Box<dyn PostProcessor> = match kind {
        None => return Ok((Vec::new(), Vec::new())),
        Some("BertProcessing") => Box::new(BertProcessing::deserialize(processor)?),
        Some("RobertaProcessing") => Box::new(RobertaProcessing::deserialize(processor)?),
        Some("TemplateProcessing") => Box::new(TemplateProcessing::deserialize(processor)?),
        Some(other) => {
            return Err(broken(format!(
                "a post-processor of the type {other} is not one of the BERT family's"
            )));
        }
    };
    let text = Encoding::from_tokens(vec![Token::new(TEXT, String::new(), (0, 0))], 0);
    let whole = processor.process(text, None, true);
    let whole = whole.map_err(broken)?;
    let mut sides = whole.get_ids().split(|id| *id == TEXT);
    match (sides.next(), sides.next(), sides.next()) {
        (Some(before), Some(after), None) => Ok((before.to_vec(), after.to_vec())),
        _ => Err(broken(
            "the post-processor's template has no place for the text, or several",
        )),
    }
}
