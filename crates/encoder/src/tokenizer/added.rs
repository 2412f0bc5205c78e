//! Tokens that are looked for in a text before it is cut into words.

use serde::Deserialize;
use tokenizers::{NormalizedString, Token};

use super::broken;
use super::normalizer::Normalizer;

/// A token that is found in the text before the text is cut into words.
#[derive(Deserialize)]
pub(super) struct AddedToken {
    pub(super) id: u32,
    pub(super) content: String,
    #[serde(default)]
    single_word: bool,
    /// Whether white space before it is part of it.
    #[serde(default)]
    lstrip: bool,
    /// Whether white space after it is part of it.
    #[serde(default)]
    rstrip: bool,
    /// Whether it is looked for in the normalised text instead of the text as it is.
    normalized: bool,
}

/// Sorts tokens into those that are looked for in the text as it is, and those that are looked for
/// in the normalised text and written as that has it. Longer ones come before those that they begin
/// with.
pub(super) fn sort(
    mut added: Vec<AddedToken>,
    normalizer: &Normalizer,
) -> serde_json::Result<(Vec<AddedToken>, Vec<AddedToken>)> {
    added.retain(|token| !token.content.is_empty());
    if let Some(token) = added.iter().find(|token| token.single_word) {
        return Err(broken(format!(
            "the token {:?} must stand alone as a word, which is not supported",
            token.content
        )));
    }
    for token in added.iter_mut().filter(|token| token.normalized) {
        let mut content = NormalizedString::from(&token.content[..]);
        normalizer.normalize(&mut content).map_err(broken)?;
        token.content = content.get().to_owned();
    }
    added.retain(|token| !token.content.is_empty());
    added.sort_by_key(|token| std::cmp::Reverse(token.content.len()));
    Ok(added.into_iter().partition(|token| !token.normalized))
}

/// Cuts a text at the tokens that are written out in it.
pub(super) fn cut(
    tokens: &[AddedToken],
    text: &NormalizedString,
) -> tokenizers::Result<Vec<(NormalizedString, Option<Vec<Token>>)>> {
    let whole = text.get();
    let mut parts = Vec::new();
    let mut part = |range: std::ops::Range<usize>, id: Option<u32>| {
        let slice = text.slice(tokenizers::normalizer::Range::Normalized(range));
        let slice = slice.ok_or("a token ends within a character")?;
        let length = slice.get().len();
        let token = id.map(|id| vec![Token::new(id, String::new(), (0, length))]);
        parts.push((slice, token));
        tokenizers::Result::Ok(())
    };
    let find = |token: &AddedToken, from: usize| {
        let at = whole.get(from..)?.find(&token.content)?;
        Some(from + at)
    };
    // Where each token comes next, looked up again only once it has been passed.
    let mut next: Vec<_> = tokens.iter().map(|token| find(token, 0)).collect();
    // From here on nothing is handed out yet.
    let mut rest = 0;
    // Of several at one place the first in order, which is the longest.
    while let Some((which, found)) = (0..tokens.len())
        .filter_map(|which| Some((which, next[which]?)))
        .min_by_key(|(_, at)| *at)
    {
        let token = &tokens[which];
        let (mut start, mut end) = (found, found + token.content.len());
        if token.lstrip {
            start = rest + whole[rest..start].trim_end().len();
        }
        if token.rstrip {
            end = whole.len() - whole[end..].trim_start().len();
        }
        if rest < start {
            part(rest..start, None)?;
        }
        part(start..end, Some(token.id))?;
        rest = end;
        for (token, next) in tokens.iter().zip(&mut next) {
            if next.is_some_and(|at| at < rest) {
                *next = find(token, rest);
            }
        }
    }
    if rest < whole.len() {
        part(rest..whole.len(), None)?;
    }
    Ok(parts)
}
