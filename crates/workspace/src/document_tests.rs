use super::*;

impl Document {
    fn type_text(&mut self, text: &str) -> Option<Span> {
        self.type_within(0..self.lines.len(), text)
    }
}

fn ids(document: &Document) -> Vec<u64> {
    document.lines().iter().map(|line| line.id.0).collect()
}

fn said(document: &Document) -> Vec<String> {
    document
        .texts()
        .iter()
        .map(|text| text.text.to_string())
        .collect()
}

#[test]
fn empty_lines_are_kept_and_are_not_texts() {
    let document = Document::new("a\n\n  \nb\n");
    assert_eq!(document.lines().len(), 5);
    assert_eq!(said(&document), ["a", "b"]);
    assert_eq!(document.to_text(), "a\n\n  \nb\n");
    assert!(Document::new(" \n\n\0").is_blank());
    assert!(!document.is_blank());
}

#[test]
fn empty_lines_part_groups() {
    for (text, groups) in [
        ("a\nb", &[0u32, 0] as &[u32]),
        ("a\n\nb", &[0, 1]),
        ("\n\na\n\n \n\nb\nc\n\n", &[0, 1, 1]),
        ("", &[]),
    ] {
        let found: Vec<u32> = Document::new(text)
            .texts()
            .iter()
            .map(|t| t.group)
            .collect();
        assert_eq!(found, groups, "{text:?}");
    }
}

#[test]
fn windows_line_ends_are_read_and_not_kept() {
    let mut document = Document::new("a\r\nb\rc");
    assert_eq!(document.to_text(), "a\nb\nc");
    assert_eq!(document.type_text("a\nb\nc"), None);
}

#[test]
fn typing_keeps_the_identity_of_lines() {
    let mut document = Document::new("cat\ndog\nfox");
    document.type_text("cat\ndogs\nfox");
    assert_eq!(ids(&document), [0, 1, 2]);
    document.type_text("cat\nowl\ndogs\nfox");
    assert_eq!(ids(&document), [0, 3, 1, 2]);
    document.type_text("owl\ndogs\nfox");
    assert_eq!(ids(&document), [3, 1, 2]);
    document.undo();
    assert_eq!(
        ids(&document),
        [0, 3, 1, 2],
        "a line brought back is the line it was"
    );
}

#[test]
fn a_line_moves_and_stops_at_the_ends() {
    let mut document = Document::new("a\nb\nc");
    let b = document.lines()[1].id;
    assert_eq!(
        document.move_by_one(b, Direction::Up),
        Some(Span { at: 0, count: 1 })
    );
    assert_eq!(document.to_text(), "b\na\nc");
    assert_eq!(document.move_by_one(b, Direction::Up), None);
    assert_eq!(document.move_to(b, 2), Some(Span { at: 2, count: 1 }));
    assert_eq!(document.to_text(), "a\nc\nb");
    assert_eq!(document.move_by_one(b, Direction::Down), None);
    assert_eq!(document.move_to(b, 3), None);
    assert_eq!(document.move_to(LineId(99), 0), None);
    document.undo();
    document.undo();
    assert_eq!(
        (document.to_text(), document.can_undo()),
        ("a\nb\nc".to_owned(), false)
    );
}

#[test]
fn removing_the_last_line_leaves_an_empty_one() {
    let mut document = Document::new("a");
    let a = document.lines()[0].id;
    document.remove(a);
    assert_eq!(document.to_text(), "");
    assert_eq!(document.remove(a), None, "it is gone");
    document.undo();
    assert_eq!(document.to_text(), "a");
    assert_eq!(document.lines()[0].id, a);
}

#[test]
fn insert_and_append() {
    let mut document = Document::new("a\nc");
    document.insert(Some(LineId(0)), "b1\r\nb2");
    assert_eq!(document.to_text(), "a\nb1\nb2\nc");
    document.insert(None, "z");
    assert_eq!(document.to_text(), "z\na\nb1\nb2\nc");
    document.append("d");
    assert_eq!(document.to_text(), "z\na\nb1\nb2\nc\nd");
    let mut empty = Document::default();
    empty.append("a\nb");
    assert_eq!(empty.to_text(), "a\nb");
    let mut ended = Document::new("a\n");
    ended.append("b");
    assert_eq!(ended.to_text(), "a\nb");
}

#[test]
fn replacing_everything_is_undone_at_once() {
    let mut document = Document::new("");
    document.type_text("my own");
    document.type_text("my own words");
    document.replace_text("a sample\nof two");
    assert_eq!(document.to_text(), "a sample\nof two");
    document.undo();
    assert_eq!(document.to_text(), "my own words");
    document.redo();
    assert_eq!(document.to_text(), "a sample\nof two");
    assert_eq!(document.redo(), None);
}

