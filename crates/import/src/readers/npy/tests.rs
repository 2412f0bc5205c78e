use super::array::MAGIC;
use crate::{ImportError, Imported, Options, Source, read, sniff, write};

fn npy(header: &str, data: &[u8]) -> Vec<u8> {
    let length = u16::try_from(header.len()).unwrap().to_le_bytes();
    [MAGIC, b"\x01\x00", &length, header.as_bytes(), data].concat()
}

fn open(bytes: &[u8]) -> Result<Imported, ImportError> {
    read(&Source::of(bytes), &Options::default())
}

fn values(bytes: &[u8]) -> Vec<f32> {
    open(bytes).unwrap().vectors.unwrap().values
}

#[test]
fn floats_of_every_size_and_order() {
    let numbers = [1.0_f32, -2.5, 0.25, 3.0];
    let little: Vec<u8> = numbers.iter().flat_map(|n| n.to_le_bytes()).collect();
    let big: Vec<u8> = numbers.iter().flat_map(|n| n.to_be_bytes()).collect();
    let double: Vec<u8> = numbers
        .iter()
        .flat_map(|n| f64::from(*n).to_le_bytes())
        .collect();
    let half: Vec<u8> = numbers
        .iter()
        .flat_map(|n| half::f16::from_f32(*n).to_le_bytes())
        .collect();
    for (kind, data) in [
        ("<f4", little),
        (">f4", big),
        ("<f8", double),
        ("<f2", half),
    ] {
        let header = format!("{{'descr': '{kind}', 'fortran_order': False, 'shape': (2, 2), }}\n");
        assert_eq!(values(&npy(&header, &data)), numbers, "{kind}");
        let fortran = header.replace("False", "True");
        assert_eq!(
            values(&npy(&fortran, &data)),
            [1.0, 0.25, -2.5, 3.0],
            "{kind}"
        );
    }
    let header = "{'descr': '|i1', 'fortran_order': False, 'shape': (1, 3)}";
    assert_eq!(values(&npy(header, &[1, 0xff, 0x80])), [1.0, -1.0, -128.0]);
}

#[test]
fn lists_are_columns() {
    let text: Vec<u8> = "cat\0owl日"
        .chars()
        .flat_map(|c| u32::from(c).to_le_bytes())
        .collect();
    let header = "{'descr': '<U4', 'fortran_order': False, 'shape': (2,), }";
    let table = open(&npy(header, &text)).unwrap();
    assert_eq!(
        table.columns[0].cells().collect::<Vec<_>>(),
        ["cat", "owl日"]
    );
    let header = "{'descr': '<i8', 'fortran_order': False, 'shape': (1,), }";
    let table = open(&npy(header, &(-9_007_199_254_740_993_i64).to_le_bytes())).unwrap();
    assert_eq!(table.columns[0].get(0), "-9007199254740993");
}

#[test]
fn what_we_write_we_read() {
    let vectors = crate::Vectors {
        dimensions: 3,
        values: vec![0.1, f32::MIN_POSITIVE, -1e30, 1.0, 2.0, 3.0],
    };
    let bytes = write::npy(&vectors);
    // NumPy wants the data at a multiple of 64 bytes.
    assert_eq!((bytes.len() - 24) % 64, 0);
    assert_eq!(open(&bytes).unwrap().vectors, Some(vectors));
}

#[test]
fn headers_that_lie_are_refused() {
    for (header, reason) in [
        (
            "{'descr': '<f4', 'fortran_order': False, 'shape': (1000000000, 384), }",
            "fewer numbers",
        ),
        (
            "{'descr': '<f4', 'fortran_order': False, 'shape': (18446744073709551615, 9), }",
            "fewer",
        ),
        (
            "{'descr': '|O', 'fortran_order': False, 'shape': (1,), }",
            "Python objects",
        ),
        (
            "{'descr': '<c16', 'fortran_order': False, 'shape': (1,), }",
            "<c16",
        ),
        (
            "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }",
            "records",
        ),
        ("{'shape': (1,), }", "what it holds"),
        ("{'descr': '<f4', 'shape': (0, 0), }", "empty"),
        (
            "{'descr': '<f4', 'shape': (1, 1), }",
            "number that isn't one",
        ),
    ] {
        let error = open(&npy(header, &f32::NAN.to_le_bytes()))
            .unwrap_err()
            .to_string();
        assert!(error.contains(reason), "{error}");
    }
    let cut = [MAGIC, b"\x02\x00\xff\xff\xff\xff{"].concat();
    assert!(
        open(&cut)
            .unwrap_err()
            .to_string()
            .contains("header is missing")
    );
    assert_eq!(sniff(&Source::named(&cut, "x.txt")).unwrap().id(), "npy");
}
