//! Byte-pair encoding against the whole library's.

use super::*;

/// A tokenizer of RoBERTa's kind.
fn byte_level() -> Value {
    let pieces: Vec<String> = (0..=255)
        .map(byte_level::written)
        .map(String::from)
        .collect();
    let merges = [
        "t h", "th e", "Ġ the", "Ġ t", "i n", "in g", "a b", "ab c", "b c", "Ġ a", "Ġa b", "Ã ©",
        "Ġ Ġ", "l l", "' s", "1 2", "a a", "aa a", "Ġ '",
    ];
    let special = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"].map(str::to_owned);
    let made = merges.iter().map(|merge| merge.replace(' ', ""));
    let all: Vec<_> = special.into_iter().chain(pieces).chain(made).collect();
    let vocabulary: serde_json::Map<_, _> = all
        .into_iter()
        .enumerate()
        .map(|(id, piece)| (piece, json!(id)))
        .collect();
    let added = |id: usize, content: &str| {
        json!({"id": id, "content": content, "single_word": false, "lstrip": id == 4,
            "rstrip": false, "normalized": id == 4, "special": true})
    };
    json!({
        "version": "1.0",
        "added_tokens": [added(0, "<s>"), added(1, "<pad>"), added(2, "</s>"), added(3, "<unk>"),
            added(4, "<mask>")],
        "normalizer": null,
        "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true,
            "use_regex": true},
        "post_processor": {"type": "RobertaProcessing", "sep": ["</s>", 2], "cls": ["<s>", 0],
            "trim_offsets": true, "add_prefix_space": false},
        "decoder": null,
        "model": {"type": "BPE", "dropout": null, "unk_token": null,
            "continuing_subword_prefix": "", "end_of_word_suffix": "", "fuse_unk": false,
            "byte_fallback": false, "vocab": vocabulary, "merges": merges},
    })
}

#[test]
fn bpe_has_the_tokens_of_the_whole_library() {
    type Change = fn(&mut Value);
    let files: [(&str, Change); 7] = [
        ("as it is", |_| ()),
        ("a space before, merges in pairs", |f| {
            f["pre_tokenizer"]["add_prefix_space"] = json!(true);
            let merges = f["model"]["merges"].as_array().unwrap().iter();
            let pairs =
                merges.map(|merge| json!(merge.as_str().unwrap().split(' ').collect::<Vec<_>>()));
            f["model"]["merges"] = pairs.collect();
        }),
        ("not cut", |f| {
            f["pre_tokenizer"]["use_regex"] = json!(false)
        }),
        ("whole words", |f| {
            f["model"]["ignore_merges"] = json!(true);
            f["model"]["vocab"]["zzz"] = json!(300);
        }),
        ("template", |f| {
            f["post_processor"] = json!({"type": "Sequence", "processors": [
                {"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": false,
                    "use_regex": true},
                unigram()["post_processor"].clone()]});
        }),
        ("characters, the unknown fused", |f| {
            f["pre_tokenizer"] = json!({"type": "Metaspace", "replacement": "Ġ",
                "prepend_scheme": "always", "split": true});
            f["model"]["unk_token"] = json!("<unk>");
            f["model"]["fuse_unk"] = json!(true);
        }),
        ("characters, bytes for the unknown", |f| {
            f["pre_tokenizer"] = json!({"type": "WhitespaceSplit"});
            for byte in 0..256 {
                f["model"]["vocab"][format!("<0x{byte:02X}>")] = json!(400 + byte);
            }
            f["model"]["unk_token"] = json!("<unk>");
            f["model"]["byte_fallback"] = json!(true);
        }),
    ];
    let parts = [
        "the", " the", "a", "ab", "bc", " ", "  ", "\n", "\t", "'s", "'", "'ll", "ing", "é", "字",
        "😀", "1", "12", "<mask>", "<s>", ".", "!!", "zzz", "\u{301}", "ⓐ", "\u{a0}", "Ⅷ", "½",
        "\u{0}", "'re", "aaaaaaa",
    ];
    for (name, change) in files {
        let mut file = byte_level();
        change(&mut file);
        let whole = tokenizers::Tokenizer::from_bytes(file.to_string()).unwrap();
        let ours = ours(&file).unwrap();
        for text in texts(&parts, 3000) {
            let expected = whole.encode(&text[..], true).unwrap();
            let (before, after) = ours.special();
            let tokens = ours.tokenize(&text).unwrap();
            let all = [before, tokens.get_ids(), after].concat();
            assert_eq!(all, expected.get_ids(), "{name}: {text:?}");
            assert_eq!(ours.locate(&text).unwrap().get_ids(), tokens.get_ids());
        }
    }
}

