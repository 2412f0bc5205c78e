//! Tests of the page's state.

use super::*;

fn run(actions: impl IntoIterator<Item = Action>) -> Rc<State> {
    let state = Rc::new(State::of(
        Document::new("a\nb"),
        Some(0),
        Settings::default(),
    ));
    actions
        .into_iter()
        .fold(state, |state, action| state.reduce(action))
}

#[test]
fn a_sample_over_own_texts_can_be_undone() {
    let typed = Action::Type("my own".into());
    let state = run([Action::Shown, typed, Action::Sample(1, "x\ny".into())]);
    assert_eq!(state.document.to_text(), "x\ny");
    assert!(
        state
            .notice
            .as_ref()
            .is_some_and(|n| n.remedy == Some(Remedy::Undo))
    );
    let state = state.reduce(Action::Undo);
    assert_eq!(state.document.to_text(), "my own");
    assert!(state.notice.is_none() && state.sample.is_none());
}

#[test]
fn a_sample_over_a_sample_needs_no_notice() {
    let state = run([Action::Sample(1, "x\ny".into())]);
    assert_eq!((state.sample, state.notice.is_none()), (Some(1), true));
    let state = state.reduce(Action::Shown);
    let state = state.reduce(Action::Type("x\ny!".into()));
    assert_eq!(state.sample, None, "changed, it is the person's own");
}

#[test]
fn the_text_box_is_written_only_when_the_change_came_from_elsewhere() {
    let state = run([Action::Shown, Action::Type("a\nb\nc".into())]);
    assert_eq!(state.shown, state.document.revision());
    let line = state.document.lines()[2].id;
    let state = state.reduce(Action::Move(line, Direction::Up));
    assert_ne!(state.shown, state.document.revision());
    assert_eq!(state.changed, Some(Span { at: 1, count: 1 }));
}

#[test]
fn an_offer_to_go_on_ends_when_work_goes_on() {
    let message = Message {
        text: "Stopped.".into(),
        remedy: Some(Remedy::Continue),
    };
    let state = run([
        Action::Notice(Some(message)),
        Action::Results(Rc::default(), None),
    ]);
    assert!(state.notice.is_none());
}

#[test]
fn a_large_paste_is_written_into_the_text_box() {
    let state = run([Action::Shown, Action::Paste("a\nlong".into())]);
    assert_eq!(state.document.to_text(), "a\nlong");
    assert_ne!(state.shown, state.document.revision());
}

#[test]
fn a_large_document_is_edited_through_a_window() {
    let text: String = (0..10_000).map(|line| format!("line {line}\n")).collect();
    let state = run([Action::Replace(text), Action::Window(5_000)]);
    assert_eq!(state.window, 4_500..5_500);
    assert_ne!(state.shown, state.document.revision());
    // A letter while the box still holds other lines is not taken for a change of these.
    let early = state.clone().reduce(Action::Type("line 0!".into()));
    assert!(early.document == state.document);
    let typed = state.document.shown_text(state.window.clone()) + "!\nand one more";
    let state = state.reduce(Action::Shown).reduce(Action::Type(typed));
    assert_eq!(state.window, 4_500..5_501);
    assert_eq!(state.shown, state.document.revision());
    assert_eq!(&*state.document.lines()[5_500].content, "and one more");
    assert_eq!(&*state.document.lines()[5_501].content, "line 5500");
    // A paste that makes the window too large: the box is given a part of it.
    let state = state.reduce(Action::Type("x\n".repeat(8_000)));
    assert_eq!(state.window.len(), WINDOW);
    assert_ne!(state.shown, state.document.revision());
    // Words in place of all lines, the next letter on its heels.
    let state = state.reduce(Action::Shown);
    let over = state.clone().reduce(Action::TypeOver("n".into()));
    let over = over.reduce(Action::Type("ne".into()));
    assert_eq!(over.document.to_text(), "ne");
    assert_eq!(
        (over.window.clone(), over.shown),
        (0..1, over.document.revision())
    );
    // And back to a small document.
    let state = state.reduce(Action::Replace("a\nb".into()));
    assert_eq!(state.window, 0..2);
}

#[test]
fn sorting_says_when_groups_go() {
    let ids = |state: &State| -> Vec<LineId> {
        let texts = state.document.texts();
        texts.iter().rev().map(|text| text.line).collect()
    };
    let state = run([]);
    let order = ids(&state);
    let state = state.reduce(Action::Arrange(order));
    assert_eq!(state.document.to_text(), "b\na");
    assert!(state.notice.is_none());
    let state = state.reduce(Action::Replace("a\n\nb".into()));
    let order = ids(&state);
    let state = state.reduce(Action::Arrange(order)).reduce(Action::Undo);
    assert_eq!(state.document.to_text(), "a\n\nb");
    assert!(state.notice.is_none(), "taken back, and the offer with it");
}

#[test]
fn hidden_scores_are_revealed_pair_by_pair_and_hidden_again_together() {
    let (a, b) = (LineId(0), LineId(1));
    let state = run([Action::ToggleVeil, Action::Reveal(b, a)]);
    assert!(!state.veil.hides(a, b));
    let state = state.reduce(Action::ToggleVeil).reduce(Action::ToggleVeil);
    assert!(state.veil.hides(a, b));
}

#[test]
fn the_theme_goes_round() {
    let mut state = run([]);
    let mut seen = vec![];
    for _ in 0..3 {
        state = state.reduce(Action::CycleTheme);
        seen.push(state.settings.theme);
    }
    assert_eq!(seen, [Theme::Light, Theme::Dark, Theme::System]);
}
