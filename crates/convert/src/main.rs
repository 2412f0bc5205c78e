//! `semblance-convert SOURCE_DIR OUT_DIR`: makes the weights that ship from the original ones.

use std::path::Path;
use std::process::ExitCode;

const USAGE: &str = "usage: semblance-convert SOURCE_DIR OUT_DIR

SOURCE_DIR holds model.safetensors (f32, f16 or bf16), tokenizer.json and config.json, and may
hold LICENSE, NOTICE, sentence_bert_config.json and 1_Pooling/config.json.
OUT_DIR gets model.safetensors (int8), tokenizer.json, config.json, LICENSE and NOTICE.";

#[expect(
    clippy::print_stdout,
    reason = "this is a command; its report is its output"
)]
fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args_os().skip(1).collect();
    let [source, out] = &arguments[..] else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    match semblance_convert::convert(Path::new(source), Path::new(out)) {
        Ok(report) => {
            let megabytes = |bytes: u64| bytes as f64 / 1e6;
            println!(
                "{}: {:.1} MB became {:.1} MB in {}: {}",
                report.model,
                megabytes(report.bytes_before),
                megabytes(report.bytes_after),
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
