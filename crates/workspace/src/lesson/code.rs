//! A pupil's answers to a lesson as a short code that can be read out.
//!
//! A code is two characters of the lesson's digest, two that tell pupils with the same answers
//! apart, the answers, and one that checks the others. Characters are those of Crockford's base 32,
//! which has no letters that look like digits. The last one makes the code a multiple of a
//! polynomial over GF(32), by which every single wrong character and every swap of neighbours is
//! found.

use super::Lesson;
use thiserror::Error;

const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Codes whose answers are the same and that are told apart.
pub(super) const PUPILS: u32 = 1024;

/// What a code says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code {
    /// The option that was chosen in each question, if any.
    pub answers: Vec<Option<usize>>,
    /// What tells it from another with the same answers.
    pub pupil: u32,
}

/// Why some characters are no code of a lesson.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CodeError {
    /// Nothing was typed.
    #[error("Type a code, such as {0}.")]
    Empty(String),
    /// A character that no code has.
    #[error("“{0}” is in no code: codes have digits, and letters other than I, L, O and U.")]
    Strange(char),
    /// Too short or too long.
    #[error(
        "It has {found} characters, and codes of this lesson have {needs}: read it again, or it is of another lesson."
    )]
    Length {
        /// How many there are.
        found: usize,
        /// How many there should be.
        needs: usize,
    },
    /// One character is not the right one.
    #[error("There is a mistake in it: a wrong character, or two that are swapped. Read it again.")]
    Mistake,
    /// It is right, and of another lesson.
    #[error("This code is of another lesson, or of one that was changed since.")]
    Lesson,
}

impl Lesson {
    /// How many ways there are to answer.
    fn ways(&self) -> u64 {
        let choices = self.questions.iter().map(|it| it.options() as u64 + 1);
        // At most 16 questions with at most ten options: below 2 to the power of 56.
        choices.product()
    }

    /// Characters of a code.
    fn length(&self) -> usize {
        let bits = 64 - (self.ways() - 1).leading_zeros() as usize;
        5 + bits.div_ceil(5)
    }

    /// The code of a pupil's answers. `pupil` is a number at random.
    pub fn code(&self, answers: &[Option<usize>], pupil: u32) -> String {
        let mut value = 0;
        for (at, question) in self.questions.iter().enumerate().rev() {
            let options = question.options();
            let answer = answers.get(at).copied().flatten();
            let chosen = answer.filter(|&it| it < options).map_or(0, |it| it + 1);
            value = value * (options as u64 + 1) + chosen as u64;
        }
        let length = self.length();
        let mut digits = Vec::with_capacity(length);
        digits.extend(two(self.digest()));
        digits.extend(two(u64::from(pupil % PUPILS)));
        for at in (0..length - 5).rev() {
            digits.push((value >> (5 * at) & 31) as u8);
        }
        digits.push(times(remainder(&digits)));
        let letters = digits.iter().map(|&it| char::from(DIGITS[usize::from(it)]));
        let mut code = String::new();
        for (at, letter) in letters.enumerate() {
            // In groups, as people read numbers out.
            if at > 0 && at % 4 == 0 {
                code.push('-');
            }
            code.push(letter);
        }
        code
    }

    /// Reads a code as somebody has typed it: small or capital letters, with spaces and dashes or
    /// without, an O for a 0 and an I or L for a 1.
    ///
    /// # Errors
    /// It is none, or none of this lesson; the error says why.
    pub fn read_code(&self, typed: &str) -> Result<Code, CodeError> {
        let mut digits = Vec::new();
        for letter in typed.chars() {
            if letter.is_whitespace() || matches!(letter, '-' | '–' | '—' | '.' | ',' | '_') {
                continue;
            }
            let plain = match letter.to_ascii_uppercase() {
                'O' => '0',
                'I' | 'L' => '1',
                other => other,
            };
            let digit = DIGITS.iter().position(|&it| char::from(it) == plain);
            digits.push(digit.ok_or(CodeError::Strange(letter))? as u8);
        }
        let (found, needs) = (digits.len(), self.length());
        if digits.is_empty() {
            return Err(CodeError::Empty(self.code(&[], 0)));
        }
        if found != needs {
            return Err(CodeError::Length { found, needs });
        }
        if remainder(&digits) != 0 {
            return Err(CodeError::Mistake);
        }
        if !digits.starts_with(&two(self.digest())) {
            return Err(CodeError::Lesson);
        }
        let number = |digits: &[u8]| digits.iter().fold(0, |sum, &it| sum << 5 | u64::from(it));
        let mut value = number(&digits[4..needs - 1]);
        if value >= self.ways() {
            return Err(CodeError::Mistake);
        }
        let mut answers = Vec::with_capacity(self.questions.len());
        for question in &self.questions {
            let choices = question.options() as u64 + 1;
            answers.push((value % choices).checked_sub(1).map(|it| it as usize));
            value /= choices;
        }
        let pupil = number(&digits[2..4]) as u32;
        Ok(Code { answers, pupil })
    }
}

