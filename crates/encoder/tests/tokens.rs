//! Tokens of ordinary, odd and very long texts.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests fail as tests do"
)]

mod common;

use common::{Random, tokenizer};
use semblance_encoder::{TextTokenizer, Token};

const VOCABULARY: usize = 64;

fn small(max_tokens: usize) -> TextTokenizer {
    TextTokenizer::new(tokenizer().to_string().as_bytes(), max_tokens, VOCABULARY).unwrap()
}

#[test]
fn every_text_has_tokens() {
    let tokenizer = small(16);
    let (cls, sep, unk) = (2, 3, 1);
    let cases: &[(&str, &[u32])] = &[
        ("", &[cls, sep]),
        (" \t\r\n\u{3000}", &[cls, sep]),
        ("\0\0", &[cls, sep]),
        ("\u{301}", &[cls, sep]),
        ("😀", &[cls, unk, sep]),
        ("A", &[cls, 5, sep]),
        ("a\0b", &[cls, 5, 8, sep]),
        ("á", &[cls, 5, sep]),
        ("字a", &[cls, 63, 5, sep]),
        ("!?", &[cls, 59, 60, sep]),
        ("[MASK]", &[cls, 4, sep]),
        ("שלום", &[cls, unk, sep]),
    ];
    for (text, ids) in cases {
        let tokens = tokenizer.tokenize(text).unwrap();
        assert_eq!(tokens.ids, *ids, "{text:?}");
        assert_eq!(tokens.total as usize, ids.len(), "{text:?}");
        assert!(!tokens.truncated());
    }
}

/// What each token stands for in the text, or how it is written where it stands for nothing.
fn parts<'a>(text: &'a str, tokens: &'a [Token]) -> Vec<&'a str> {
    let part = |token: &'a Token| match &text[token.start..token.end] {
        "" => &token.piece,
        part => part,
    };
    tokens.iter().map(part).collect()
}

#[test]
fn unknown_words_are_counted() {
    let tokenizer = small(6);
    let cases = [
        ("", 0),
        ("the cat", 0),
        ("😀", 1),
        ("😀 the שלום", 2),
        // Written out, it is read as any other of its kind.
        ("[UNK] [CLS]", 1),
        // One word that the vocabulary can't spell, however much of it.
        ("😀😀😀", 1),
        // The model reads four of them.
        ("😀 😀 😀 😀 😀 😀", 4),
        ("the the the the 😀", 0),
    ];
    for (text, unknown) in cases {
        assert_eq!(tokenizer.tokenize(text).unwrap().unknown, unknown, "{text}");
        let listed = tokenizer.list(text, 2_000).unwrap();
        let read = listed.iter().filter(|token| token.unknown && !token.cut);
        assert_eq!(read.count() as u32, unknown, "{text}");
    }
}

#[test]
fn tokens_are_listed_with_their_places() {
    let tokenizer = small(16);
    let text = "A\0 Bing, É字 😀[SEP]e\u{301}";
    let list = tokenizer.list(text, 2_000).unwrap();
    assert_eq!(
        parts(text, &list),
        [
            "[CLS]", "A", "B", "ing", ",", "É", "字", "😀", "[SEP]", "e", "[SEP]"
        ]
    );
    let pieces: Vec<_> = list.iter().map(|token| &token.piece[..]).collect();
    assert_eq!(
        pieces,
        [
            "[CLS]", "a", "b", "##ing", ",", "e", "字", "[UNK]", "[SEP]", "e", "[SEP]"
        ]
    );
    let which = |is: fn(&Token) -> bool| {
        let found = list.iter().enumerate().filter(|(_, token)| is(token));
        found.map(|(at, _)| at).collect::<Vec<_>>()
    };
    assert_eq!(which(|token| token.unknown), [7]);
    assert_eq!(which(|token| token.special), [0, 10]);
    assert!(which(|token| token.cut).is_empty());
    let empty = tokenizer.list("", 2_000).unwrap();
    assert_eq!(parts("", &empty), ["[CLS]", "[SEP]"]);
}

