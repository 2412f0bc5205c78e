//! Values as bytes, one after another. The same code writes and reads them, so that the two can't
//! come apart, and it is small: serde makes a copy of its machinery for each type.

/// Bytes that are being written or read. Reading believes nothing: what is not there, or makes no
/// sense, leaves the value as it was and is remembered.
#[derive(Debug, Default)]
pub struct Archive {
    bytes: Vec<u8>,
    at: usize,
    reads: bool,
    broken: bool,
}

impl Archive {
    /// One to write into.
    pub fn writer() -> Archive {
        Archive::default()
    }

    /// One to read from.
    pub fn reader(bytes: &[u8]) -> Archive {
        Archive {
            bytes: bytes.to_vec(),
            reads: true,
            ..Archive::default()
        }
    }

    /// Whether it is being read.
    pub fn reads(&self) -> bool {
        self.reads
    }

    /// What was written.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// Whether all was read, and all of it made sense.
    pub fn is_whole(&self) -> bool {
        !self.broken && self.at == self.bytes.len()
    }

    /// A number: seven bits to a byte, the lowest first.
    pub fn number(&mut self, value: &mut u64) {
        if !self.reads {
            let mut rest = *value;
            while rest > 127 {
                self.bytes.push(rest as u8 | 128);
                rest >>= 7;
            }
            self.bytes.push(rest as u8);
            return;
        }
        let mut read = 0_u64;
        for shift in (0..64).step_by(7) {
            let Some(&byte) = self.bytes.get(self.at) else {
                break;
            };
            self.at += 1;
            read |= u64::from(byte & 127) << shift;
            if byte < 128 {
                *value = read;
                return;
            }
        }
        self.broken = true;
    }

    /// A number that has room in 32 bits.
    pub fn small(&mut self, value: &mut u32) {
        let mut wide = u64::from(*value);
        self.number(&mut wide);
        match u32::try_from(wide) {
            Ok(small) => *value = small,
            Err(_) => self.broken = true,
        }
    }

    /// One of `count` choices.
    pub fn choice(&mut self, value: &mut usize, count: usize) {
        let mut index = *value as u64;
        self.number(&mut index);
        match index < count as u64 {
            true => *value = index as usize,
            false => self.broken = true,
        }
    }

    /// Yes or no.
    pub fn flag(&mut self, value: &mut bool) {
        let mut index = usize::from(*value);
        self.choice(&mut index, 2);
        *value = index == 1;
    }

    /// A number of 32 bits, whatever it is.
    pub fn real(&mut self, value: &mut f32) {
        let mut bits = value.to_bits();
        self.small(&mut bits);
        *value = f32::from_bits(bits);
    }

    /// A number of 64 bits, whatever it is.
    pub fn wide(&mut self, value: &mut f64) {
        let mut bits = value.to_bits();
        self.number(&mut bits);
        *value = f64::from_bits(bits);
    }

    /// A text.
    pub fn text(&mut self, value: &mut String) {
        let length = self.length(value.len());
        if !self.reads {
            self.bytes.extend_from_slice(value.as_bytes());
            return;
        }
        let end = self.at + length;
        let read = self.bytes.get(self.at..end).map(<[u8]>::to_vec);
        match read.and_then(|bytes| String::from_utf8(bytes).ok()) {
            Some(read) => {
                *value = read;
                self.at = end;
            }
            None => self.broken = true,
        }
    }

    /// How many of something follow, each of at least a byte.
    fn length(&mut self, length: usize) -> usize {
        let mut length = length as u64;
        self.number(&mut length);
        let left = self.bytes.len() - self.at.min(self.bytes.len());
        if self.reads && length > left as u64 {
            self.broken = true;
            return 0;
        }
        length as usize
    }

    /// A list, each of whose values is handed to `each`.
    pub fn list<T: Default>(&mut self, values: &mut Vec<T>, each: impl Fn(&mut Archive, &mut T)) {
        let length = self.length(values.len());
        for at in 0..length {
            if self.reads {
                values.push(T::default());
            }
            if let Some(value) = values.get_mut(at) {
                each(self, value);
            }
            if self.broken {
                return;
            }
        }
    }

    /// Something that may be missing.
    pub fn option<T: Default>(
        &mut self,
        value: &mut Option<T>,
        each: impl Fn(&mut Archive, &mut T),
    ) {
        let mut there = value.is_some();
        self.flag(&mut there);
        if there {
            each(self, value.get_or_insert_default());
        } else {
            *value = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Default, PartialEq, Clone)]
    struct All {
        number: u64,
        small: u32,
        choice: usize,
        flag: bool,
        real: f32,
        wide: f64,
        text: String,
        list: Vec<String>,
        option: Option<u32>,
        none: Option<f32>,
    }

    impl All {
        fn pass(&mut self, archive: &mut Archive) {
            archive.number(&mut self.number);
            archive.small(&mut self.small);
            archive.choice(&mut self.choice, 4);
            archive.flag(&mut self.flag);
            archive.real(&mut self.real);
            archive.wide(&mut self.wide);
            archive.text(&mut self.text);
            archive.list(&mut self.list, Archive::text);
            archive.option(&mut self.option, Archive::small);
            archive.option(&mut self.none, Archive::real);
        }
    }

    fn all() -> All {
        All {
            number: u64::MAX,
            small: u32::MAX,
            choice: 3,
            flag: true,
            real: -0.0,
            wide: f64::MIN_POSITIVE,
            text: "nul \0, 🎉, e\u{301}\n".into(),
            list: vec![String::new(), "a".into()],
            option: Some(128),
            none: None,
        }
    }

    fn written(mut all: All) -> Vec<u8> {
        let mut archive = Archive::writer();
        all.pass(&mut archive);
        archive.into_bytes()
    }

    #[test]
    fn what_was_written_is_read() {
        for all in [all(), All::default()] {
            let mut archive = Archive::reader(&written(all.clone()));
            let mut read = All::default();
            read.pass(&mut archive);
            assert!(archive.is_whole());
            assert_eq!(read, all);
            assert_eq!(read.real.to_bits(), all.real.to_bits());
        }
    }

    #[test]
    fn what_is_cut_or_makes_no_sense_is_noticed() {
        let bytes = written(all());
        for end in 0..bytes.len() {
            let mut archive = Archive::reader(&bytes[..end]);
            All::default().pass(&mut archive);
            assert!(!archive.is_whole(), "{end}");
        }
        // Whatever the bytes are, reading ends.
        for at in 0..bytes.len() {
            for byte in 0..=255 {
                let mut bytes = bytes.clone();
                bytes[at] = byte;
                All::default().pass(&mut Archive::reader(&bytes));
            }
        }
        let mut long = Archive::reader(&[255; 20]);
        let mut list: Vec<String> = Vec::new();
        long.list(&mut list, Archive::text);
        assert!(list.is_empty() && !long.is_whole());
    }
}
