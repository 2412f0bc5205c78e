//! `semblance-convert SOURCE_DIR OUT_DIR [TEXTS]`: makes the weights that ship from the original ones.

use std::path::Path;
use std::process::ExitCode;

const USAGE: &str = "usage: semblance-convert SOURCE_DIR OUT_DIR [TEXTS]

SOURCE_DIR holds model.safetensors (f32, f16 or bf16), tokenizer.json and config.json, and may
hold LICENSE, NOTICE, sentence_bert_config.json and 1_Pooling/config.json.
OUT_DIR gets model.safetensors (int8), tokenizer.json, config.json, LICENSE and NOTICE.
TEXTS is a file with one text per line, to which the rounding is fitted beside the converter's own;
thousands of the kind that the model is for make it better.";

#[expect(
    clippy::print_stdout,
    reason = "this is a command; its report is its output"
)]
fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args_os().skip(1).collect();
    let (source, out, texts) = match &arguments[..] {
        [source, out] => (source, out, None),
        [source, out, texts] => (source, out, Some(Path::new(texts))),
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    let texts = match texts.map(std::fs::read_to_string).transpose() {
        Ok(texts) => texts.unwrap_or_default(),
        Err(error) => {
            let path = texts.unwrap_or(Path::new("")).display();
            eprintln!("error: can't read {path}: {error}");
            return ExitCode::FAILURE;
        }
    };
    let texts: Vec<_> = texts.lines().map(str::to_owned).collect();
    match semblance_convert::convert(Path::new(source), Path::new(out), &texts) {
        Ok(report) => {
            let megabytes = |bytes: u64| bytes as f64 / 1e6;
            println!(
                "{}: {:.1} MB became {:.1} MB, fitted to {} tokens, in {}: {}",
                report.model,
                megabytes(report.bytes_before),
                megabytes(report.bytes_after),
                report.tokens,
                Path::new(out).display(),
                report.files.join(", ")
            );
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
