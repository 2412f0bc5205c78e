//! Small sets of texts that each show one thing about sentence embeddings. They stand in
//! `index.html`, where whoever hosts the page can change them.

use std::cell::OnceCell;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use web_sys::HtmlTemplateElement;

/// A set to open with or to choose.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sample {
    /// Its name in the picker, unique.
    pub name: String,
    /// What it is about, as a question; empty for a set that an empty page does not offer.
    pub question: String,
    /// What to look for, one sentence or two.
    pub look_for: String,
    /// One text per line, groups parted by an empty line.
    pub text: String,
}

/// The set that the page opens with: its scores are high, low and hard to foresee.
const OPENING: usize = 1;

/// The set that this page opens with: of a page with a lesson baked in (`cargo xtask kit`), that.
pub fn opening() -> usize {
    let template = gloo::utils::document().get_element_by_id("samples");
    match template.is_some_and(|template| template.has_attribute("data-lesson")) {
        true => 0,
        false => OPENING,
    }
}

/// All sets.
pub fn samples() -> Rc<[Sample]> {
    thread_local! {
        static SAMPLES: OnceCell<Rc<[Sample]>> = const { OnceCell::new() };
    }
    SAMPLES.with(|samples| {
        let read = || parse(&template("samples")).into();
        samples.get_or_init(read).clone()
    })
}

/// Sentences that have nothing in common.
pub fn unrelated() -> Vec<Rc<str>> {
    template("unrelated").trim().lines().map(Rc::from).collect()
}

/// The text of a template in `index.html`.
pub fn template(id: &str) -> String {
    let template = gloo::utils::document().get_element_by_id(id);
    let template = template.and_then(|it| it.dyn_into::<HtmlTemplateElement>().ok());
    let text = template.and_then(|template| template.content().text_content());
    text.unwrap_or_default()
}

/// Reads sets: a line that begins with `=` begins one and names it, `?` is its question, `>` what
/// to look for; all other lines are its texts.
fn parse(text: &str) -> Vec<Sample> {
    let mut samples: Vec<Sample> = Vec::new();
    for line in text.trim_start().lines() {
        let (mark, rest) = line.split_at_checked(2).unwrap_or((line, ""));
        if mark == "= " {
            samples.push(Sample {
                name: rest.to_owned(),
                ..Sample::default()
            });
            continue;
        }
        let Some(sample) = samples.last_mut() else {
            continue;
        };
        match mark {
            "? " => sample.question = rest.to_owned(),
            "> " => sample.look_for = rest.to_owned(),
            _ => {
                sample.text.push_str(line);
                sample.text.push('\n');
            }
        }
    }
    for sample in &mut samples {
        sample.text.truncate(sample.text.trim_end().len());
    }
    samples
}

#[cfg(test)]
mod tests {
    use super::*;
    use semblance_workspace::Document;
    use std::collections::HashSet;

    fn shipped() -> Vec<Sample> {
        let page = include_str!("../../../../index.html");
        let (_, samples) = page.split_once("<template id=\"samples\">").unwrap();
        parse(samples.split_once("</template>").unwrap().0)
    }

    #[test]
    fn each_set_is_small_and_has_its_own_name() {
        let samples = shipped();
        let names: HashSet<&str> = samples.iter().map(|sample| sample.name.as_str()).collect();
        assert_eq!(names.len(), samples.len());
        assert_eq!(samples.get(OPENING).unwrap().name, "Paraphrases");
        for sample in samples {
            let texts = Document::new(&sample.text).texts();
            assert!(
                (8..=16).contains(&texts.len()),
                "{}: {} texts",
                sample.name,
                texts.len()
            );
            let different: HashSet<_> = texts.iter().map(|text| &text.text).collect();
            assert_eq!(different.len(), texts.len(), "{}", sample.name);
            assert!(
                (20..200).contains(&sample.look_for.len()),
                "{}",
                sample.name
            );
            // The program reads them from the page as it is written.
            assert!(!sample.text.contains(['<', '&']), "{}", sample.name);
        }
    }

    #[test]
    fn a_set_has_a_name_a_question_a_hint_and_texts() {
        let samples = parse("\n= One\n? Why?\n> Look.\na\n\nb\n\n= Two\n> Or not.\nc\n");
        assert_eq!(samples.len(), 2);
        assert_eq!(samples[0].question, "Why?");
        assert_eq!(samples[0].text, "a\n\nb");
        assert_eq!(
            (samples[1].question.as_str(), samples[1].text.as_str()),
            ("", "c")
        );
        assert!(parse("").is_empty());
    }
}
