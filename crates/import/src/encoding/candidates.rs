//! The encodings that can be chosen.

use encoding_rs::{
    BIG5_INIT, EUC_JP_INIT, EUC_KR_INIT, Encoding, GB18030_INIT, IBM866_INIT, ISO_2022_JP_INIT,
    ISO_8859_2_INIT, ISO_8859_5_INIT, ISO_8859_7_INIT, ISO_8859_15_INIT, KOI8_R_INIT, KOI8_U_INIT,
    MACINTOSH_INIT, SHIFT_JIS_INIT, UTF_8_INIT, UTF_16BE_INIT, UTF_16LE_INIT, WINDOWS_874_INIT,
    WINDOWS_1250_INIT, WINDOWS_1251_INIT, WINDOWS_1252_INIT, WINDOWS_1253_INIT, WINDOWS_1254_INIT,
    WINDOWS_1255_INIT, WINDOWS_1256_INIT, WINDOWS_1257_INIT, WINDOWS_1258_INIT,
};

/// An encoding for a list to choose from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EncodingChoice {
    /// Its name in the Encoding Standard, as [`crate::Options::encoding`] takes it.
    pub name: &'static str,
    /// What it is used for, for people: “Western European”.
    pub used_for: &'static str,
}

/// Those that leave bytes undefined come first where it matters, since they are told by what they
/// can't be; then by how often they are met.
static CANDIDATES: [(&Encoding, &str); 27] = [
    (&UTF_8_INIT, "all languages"),
    (&UTF_16LE_INIT, "all languages, Windows"),
    (&UTF_16BE_INIT, "all languages"),
    (&WINDOWS_1252_INIT, "Western European"),
    (&SHIFT_JIS_INIT, "Japanese"),
    (&GB18030_INIT, "Chinese, simplified"),
    (&BIG5_INIT, "Chinese, traditional"),
    (&EUC_KR_INIT, "Korean"),
    (&EUC_JP_INIT, "Japanese, Unix"),
    (&ISO_2022_JP_INIT, "Japanese, mail"),
    (&WINDOWS_1251_INIT, "Cyrillic"),
    (&WINDOWS_1250_INIT, "Central European"),
    (&ISO_8859_2_INIT, "Central European, Unix"),
    (&WINDOWS_1254_INIT, "Turkish"),
    (&WINDOWS_1253_INIT, "Greek"),
    (&WINDOWS_1257_INIT, "Baltic"),
    (&WINDOWS_1255_INIT, "Hebrew"),
    (&WINDOWS_1256_INIT, "Arabic"),
    (&WINDOWS_874_INIT, "Thai"),
    (&WINDOWS_1258_INIT, "Vietnamese"),
    (&KOI8_R_INIT, "Russian, Unix"),
    (&KOI8_U_INIT, "Ukrainian, Unix"),
    (&IBM866_INIT, "Cyrillic, DOS"),
    (&ISO_8859_5_INIT, "Cyrillic, ISO"),
    (&ISO_8859_15_INIT, "Western European, Unix"),
    (&MACINTOSH_INIT, "Western European, old Macs"),
    (&ISO_8859_7_INIT, "Greek, Unix"),
];

/// All encodings, for a list to choose from.
pub fn encodings() -> Vec<EncodingChoice> {
    let choice = |&(encoding, used_for): &(&'static Encoding, &'static str)| EncodingChoice {
        name: encoding.name(),
        used_for,
    };
    CANDIDATES.iter().map(choice).collect()
}

/// Those that are older than Unicode.
pub fn legacy() -> impl Iterator<Item = &'static Encoding> {
    CANDIDATES.iter().skip(3).map(|&(encoding, _)| encoding)
}