/// What is listed and not cut is what the model reads, and every place can be cut out of the text.
#[test]
fn lists_of_long_texts_have_what_the_model_reads() {
    let tokenizer = small(40);
    let odd = [
        "the", " ", "字", "e\u{301}", "é", "😀", "한", "ﬁ", "İ", "[SEP]", ",", "\0", "zzz",
    ];
    let mut random = Random(11);
    for size in [0, 3, 30, 300, 40_000, 100_000] {
        let mut text = String::new();
        while text.len() < size {
            text.push_str(odd[random.below(odd.len())]);
        }
        let tokens = tokenizer.tokenize(&text).unwrap();
        let list = tokenizer.list(&text, usize::MAX).unwrap();
        assert_eq!(list.len(), tokens.total as usize);
        let read = list.iter().filter(|token| !token.cut);
        assert!(read.map(|token| token.id).eq(tokens.ids.iter().copied()));
        assert!(list.is_sorted_by_key(|token| token.start));
        for token in &list {
            let part = text.get(token.start..token.end);
            assert_eq!(part == Some(""), token.special, "{token:?}: {part:?}");
        }
        let some = tokenizer.list(&text, 100).unwrap();
        let (end, start) = some.split_last().unwrap();
        assert_eq!(some.len(), list.len().min(100));
        assert_eq!(start, &list[..start.len()]);
        assert_eq!(Some(end), list.last());
    }
    assert_eq!(tokenizer.list("the cat", 0).unwrap().len(), 2);
}

#[test]
fn the_end_of_a_long_text_is_cut_and_counted() {
    let tokenizer = small(6);
    for (words, truncated) in [(4, false), (5, true), (100, true)] {
        let tokens = tokenizer.tokenize(&"the ".repeat(words)).unwrap();
        assert_eq!(tokens.total as usize, words + 2);
        assert_eq!(tokens.truncated(), truncated);
        assert_eq!(tokens.ids.len(), 6.min(words + 2));
        assert_eq!((tokens.ids[0], tokens.ids.last()), (2, Some(&3)));
    }
}

/// Pieces must not show: a text read in pieces has the tokens of the text read at once.
#[test]
fn long_texts_have_the_tokens_of_the_whole() {
    let mut whole = tokenizers::Tokenizer::from_bytes(tokenizer().to_string()).unwrap();
    whole.with_truncation(None).unwrap().with_padding(None);
    let ours = small(100_000);
    let parts = [
        "the",
        "running",
        " ",
        "  ",
        "\n",
        ".",
        "[SEP]",
        "]",
        "[",
        "字",
        "字字",
        "é",
        "e\u{301}",
        "\0",
        "\u{b}",
        "\u{85}",
        "zzz",
        "😀",
        "שלום",
        ",",
        "x\u{301}\u{302}",
        "\u{a0}",
    ];
    let mut random = Random(7);
    for part in 0..12 {
        let mut text = String::new();
        // Some with few places to cut, some with many.
        let kinds = parts.len() - part % 5;
        while text.len() < 70_000 {
            text.push_str(parts[random.below(kinds)]);
        }
        let expected = whole.encode(&text[..], true).unwrap();
        let tokens = ours.tokenize(&text).unwrap();
        assert_eq!(tokens.total as usize, expected.len());
        assert!(tokens.ids == expected.get_ids(), "text {part}");
    }
    for text in [
        "a".repeat(100_000),
        "字".repeat(30_000),
        "é".repeat(50_000),
        ".".repeat(50_001),
    ] {
        let expected = whole.encode(&text[..], true).unwrap();
        assert_eq!(ours.tokenize(&text).unwrap().ids, expected.get_ids());
    }
}

#[test]
fn five_megabytes_in_one_line() {
    let tokenizer = small(256);
    let text = "the running cat, the end. ".repeat(200_000);
    let start = std::time::Instant::now();
    let tokens = tokenizer.tokenize(&text).unwrap();
    println!("{} MB: {:?}", text.len() / 1_000_000, start.elapsed());
    let one = tokenizer.tokenize("the running cat, the end. ").unwrap();
    assert_eq!(tokens.total, (one.total - 2) * 200_000 + 2);
    assert_eq!(tokens.ids.len(), 256);
}