/// The lowest ten bits as digits.
fn two(value: u64) -> [u8; 2] {
    [(value >> 5 & 31) as u8, (value & 31) as u8]
}

/// A digit times x, modulo x⁵ + x² + 1.
fn times(digit: u8) -> u8 {
    let doubled = digit << 1;
    if doubled & 32 == 0 {
        doubled
    } else {
        doubled ^ 0b10_0101
    }
}

/// Digits as a polynomial after a leading 1, modulo the one whose multiples codes are. Without the
/// 1, a code that begins with 0 would be right without the 0.
fn remainder(digits: &[u8]) -> u8 {
    digits.iter().fold(1, |sum, &digit| times(sum) ^ digit)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lesson(of: &str) -> Lesson {
        let text = format!(
            "# Lesson: x\n## Most alike\n- a\n- b\n- c\n- d\n## Order\n- a\n- b\n- c\n- d\n## Above 0.5\n- a\n- {of}\n## Lands\n- a\n- b\n- c\n"
        );
        Lesson::parse(&text).expect("a lesson")
    }

    #[test]
    fn every_answer_comes_back() {
        let lesson = lesson("b");
        let choices = |options: usize| (0..=options).map(|it| it.checked_sub(1));
        let mut codes = std::collections::HashSet::new();
        for a in choices(6) {
            for b in choices(6) {
                for c in choices(2) {
                    for d in choices(2) {
                        let answers = vec![a, b, c, d];
                        let pupil = codes.len() as u32;
                        let code = lesson.code(&answers, pupil);
                        assert_eq!(lesson.read_code(&code), Ok(Code { answers, pupil }));
                        assert_eq!(code.len(), 8, "{code}");
                        codes.insert(code);
                    }
                }
            }
        }
        assert_eq!(codes.len(), 7 * 7 * 3 * 3);
    }

    #[test]
    fn codes_are_typed_in_many_ways() {
        let lesson = lesson("b");
        let code = lesson.code(&[Some(5), Some(0), None, Some(1)], 33);
        let read = lesson.read_code(&code);
        assert!(read.is_ok());
        let plain = code.replace('-', "");
        let looks = plain.to_lowercase().replace('0', "o").replace('1', "l");
        for typed in [
            plain.clone(),
            looks,
            plain.chars().flat_map(|it| [it, ' ']).collect(),
            format!(" {}\n", code.replace('-', "–")),
        ] {
            assert_eq!(lesson.read_code(&typed), read, "{typed:?}");
        }
    }

    #[test]
    fn every_single_mistake_and_every_swap_is_found() {
        let lesson = lesson("b");
        let code = lesson
            .code(&[Some(5), Some(0), None, Some(1)], 345)
            .replace('-', "");
        for at in 0..code.len() {
            for &digit in DIGITS {
                let mut wrong = code.clone().into_bytes();
                wrong[at] = digit;
                let wrong = String::from_utf8(wrong).expect("letters");
                if wrong != code {
                    assert_eq!(lesson.read_code(&wrong), Err(CodeError::Mistake), "{wrong}");
                }
            }
            let mut swapped = code.clone().into_bytes();
            swapped.swap(at, (at + 1).min(code.len() - 1));
            let swapped = String::from_utf8(swapped).expect("letters");
            if swapped != code {
                assert_eq!(
                    lesson.read_code(&swapped),
                    Err(CodeError::Mistake),
                    "{swapped}"
                );
            }
        }
    }

    #[test]
    fn what_is_wrong_with_a_code_is_said() {
        let (ours, other) = (lesson("b"), lesson("c"));
        let code = ours.code(&[Some(1); 4], 7);
        let said =
            |lesson: &Lesson, typed: &str| lesson.read_code(typed).expect_err(typed).to_string();
        assert!(said(&other, &code).contains("another lesson"));
        assert!(
            said(&ours, &code[1..]).contains("has 6 characters, and codes of this lesson have 7")
        );
        assert!(said(&ours, " - ").starts_with("Type a code, such as "));
        assert!(said(&ours, "ABU").contains("“U” is in no code"));
        assert!(said(&ours, "🎉").contains("“🎉”"));
    }

    #[test]
    fn the_longest_lesson_has_a_code() {
        let all = "## Most alike\n- a\n- b\n- c\n- d\n- e\n".repeat(super::super::QUESTIONS);
        let lesson = Lesson::parse(&format!("# Lesson: x\n{all}")).expect("a lesson");
        let answers = vec![Some(9); 16];
        let code = lesson.code(&answers, 0);
        assert_eq!(lesson.read_code(&code).expect("read").answers, answers);
        assert!(code.len() <= 21, "{code}");
    }
}
