//! Why two texts score as they do, as a table in the terminal.
//!
//! ```sh
//! cargo run --release -p semblance-encoder --example explain -- exact MODEL "A text" "Another"
//! ```
//! MODEL is a folder with `model.safetensors`, `tokenizer.json` and `config.json`; with `fast` in
//! place of `exact` it is computed in int8.

use std::error::Error;
use std::io::Write;
use std::path::Path;
use std::time::Instant;

use semblance_encoder::{Encoder, ModelFiles, Precision};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [precision, folder, a, b] = &arguments[..] else {
        return Err("give `exact` or `fast`, a model's folder and two texts".into());
    };
    let read = |name: &str| std::fs::read(Path::new(folder).join(name));
    let files = ModelFiles {
        weights: read("model.safetensors")?,
        tokenizer: &read("tokenizer.json")?,
        config: &read("config.json")?,
    };
    let precision = match precision.as_str() {
        "exact" => Precision::Exact,
        _ => Precision::Fast,
    };
    let encoder = Encoder::load(files, precision)?;
    // The first of all takes some parts of the weights out.
    encoder.split("")?;
    let start = Instant::now();
    let splits = (encoder.split(a)?, encoder.split(b)?);
    let split = start.elapsed();
    let table = splits.0.table(&splits.1).ok_or("two models")?;
    let all = start.elapsed();
    let mut out = std::io::stdout().lock();
    let columns = splits.1.words.len();
    write!(out, "{:16}", "")?;
    for word in &splits.1.words {
        write!(out, "{:>8.7}", &b[word.start..word.end])?;
    }
    for (word, row) in splits.0.words.iter().zip(table.chunks(columns)) {
        write!(out, "\n{:16.15}", &a[word.start..word.end])?;
        for value in row {
            write!(out, "{value:>8.3}")?;
        }
    }
    let score: f32 = table.iter().sum();
    writeln!(out, "\n{score} in {split:?} and {:?}", all - split)?;
    Ok(())
}