/// What is a letter, a number or neither decides where a word ends.
#[test]
fn words_in_bytes_end_where_the_library_ends_them() {
    use tokenizers::{OffsetReferential, OffsetType, PreTokenizedString, PreTokenizer as _};
    let theirs = tokenizers::pre_tokenizers::byte_level::ByteLevel::new(false, true, true);
    let ours = PreTokenizer::new(&byte_level()["pre_tokenizer"]).unwrap();
    let mut wrong = Vec::new();
    for c in '\0'..='\u{ffff}' {
        let text = format!("a{c}1{c}! {c} ");
        let cut = |split: &dyn Fn(&mut PreTokenizedString)| {
            let mut words = PreTokenizedString::from(&text[..]);
            split(&mut words);
            let words = words.get_splits(OffsetReferential::Original, OffsetType::Byte);
            words
                .iter()
                .map(|(word, place, _)| (word.to_string(), *place))
                .collect::<Vec<_>>()
        };
        let expected = cut(&|words| theirs.pre_tokenize(words).unwrap());
        if cut(&|words| ours.split(words).unwrap()) != expected {
            wrong.push(c);
        }
    }
    // What is younger than one of the three tables: the regular expression's, the standard
    // library's and that of marks.
    assert!(wrong.len() < 30, "{} characters: {wrong:?}", wrong.len());
    assert!(wrong.iter().all(|c| *c > '\u{800}'), "{wrong:?}");
}

#[test]
fn long_texts_in_bytes_have_the_tokens_of_the_whole() {
    let json = byte_level().to_string();
    let whole = tokenizers::Tokenizer::from_bytes(&json).unwrap();
    let ours = TextTokenizer::new(json.as_bytes(), 60_000, 400).unwrap();
    let parts = [
        "the", " the", " ab", "  ", "\n", "é", "字", " 12", "'s", ".", "aaaa", " \u{301}", "zzz",
    ];
    let mut texts: Vec<_> = (0..6)
        .map(|round| {
            let words = texts(&parts, 20_000).skip(round * 1000);
            let mut text = String::new();
            words
                .take_while(|word| {
                    text.push_str(word);
                    text.len() < 70_000
                })
                .count();
            text
        })
        .collect();
    texts.extend([
        "a".repeat(100_000),
        "字".repeat(30_000),
        "aé".repeat(30_000),
    ]);
    for (at, text) in texts.iter().enumerate() {
        let expected = whole.encode(&text[..], true).unwrap();
        let tokens = ours.tokenize(text).unwrap();
        assert_eq!(tokens.total as usize, expected.len(), "text {at}");
        let read = tokens.ids.len() - 1;
        assert!(
            tokens.ids[..read] == expected.get_ids()[..read],
            "text {at}"
        );
    }
}

#[test]
fn pieces_in_bytes_are_shown_as_text() {
    let json = byte_level().to_string();
    let tokenizer = TextTokenizer::new(json.as_bytes(), 60, 400).unwrap();
    let pieces = |text: &str| -> Vec<String> {
        let list = tokenizer.list(text, 100).unwrap();
        list.into_iter().map(|token| token.piece).collect()
    };
    assert_eq!(
        pieces("the ab é"),
        ["<s>", "the", "▁", "ab", "▁", "é", "</s>"]
    );
    assert_eq!(
        parts(&tokenizer, "the ab <mask>é's"),
        ["[<s>]", "the", "+", "ab", "<mask>", "é", "'s", "[</s>]"]
    );
}

#[test]
fn broken_merges_are_named() {
    for (merges, says) in [
        (json!(["a"]), "not two pieces"),
        (json!(["a b c"]), "not two pieces"),
        (json!(["a xx"]), "the merges have \"xx\""),
        (json!(["z z"]), "the merges have \"zz\""),
        (json!([["a", 3]]), "did not match"),
    ] {
        let mut file = byte_level();
        file["model"]["merges"] = merges;
        let error = ours(&file).err().unwrap().to_string();
        assert!(error.contains(says), "{error}");
    }
}
