use encoding_rs::{
    BIG5, EUC_JP, EUC_KR, Encoding, GB18030, ISO_2022_JP, SHIFT_JIS, WINDOWS_1251, WINDOWS_1252,
};

use super::*;

const JAPANESE: &str = "猫は眠っている。\n子猫が昼寝をしています。\n株価が大きく下がった。\n";
const CHINESE: &str = "猫在睡觉。\n小猫正在打盹，很可爱。\n今天股票大跌，大家都很担心。\n";
const TRADITIONAL: &str = "貓在睡覺。\n小貓正在打盹，很可愛。\n今天股票大跌，大家都很擔心。\n";
const KOREAN: &str = "고양이가 자고 있다.\n아기 고양이가 낮잠을 잔다.\n주가가 크게 떨어졌다.\n";
const RUSSIAN: &str = "Кошка спит на диване.\nКотёнок дремлет.\nАкции сильно упали сегодня.\n";
const GERMAN: &str =
    "Die Kätzchen schlafen süß.\nÜber Nacht fielen die Börsenkurse – größtenteils.\n";
const POLISH: &str = "Kot śpi na łóżku, a źrebię się pasie.\nCzęść ludzi lubi żółte kwiaty.\n";

fn encoded(text: &str, encoding: &'static Encoding) -> Vec<u8> {
    let (bytes, _, lost) = encoding.encode(text);
    assert!(!lost, "{} can't write it", encoding.name());
    bytes.into_owned()
}

fn utf16(text: &str, big: bool) -> Vec<u8> {
    let bytes = |unit: u16| {
        if big {
            unit.to_be_bytes()
        } else {
            unit.to_le_bytes()
        }
    };
    text.encode_utf16().flat_map(bytes).collect()
}

#[test]
fn older_encodings_are_guessed_and_said() {
    for (text, encoding) in [
        (JAPANESE, SHIFT_JIS),
        (JAPANESE, EUC_JP),
        (JAPANESE, ISO_2022_JP),
        (CHINESE, GB18030),
        (TRADITIONAL, BIG5),
        (KOREAN, EUC_KR),
        (RUSSIAN, WINDOWS_1251),
        (GERMAN, WINDOWS_1252),
    ] {
        let bytes = encoded(text, encoding);
        let (read, found) = decode(&bytes, None).unwrap();
        assert_eq!(read, text, "{} read as {}", encoding.name(), found.name);
        assert_eq!(
            (found.name.as_str(), found.guessed),
            (encoding.name(), true)
        );
        assert_eq!(found.unreadable, 0);
        assert!(!found.also_fit.contains(&found.name));
    }
}

#[test]
fn central_european_is_guessed_or_offered() {
    for encoding in [encoding_rs::ISO_8859_2, encoding_rs::WINDOWS_1250] {
        let bytes = encoded(POLISH, encoding);
        let (read, found) = decode(&bytes, None).unwrap();
        assert_eq!(read, POLISH, "{} read as {}", encoding.name(), found.name);
    }
}

#[test]
fn every_unicode_encoding_with_and_without_a_mark() {
    for text in [JAPANESE, CHINESE, GERMAN, "plain\nASCII\n"] {
        let (read, found) = decode(text.as_bytes(), None).unwrap();
        assert_eq!(
            (&*read, found.name.as_str(), found.guessed),
            (text, "UTF-8", false)
        );
        let marked = [b"\xef\xbb\xbf", text.as_bytes()].concat();
        let (read, found) = decode(&marked, None).unwrap();
        assert_eq!((&*read, found.byte_order_mark), (text, true));
        for big in [false, true] {
            let name = if big { "UTF-16BE" } else { "UTF-16LE" };
            let plain = utf16(text, big);
            let (read, found) = decode(&plain, None).unwrap();
            assert_eq!(
                (&*read, found.name.as_str(), found.guessed),
                (text, name, true)
            );
            let marked = utf16(&format!("\u{feff}{text}"), big);
            let (read, found) = decode(&marked, None).unwrap();
            assert_eq!(
                (&*read, found.name.as_str(), found.guessed),
                (text, name, false)
            );
        }
    }
}

#[test]
fn another_encoding_can_be_asked_for() {
    let bytes = encoded(JAPANESE, SHIFT_JIS);
    let (read, found) = decode(&bytes, Some("shift_jis")).unwrap();
    assert_eq!((&*read, found.guessed), (JAPANESE, false));
    let (_, found) = decode(&bytes, Some("utf-8")).unwrap();
    assert!(found.unreadable > 10);
    let error = decode(&bytes, Some("klingon")).unwrap_err();
    assert_eq!(error, ImportError::UnknownEncoding("klingon".into()));
}

#[test]
fn a_few_broken_bytes_do_not_turn_utf8_into_something_else() {
    let mut bytes = JAPANESE.repeat(3).into_bytes();
    bytes.insert(25, 0xff);
    bytes.truncate(bytes.len() - 3);
    let (read, found) = decode(&bytes, None).unwrap();
    assert_eq!(found.name, "UTF-8");
    assert_eq!((found.unreadable, found.guessed), (2, true));
    assert!(read.contains("子猫"));
}

#[test]
fn the_first_odd_byte_may_come_late() {
    let mut bytes = "nothing but ASCII, line after line\n"
        .repeat(20_000)
        .into_bytes();
    bytes.extend(encoded(GERMAN, WINDOWS_1252));
    let (read, found) = decode(&bytes, None).unwrap();
    assert_eq!(found.name, "windows-1252");
    assert!(read.ends_with(GERMAN));
}

#[test]
fn bytes_that_are_no_text_are_told() {
    assert!(is_text("a\ttab and\r\nline ends"));
    assert!(!is_text("\u{0}\u{1}\u{2}"));
    assert!(is_text(""));
    let error = decode(&[0xff, 0xfe, 0, 0, 65, 0, 0, 0], None).unwrap_err();
    assert!(error.to_string().contains("UTF-32"));
}
