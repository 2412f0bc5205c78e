//! How well a model's scores agree with people's ratings.

use crate::{
    Cancel, Client, ClientError, EmbedProgress, assets::fetch, engine::failed, pool::Encoded,
};
use std::{cell::Cell, cell::RefCell, collections::HashMap, rc::Rc};
use wasm_bindgen_futures::JsFuture;
use web_sys::RequestCache;

/// Pairs of texts that people rated: a rating and two texts in each line, with tabs between.
const PAIRS: &str = "models/stsb-dev.tsv";

impl Client {
    /// The rank correlation (Spearman) of this model's scores with people's ratings, over the 1,500
    /// pairs of the dev split of the STS benchmark, which are fetched from the site at `base`.
    /// `progress` counts texts.
    ///
    /// # Errors
    /// [`ClientError::NotThere`] or [`ClientError::Fetch`] if the pairs can't be had, and as of
    /// [`Client::embed`].
    pub async fn agreement(
        &self,
        base: &str,
        cancel: &Cancel,
        progress: &dyn Fn(EmbedProgress),
    ) -> Result<f64, ClientError> {
        let what = "The file with rated pairs";
        let address = format!("{}{PAIRS}", folder(base));
        let response = fetch(what, &address, RequestCache::Default).await?;
        let text = response.text().map_err(|error| failed(what, &error))?;
        let text = JsFuture::from(text).await;
        let text = text.map_err(|error| failed(what, &error))?;
        let text = text.as_string().unwrap_or_default();
        let (ratings, texts) = read(&text);

        let found = RefCell::new(HashMap::new());
        let (done, total) = (Cell::new(0), texts.len());
        let finished = |encoded: Encoded| {
            let all = encoded.vectors.to_vec();
            let width = (all.len() / encoded.texts.len().max(1)).max(1);
            let rows = encoded.texts.iter().zip(all.chunks_exact(width));
            let mut found = found.borrow_mut();
            rows.for_each(|(text, row)| _ = found.insert(text.clone(), row.to_vec()));
            done.set(done.get() + encoded.texts.len());
            let done = done.get();
            progress(EmbedProgress { done, total });
        };
        let mut seen = std::collections::HashSet::new();
        let different = texts.iter().filter(|text| seen.insert(Rc::clone(text)));
        let different = different.cloned().collect();
        self.pool()?.embed(different, cancel, &finished).await?;
        let found = found.into_inner();
        let score = |pair: &[Rc<str>]| {
            let rows = pair.iter().map(|text| found.get(text));
            let rows: Option<Vec<_>> = rows.collect();
            let rows = rows.unwrap_or_default();
            let [a, b] = rows[..] else { return f32::NAN };
            let products = a.iter().zip(b).map(|(x, y)| f64::from(*x) * f64::from(*y));
            products.sum::<f64>() as f32
        };
        let scores: Vec<f32> = texts.chunks_exact(2).map(score).collect();
        Ok(correlation(&ranks(&scores), &ranks(&ratings)))
    }
}

/// The base up to its last slash.
fn folder(base: &str) -> &str {
    base.rfind('/').map_or("", |slash| &base[..=slash])
}

/// The ratings, and the texts of all pairs one after another.
fn read(file: &str) -> (Vec<f32>, Vec<Rc<str>>) {
    let (mut ratings, mut texts) = (Vec::new(), Vec::new());
    for line in file.lines() {
        let mut columns = line.split('\t');
        let rating = columns.next().and_then(rating);
        if let (Some(rating), Some(a), Some(b)) = (rating, columns.next(), columns.next()) {
            ratings.push(rating);
            texts.extend([Rc::from(a), Rc::from(b)]);
        }
    }
    (ratings, texts)
}

/// A rating such as `3.25`.
fn rating(text: &str) -> Option<f32> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    let places = i32::try_from(decimals.len().min(6)).unwrap_or_default();
    let number: u32 = [whole, decimals.get(..6).unwrap_or(decimals)]
        .concat()
        .parse()
        .ok()?;
    Some(number as f32 / 10f32.powi(places))
}

/// The place of each value among all, from 0; equal ones share the mean of theirs.
fn ranks(values: &[f32]) -> Vec<f64> {
    // Whole numbers in the order of the values, with the place of each below them.
    let key = |(at, value): (usize, &f32)| {
        let bits = value.to_bits();
        let order = if bits >> 31 == 0 {
            bits | 1 << 31
        } else {
            !bits
        };
        u128::from(order) << 64 | at as u128
    };
    let mut order: Vec<u128> = values.iter().enumerate().map(key).collect();
    order.sort_unstable();
    let mut ranks = vec![0.0; values.len()];
    let mut first = 0;
    for equal in order.chunk_by(|a, b| a >> 64 == b >> 64) {
        let rank = first as f64 + (equal.len() as f64 - 1.0) / 2.0;
        for key in equal {
            let at = (key & u128::from(u64::MAX)) as usize;
            if let Some(place) = ranks.get_mut(at) {
                *place = rank;
            }
        }
        first += equal.len();
    }
    ranks
}

/// Pearson's correlation.
fn correlation(a: &[f64], b: &[f64]) -> f64 {
    let mean = |x: &[f64]| x.iter().sum::<f64>() / x.len().max(1) as f64;
    let (of_a, of_b) = (mean(a), mean(b));
    let sum = |x: &[f64], of_x: f64, y: &[f64], of_y: f64| -> f64 {
        x.iter().zip(y).map(|(x, y)| (x - of_x) * (y - of_y)).sum()
    };
    sum(a, of_a, b, of_b) / (sum(a, of_a, a, of_a) * sum(b, of_b, b, of_b)).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_read() {
        let (ratings, texts) = read("5.000\tA b.\tC\n0.25\tD\tE\nno rating\tx\ty\n\n3\tF\tG");
        assert_eq!(ratings, [5.0, 0.25, 3.0]);
        assert_eq!(texts.concat(), "A b.CDEFG");
    }

    #[test]
    fn correlation_of_ranks() {
        let of = |a: &[f32], b: &[f32]| correlation(&ranks(a), &ranks(b));
        assert!((of(&[1.0, -2.0, 3.0], &[10.0, 2.0, 30.0]) - 1.0).abs() < 1e-12);
        assert!((of(&[1.0, 2.0, 3.0], &[3.0, 2.0, 1.0]) + 1.0).abs() < 1e-12);
        // By hand: ranks 0, 1.5, 1.5, 3 against 0, 2, 1, 3.
        let tied = of(&[1.0, 2.0, 2.0, 5.0], &[1.0, 4.0, 2.0, 9.0]);
        assert!((tied - 4.5 / 22.5f64.sqrt()).abs() < 1e-12, "{tied}");
    }
}
