//! Groups as a person writes them: a name and examples.

use std::rc::Rc;

/// A group that is being written.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Draft {
    /// Tells it from the others, whatever its name.
    pub id: u32,
    /// Its name; it may have none.
    pub name: String,
    /// Its examples, one to a line: other characters may be part of one.
    pub examples: String,
}

/// All groups that are being written.
#[derive(Clone, Debug, PartialEq)]
pub struct Drafts {
    /// The groups, in order.
    pub all: Vec<Draft>,
    next: u32,
}

/// A change of them.
pub enum Edit {
    /// The group with this id is called so.
    Name(u32, String),
    /// It has these examples.
    Examples(u32, String),
    /// It has these examples too.
    More(u32, Vec<Rc<str>>),
    /// One more group.
    Add,
    /// One more group, with these examples; in place of the first that has none.
    Begin(Vec<Rc<str>>),
    /// One less.
    Remove(u32),
}

impl Default for Drafts {
    fn default() -> Self {
        let empty = |id| Draft {
            id,
            ..Draft::default()
        };
        Drafts {
            all: vec![empty(0), empty(1)],
            next: 2,
        }
    }
}

impl Drafts {
    /// Groups with these names and examples.
    pub fn of(groups: Vec<(String, String)>) -> Drafts {
        let draft = |((name, examples), id)| Draft { id, name, examples };
        Drafts {
            next: groups.len() as u32,
            all: groups.into_iter().zip(0..).map(draft).collect(),
        }
    }

    /// The groups after a change.
    pub fn after(&self, edit: Edit) -> Drafts {
        let mut drafts = self.clone();
        let find = |drafts: &mut Drafts, id: u32| drafts.all.iter().position(|d| d.id == id);
        match edit {
            Edit::Name(id, name) => {
                if let Some(at) = find(&mut drafts, id) {
                    drafts.all[at].name = name;
                }
            }
            Edit::Examples(id, examples) => {
                if let Some(at) = find(&mut drafts, id) {
                    drafts.all[at].examples = examples;
                }
            }
            Edit::More(id, texts) => {
                if let Some(at) = find(&mut drafts, id) {
                    let examples = &mut drafts.all[at].examples;
                    for text in texts {
                        if !examples.is_empty() && !examples.ends_with('\n') {
                            examples.push('\n');
                        }
                        examples.push_str(&text);
                    }
                }
            }
            Edit::Begin(texts) => {
                let empty = |draft: &Draft| draft.name.is_empty() && draft.examples.is_empty();
                let id = drafts
                    .all
                    .iter()
                    .find(|draft| empty(draft))
                    .map(|draft| draft.id);
                if id.is_none() {
                    drafts = drafts.after(Edit::Add);
                }
                let last = drafts.all.last().map_or(0, |draft| draft.id);
                return drafts.after(Edit::More(id.unwrap_or(last), texts));
            }
            Edit::Add => {
                drafts.all.push(Draft {
                    id: drafts.next,
                    ..Draft::default()
                });
                drafts.next += 1;
            }
            Edit::Remove(id) => drafts.all.retain(|draft| draft.id != id),
        }
        drafts
    }
}

/// The examples of each group.
pub type Examples = Vec<Vec<Rc<str>>>;

/// The names of the groups and their examples; in place of a missing name its number.
///
/// # Errors
/// What is missing, in a sentence.
pub fn gathered(drafts: &[Draft]) -> Result<(Vec<String>, Examples), String> {
    if drafts.is_empty() {
        return Err("There is no group: add one.".into());
    }
    let mut names = Vec::new();
    let mut examples = Vec::new();
    for (draft, number) in drafts.iter().zip(1..) {
        let name = match draft.name.trim() {
            "" => format!("Group {number}"),
            name => name.to_owned(),
        };
        let parts = draft.examples.split('\n').map(str::trim);
        let texts: Vec<Rc<str>> = parts.filter(|p| !p.is_empty()).map(Rc::from).collect();
        if texts.is_empty() {
            return Err(format!(
                "“{name}” has no examples: write a few words or texts for it, or remove it."
            ));
        }
        names.push(name);
        examples.push(texts);
    }
    Ok((names, examples))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(name: &str, examples: &str) -> Draft {
        Draft {
            id: 0,
            name: name.into(),
            examples: examples.into(),
        }
    }

    #[test]
    fn examples_are_parted_by_lines_alone() {
        let drafts = [
            draft(" Food ", "cake\nbread; butter\n\n pie "),
            draft("", "goal;"),
        ];
        let (names, examples) = gathered(&drafts).expect("whole");
        assert_eq!(names, ["Food", "Group 2"]);
        let examples: Vec<Vec<&str>> = (examples.iter())
            .map(|texts| texts.iter().map(|text| &**text).collect())
            .collect();
        assert_eq!(
            examples,
            [vec!["cake", "bread; butter", "pie"], vec!["goal;"]]
        );
    }

    #[test]
    fn a_group_without_examples_is_named() {
        let missing = gathered(&[draft("Food", "cake"), draft("Sport", " \n")]);
        assert!(missing.is_err_and(|sentence| sentence.starts_with("“Sport” has no examples")));
        assert!(gathered(&[]).is_err());
    }

    #[test]
    fn groups_come_and_go() {
        let drafts = Drafts::default();
        let drafts = drafts
            .after(Edit::Add)
            .after(Edit::Remove(0))
            .after(Edit::Name(2, "Late".into()))
            .after(Edit::Examples(1, "one".into()))
            .after(Edit::More(1, vec!["two".into(), "three".into()]))
            .after(Edit::Add);
        let ids: Vec<u32> = drafts.all.iter().map(|draft| draft.id).collect();
        assert_eq!(ids, [1, 2, 3], "an id is never given twice");
        assert_eq!(drafts.all[0].examples, "one\ntwo\nthree");
        assert_eq!(drafts.all[1].name, "Late");
    }
}
