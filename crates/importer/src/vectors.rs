//! Vectors as files for other programs.

use crate::refused;
use crate::sheet::File;
use semblance_import::{
    Column, Vectors,
    write::{npy, tsv, zip},
};
use semblance_protocol::{Failure, VectorsFormat};
use serde_json::Value;
use std::fmt::Write;

/// The file of these vectors, one for each text; `groups` is empty where there are none.
pub(crate) fn write(
    format: VectorsFormat,
    texts: &[String],
    groups: &[String],
    values: Vec<f32>,
) -> Result<File, Failure> {
    let vectors = vectors(texts.len(), values)?;
    match format {
        VectorsFormat::Npy => Ok((npy(&vectors), "application/octet-stream")),
        VectorsFormat::JsonLines => Ok((json_lines(texts, &vectors).into_bytes(), JSON_LINES)),
        VectorsFormat::Projector => {
            let metadata = metadata(texts, groups).map_err(|error| refused(error.to_string()))?;
            let lines = lines(&vectors);
            let files: [(&str, &[u8]); 2] = [
                ("vectors.tsv", lines.as_bytes()),
                ("metadata.tsv", metadata.as_bytes()),
            ];
            let bytes = zip(&files).map_err(|error| refused(error.to_string()))?;
            Ok((bytes, "application/zip"))
        }
    }
}

const JSON_LINES: &str = "application/jsonl";

/// Numbers as a vector for each of `count` texts.
pub(crate) fn vectors(count: usize, values: Vec<f32>) -> Result<Vectors, Failure> {
    let dimensions = values.len().checked_div(count).unwrap_or_default();
    if dimensions == 0 || dimensions * count != values.len() {
        return Err(refused("Vectors came in a wrong number. Try again."));
    }
    Ok(Vectors { dimensions, values })
}

/// The numbers are the shortest that are read as the same f32.
fn joined(out: &mut String, vector: &[f32], between: char) {
    for (at, value) in vector.iter().enumerate() {
        if at > 0 {
            out.push(between);
        }
        // Writing to a string doesn't fail.
        let _ = write!(out, "{value}");
    }
}

fn lines(vectors: &Vectors) -> String {
    let mut out = String::new();
    for vector in vectors.rows() {
        joined(&mut out, vector, '\t');
        out.push('\n');
    }
    out
}

fn json_lines(texts: &[String], vectors: &Vectors) -> String {
    let mut out = String::new();
    for (text, vector) in texts.iter().zip(vectors.rows()) {
        let text = Value::from(text.as_str());
        let _ = write!(out, "{{\"text\":{text},\"vector\":[");
        joined(&mut out, vector, ',');
        out.push_str("]}\n");
    }
    out
}

/// The Projector knows no quotes, and takes the first row for names where there are several
/// columns.
fn metadata(texts: &[String], groups: &[String]) -> Result<String, semblance_import::ImportError> {
    let plain = |text: &String| text.replace(['\t', '\n', '\r', '"'], " ");
    let mut columns = vec![Column::new("Text"), Column::new("Number")];
    for (text, number) in texts.iter().zip(1..) {
        columns[0].push(&plain(text))?;
        columns[1].push(&number.to_string())?;
    }
    if !groups.is_empty() {
        let groups: Vec<String> = groups.iter().map(plain).collect();
        let groups = groups.iter().map(String::as_str);
        columns.push(Column::of("Group", groups)?);
    }
    Ok(tsv(&columns, false))
}

#[cfg(test)]
mod tests {
    use super::*;
    use semblance_import::{Archive, Options, Source, read};

    fn texts() -> Vec<String> {
        ["tab\there \"quoted\"", "👩‍👩‍👧 שלום", "nul \0"]
            .map(str::to_owned)
            .to_vec()
    }

    /// Numbers that are easily rounded.
    fn values() -> Vec<f32> {
        vec![
            0.1,
            -0.0,
            1e-30,
            f32::MIN_POSITIVE / 3.0,
            0.333_333_34,
            -1.0,
        ]
    }

    fn read_back(bytes: &[u8], name: &str) -> Vectors {
        let source = Source {
            bytes,
            name,
            mime: "",
        };
        read(&source, &Options::default()).unwrap().vectors.unwrap()
    }

    fn bits(vectors: &[f32]) -> Vec<u32> {
        vectors.iter().map(|value| value.to_bits()).collect()
    }

    #[test]
    fn vectors_are_read_back_bit_for_bit() {
        for (format, name) in [
            (VectorsFormat::Npy, "a.npy"),
            (VectorsFormat::JsonLines, "a.jsonl"),
        ] {
            let (bytes, _) = write(format, &texts(), &[], values()).unwrap();
            let back = read_back(&bytes, name);
            assert_eq!(back.dimensions, 2);
            assert_eq!(bits(&back.values), bits(&values()), "{name}");
        }
        let (bytes, _) = write(VectorsFormat::Projector, &texts(), &[], values()).unwrap();
        let mut archive = Archive::open(&bytes, "an archive").unwrap();
        let vectors = archive.bytes("vectors.tsv").unwrap().unwrap();
        let vectors = String::from_utf8(vectors).unwrap();
        let cells = vectors.split_whitespace().map(|cell| cell.parse().unwrap());
        assert_eq!(bits(&cells.collect::<Vec<f32>>()), bits(&values()));
    }

    #[test]
    fn the_projectors_metadata_has_a_row_for_each_vector() {
        let groups = ["A", "", "B"].map(str::to_owned);
        let metadata = metadata(&texts(), &groups).unwrap();
        let lines: Vec<&str> = metadata.lines().collect();
        assert_eq!(
            lines[..2],
            ["Text\tNumber\tGroup", "tab here  quoted \t1\tA"]
        );
        assert_eq!(lines.len(), 4);
        assert!(lines.iter().all(|line| line.matches('\t').count() == 2));
    }

    #[test]
    fn too_few_numbers_are_refused() {
        assert!(write(VectorsFormat::Npy, &texts(), &[], vec![1.0; 4]).is_err());
        assert!(write(VectorsFormat::Npy, &[], &[], Vec::new()).is_err());
    }
}