#[test]
fn a_random_walk_of_edits_can_be_undone_to_the_start_and_redone_to_the_end() {
    let mut seed = 7u64;
    let mut random = move |below: usize| {
        seed = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as usize % below
    };
    let mut document = Document::new("one\ntwo\n\nthree");
    let start = document.lines().to_vec();
    for step in 0..400 {
        let at = random(document.lines().len());
        let id = document.lines()[at].id;
        match random(7) {
            0 => drop(document.remove(id)),
            1 => drop(document.move_by_one(id, Direction::Up)),
            2 => drop(document.move_to(id, random(document.lines().len()))),
            3 => drop(document.insert(Some(id), &format!("new {step}\nand more"))),
            4 => drop(document.append("end")),
            5 => document.seal(),
            _ => {
                let mut text = document.to_text();
                let cut = (0..=random(text.len() + 1))
                    .rev()
                    .find(|&i| text.is_char_boundary(i))
                    .unwrap_or(0);
                text.insert_str(cut, if step % 3 == 0 { "x\n" } else { "é" });
                document.type_text(&text);
            }
        }
        let mut unique = ids(&document);
        unique.sort_unstable();
        unique.dedup();
        assert_eq!(
            unique.len(),
            document.lines().len(),
            "identities are unique"
        );
    }
    let end = document.lines().to_vec();
    while document.undo().is_some() {}
    assert_eq!(document.lines(), start);
    while document.redo().is_some() {}
    assert_eq!(document.lines(), end);
}

#[test]
fn large_documents() {
    let many: String = (0..100_000).map(|i| format!("line {i}\n")).collect();
    let mut document = Document::new(&many);
    let before = std::time::Instant::now();
    document.type_text(&many.replacen("line 50000\n", "line 50000!\n", 1));
    document.undo();
    document.texts();
    // A generous bound: this takes a few milliseconds unless it has become quadratic.
    assert!(before.elapsed().as_secs() < 5);
    assert_eq!(document.lines().len(), 100_001);
    let long = "word ".repeat(1 << 20);
    document.replace_text(&long);
    assert_eq!(document.texts()[0].text.len(), long.len() - 1);
    // Typing into what is shown of it, or elsewhere, keeps the rest of the long line.
    let shown = document.shown_text(0..1);
    document.type_text(&format!("My {shown}\nanother"));
    assert_eq!(document.to_text(), format!("My {long}\nanother"));
    document.undo();
    assert_eq!(document.to_text(), long);
    // A lone surrogate in the browser arrives as the replacement character.
    document.type_text("a\u{fffd}b");
    assert_eq!(said(&document), ["a\u{fffd}b"]);
}

#[test]
fn typing_into_a_part_leaves_the_rest() {
    let mut document = Document::new("a\nb\nc\nd");
    assert_eq!(document.shown_text(1..3), "b\nc");
    assert_eq!(document.shown_text(3..9), "d");
    assert_eq!(document.shown_text(7..9), "");
    assert_eq!(
        document.type_within(1..3, "b\nx\nc!"),
        Some(Span { at: 2, count: 2 })
    );
    assert_eq!(document.to_text(), "a\nb\nx\nc!\nd");
    assert_eq!(document.type_within(1..4, "b\nx\nc!"), None);
    document.type_within(4..99, "D");
    assert_eq!(document.to_text(), "a\nb\nx\nc!\nD");
    document.undo();
    document.undo();
    assert_eq!(document.to_text(), "a\nb\nc\nd");
}

#[test]
fn texts_are_arranged_and_put_back() {
    let mut document = Document::new("b\n\na\nc");
    let ids: Vec<LineId> = document.texts().iter().map(|text| text.line).collect();
    assert_eq!(
        document.arrange(&[ids[1], ids[0], ids[2]]),
        Some(Span { at: 0, count: 3 })
    );
    assert_eq!(document.to_text(), "a\nb\nc");
    let now: Vec<LineId> = document.texts().iter().map(|text| text.line).collect();
    assert_eq!(now, [ids[1], ids[0], ids[2]], "each is still itself");
    assert_eq!(document.arrange(&now), None);
    document.undo();
    assert_eq!(document.to_text(), "b\n\na\nc");
    // What was not named comes last; nothing is lost.
    document.arrange(&[ids[2]]);
    assert_eq!(document.to_text(), "c\nb\na");
    assert_eq!(Document::new("").arrange(&[]), None);
}
