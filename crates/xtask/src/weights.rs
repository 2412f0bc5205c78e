//! The header of a safetensors file: eight bytes of length, JSON, then the tensors.

use anyhow::{Context, Result, ensure};
use serde_json::{Map, Value};

/// Entry of the header that says what the file is.
const METADATA: &str = "__metadata__";

/// The header and the tensors of a file.
fn split(file: &[u8]) -> Result<(Map<String, Value>, &[u8])> {
    let (length, rest) = file
        .split_first_chunk::<8>()
        .context("a weights file is cut off")?;
    let length = usize::try_from(u64::from_le_bytes(*length))?;
    ensure!(length <= rest.len(), "a weights file is cut off");
    let (header, tensors) = rest.split_at(length);
    let header = serde_json::from_slice(header).context("a weights file has no readable header")?;
    Ok((header, tensors))
}

/// What a file says about itself.
pub fn metadata(file: &[u8]) -> Result<Map<String, Value>> {
    let (mut header, _) = split(file)?;
    match header.remove(METADATA) {
        Some(Value::Object(metadata)) => Ok(metadata),
        _ => Ok(Map::new()),
    }
}

/// The same tensors, byte for byte, in a file that says this about itself.
pub fn with_metadata(file: &[u8], metadata: Map<String, Value>) -> Result<Vec<u8>> {
    let (mut header, tensors) = split(file)?;
    header.insert(METADATA.into(), Value::Object(metadata));
    let mut header = serde_json::to_vec(&header)?;
    // The tensors begin at a multiple of eight, as the format wants.
    header.resize(header.len().next_multiple_of(8), b' ');
    let mut out = Vec::with_capacity(8 + header.len() + tensors.len());
    out.extend((header.len() as u64).to_le_bytes());
    out.extend(header);
    out.extend(tensors);
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(header: &str, tensors: &[u8]) -> Vec<u8> {
        let mut file = (header.len() as u64).to_le_bytes().to_vec();
        file.extend(header.as_bytes());
        file.extend(tensors);
        file
    }

    #[test]
    fn only_the_metadata_changes() {
        let before = file(r#"{"a":{"data_offsets":[0,3]}}"#, &[1, 2, 3]);
        assert!(metadata(&before).expect("read").is_empty());
        let said = Map::from_iter([("model".to_owned(), Value::from("m"))]);
        let after = with_metadata(&before, said.clone()).expect("written");
        assert_eq!(metadata(&after).expect("read"), said);
        let (header, tensors) = split(&after).expect("split");
        assert_eq!(tensors, [1, 2, 3]);
        assert_eq!(header["a"], split(&before).expect("split").0["a"]);
        assert_eq!((after.len() - tensors.len()) % 8, 0);
    }

    #[test]
    fn what_is_cut_off_is_refused() {
        let whole = file("{}", &[]);
        for length in 0..whole.len() {
            assert!(split(&whole[..length]).is_err(), "{length}");
        }
    }
}
