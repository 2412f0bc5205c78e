//! What scores look like where nothing is alike.
//!
//! A score says little by itself: each model has a level of its own at which texts are as good as
//! unrelated. The pairs of sentences that have nothing in common show where that is.

use crate::{Cancel, Client, ClientError};
use std::rc::Rc;

impl Client {
    /// The scores of all pairs of `sentences` by this model, ascending, each -1 to 1: with
    /// sentences that no subject joins, what scores look like where nothing is alike. They are
    /// embedded when this is first asked for; afterwards it costs nothing, and the sentences are
    /// not looked at.
    ///
    /// # Errors
    /// [`ClientError::VectorsLost`] when the analysis worker died meanwhile: ask again.
    /// [`ClientError::WorkerDied`] as of [`Client::embed`].
    pub async fn unrelated(&self, sentences: &[Rc<str>]) -> Result<Rc<[f32]>, ClientError> {
        if let Some(scores) = self.reference() {
            return Ok(scores);
        }
        let found = self.embed(sentences, &Cancel::default(), &|_| {}).await?;
        let vectors: Vec<_> = found.iter().map(|embedded| embedded.vector).collect();
        // Asked before anything else has its turn: nobody forgets these vectors in between.
        let matrix = self.compare(&vectors).await?;
        let scores: Rc<[f32]> = pair_scores(&matrix, vectors.len()).into();
        self.set_reference(scores.clone());
        Ok(scores)
    }
}

/// The scores of all pairs in a matrix `[count, count]`, ascending.
fn pair_scores(matrix: &[f32], count: usize) -> Vec<f32> {
    let rows = matrix.chunks_exact(count.max(1)).enumerate();
    let mut scores: Vec<f32> = rows
        .flat_map(|(row, scores)| &scores[row + 1..])
        .copied()
        .collect();
    scores.sort_unstable_by(f32::total_cmp);
    scores
}

#[cfg(test)]
mod tests {
    use super::*;
    use semblance_encoder::{Encoder, ModelFiles, Precision};
    use std::{collections::HashSet, path::PathBuf};

    /// The sentences that the page has.
    fn sentences() -> Vec<&'static str> {
        let page = include_str!("../../../index.html");
        let (_, rest) = page.split_once("<template id=\"unrelated\">\n").unwrap();
        rest.split_once("</template>").unwrap().0.lines().collect()
    }

    #[test]
    fn pairs_are_counted_once_and_sorted() {
        let matrix = [1.0, 0.5, -0.2, 0.5, 1.0, 0.1, -0.2, 0.1, 1.0];
        assert_eq!(pair_scores(&matrix, 3), [-0.2, 0.1, 0.5]);
        assert_eq!(pair_scores(&[1.0], 1), [0.0; 0]);
        assert_eq!(pair_scores(&[], 0), [0.0; 0]);
    }

    #[test]
    fn there_are_fifty_sentences() {
        let lines = sentences();
        let different: HashSet<&&str> = lines.iter().collect();
        assert_eq!((lines.len(), different.len()), (50, 50));
        for line in lines {
            assert!(line.ends_with('.') && line.trim() == line, "{line:?}");
            assert!((20..=70).contains(&line.len()), "{line:?}");
        }
    }

    /// The model itself takes them for unrelated.
    #[test]
    fn the_sentences_are_unrelated() {
        let Some(folder) = std::env::var_os("SEMBLANCE_MODEL").map(PathBuf::from) else {
            panic!("run `cargo xtask test`, or set SEMBLANCE_MODEL to the model's folder");
        };
        let read = |name: &str| std::fs::read(folder.join(name)).unwrap();
        let files = ModelFiles {
            weights: read("model.safetensors"),
            tokenizer: &read("tokenizer.json"),
            config: &read("config.json"),
        };
        let mut encoder = Encoder::load(files, Precision::Fast).unwrap();
        let sentences = sentences();
        let found = encoder.embed(&sentences).unwrap();
        assert!(found.unknown.iter().all(|&unknown| unknown == 0));
        let vectors: Vec<&[f32]> = found.vectors.chunks_exact(found.dimensions).collect();
        let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(x, y)| x * y).sum::<f32>();
        let mut matrix = Vec::new();
        let mut alike = Vec::new();
        for (i, a) in vectors.iter().enumerate() {
            for (j, b) in vectors.iter().enumerate() {
                let score = dot(a, b);
                matrix.push(score);
                if i < j && score > 0.35 {
                    alike.push((score, sentences[i], sentences[j]));
                }
            }
        }
        assert!(alike.is_empty(), "{alike:#?}");
        let scores = pair_scores(&matrix, sentences.len());
        assert_eq!(scores.len(), 1_225);
        let mean = scores.iter().sum::<f32>() / scores.len() as f32;
        println!(
            "unrelated: mean {mean:.3}, median {:.3}, 95 % below {:.3}, largest {:.3}",
            scores[612], scores[1_163], scores[1_224]
        );
        // What is measured, and a little room.
        assert!(mean < 0.06, "{mean}");
    }
}
