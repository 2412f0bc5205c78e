use crate::{Imported, NoteKind, Options, Source, Split, read};

fn open(text: &str, options: &Options) -> Imported {
    read(&Source::named(text.as_bytes(), "x.txt"), options).unwrap()
}

fn texts(table: &Imported) -> Vec<&str> {
    table.text_cells().collect()
}

#[test]
fn a_line_each() {
    let table = open("One.\n\n  Two. \r\nThree.", &Options::default());
    assert_eq!(texts(&table), ["One.", "Two.", "Three."]);
    assert_eq!(
        (table.notes[0].kind, table.notes[0].places[0]),
        (NoteKind::EmptyLine, 2)
    );
    let shape = table.shape.unwrap();
    assert_eq!(
        (shape.lines, shape.paragraphs, shape.wrapped),
        (3, 2, false)
    );
}

#[test]
fn a_paragraph_each_on_request() {
    let options = Options {
        split: Some(Split::Paragraphs),
        ..Options::default()
    };
    let table = open("One\ntwo\n\n\nthree\nfour\n", &options);
    assert_eq!(texts(&table), ["One two", "three four"]);
}

#[test]
fn lines_of_one_width_are_a_paragraph() {
    let text = "The open-plan office is where most of us spend the days of our\n\
        lives, and it is loud: phones ring, people talk about lunch, and\n\
        nobody can think of anything but the noise that others make all\n\
        day.\n\nHome is quieter, unless there are children, who need to be fed at\n\
        noon, or neighbours, who drill holes into every wall they find on\n\
        weekdays.\n";
    let table = open(text, &Options::default());
    assert_eq!(table.rows, 2);
    assert!(texts(&table)[0].ends_with("others make all day."));
    let options = Options {
        split: Some(Split::Lines),
        ..Options::default()
    };
    assert_eq!(open(text, &options).rows, 7);
}

const CHAT: &str =
    "[10:03] Ben: I think cats are nicer\n[10:04] Ana: 😂😂\nreally\n[10:05] Ben: yes\n";

#[test]
fn a_chat_keeps_its_names_until_asked_to_leave_them_out() {
    let table = open(CHAT, &Options::default());
    assert_eq!((table.rows, table.shape.unwrap().messages), (4, 3));
    let options = Options {
        transcript: true,
        ..Options::default()
    };
    let table = open(CHAT, &options);
    let column = |name| table.column(name).unwrap().cells().collect::<Vec<_>>();
    assert_eq!(
        column("text"),
        ["I think cats are nicer", "😂😂", "really", "yes"]
    );
    assert_eq!(column("name"), ["Ben", "Ana", "Ana", "Ben"]);
    assert_eq!(column("time"), ["10:03", "10:04", "10:04", "10:05"]);
}

#[test]
fn a_play_has_names_and_a_letter_has_none() {
    let shape = |text: &str| open(text, &Options::default()).shape.unwrap();
    assert_eq!(shape("Ben: Hi\nAna: Hi\nBen: Bye\nAna: Bye\n").messages, 4);
    assert_eq!(
        shape("Title: Cats\nAuthor: Ben\nYear: 1990\nPlace: Ulm\n").messages,
        0
    );
    assert_eq!(
        shape("Note: cats sleep.\nDogs don't.\nBirds sing.\n").messages,
        0
    );
}

#[test]
fn bullets_go_on_request() {
    let text = "- milk\n- eggs\n3. bread\n";
    let table = open(text, &Options::default());
    assert_eq!(
        (table.shape.unwrap().list_items, texts(&table)[0]),
        (3, "- milk")
    );
    let options = Options {
        transcript: true,
        ..Options::default()
    };
    assert_eq!(texts(&open(text, &options)), ["milk", "eggs", "bread"]);
}

#[test]
fn sentences_know_their_paragraph() {
    let options = |split| Options {
        split: Some(split),
        ..Options::default()
    };
    let text = "First. Second.\n\nThird one?\nDr. Who is fourth.";
    let table = open(text, &options(Split::Sentences));
    assert_eq!(
        texts(&table),
        ["First.", "Second.", "Third one?", "Dr. Who is fourth."]
    );
    let column = |table: &Imported, name| {
        let column = table.column(name).unwrap();
        column.cells().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(column(&table, "paragraph"), ["1", "1", "2", "3"]);
    assert_eq!(table.shape.unwrap().split, Split::Sentences);

    let long = "The cat sat on the mat and the dog lay on the rug. ".repeat(20);
    let table = open(&format!("{long}\n{long}"), &options(Split::Passages));
    assert!(
        texts(&table)
            .iter()
            .all(|text| text.split(' ').count() < 100)
    );
    assert_eq!(column(&table, "paragraph").first().unwrap(), "1");
    assert_eq!(column(&table, "paragraph").last().unwrap(), "2");
}

#[test]
fn sentences_go_on_over_lines_that_were_broken() {
    let text = "The open-plan office is where most of us spend the days of our\n\
        lives, and it is loud. Phones ring, people talk about lunch, and\n\
        nobody can think of anything but the noise that others make all\n\
        day.\n\nHome is quieter, unless there are children, who need to be fed at\n\
        noon, or neighbours, who drill holes into every wall they find on\n\
        weekdays.\n";
    let options = Options {
        split: Some(Split::Sentences),
        ..Options::default()
    };
    let table = open(text, &options);
    assert_eq!(table.rows, 3);
    assert!(texts(&table)[0].ends_with("our lives, and it is loud."));
}
