//! Vectors that outlive the page: as files that somebody keeps, and back.

use crate::{
    Client, ClientError, Embedded,
    client::{floats, nonsense},
    pool::{Encoded, Model},
};
use js_sys::Float32Array;
use semblance_protocol::{ARITHMETIC, Precision, Request, Response, VectorId, wire::Payload};
use std::rc::Rc;
use wasm_bindgen::JsCast;
use web_sys::Blob;

/// What files of vectors had.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Recalled {
    /// How many texts each file has; 0 for one that can't be used. Files beyond these were not
    /// looked at.
    pub texts: Vec<u32>,
    /// The vectors that were found, and the file of each.
    pub found: Vec<(VectorId, u32)>,
}

impl Client {
    /// What makes the vectors: nothing else makes the same, bit for bit.
    ///
    /// # Errors
    /// After [`Client::close`].
    pub fn identity(&self) -> Result<String, ClientError> {
        let pool = self.pool()?;
        let build = pool.engine.build;
        let (precision, files) = match &pool.model {
            Model::Load(load) => (
                load.precision,
                load.files().map(|file| &*file.sha256).join(" "),
            ),
            Model::Open(open, _) => {
                let model = self.model();
                (open.precision, [&*model.revision, &model.prompt].join(" "))
            }
        };
        let precision = match precision {
            Precision::Fast => "fast",
            Precision::Exact => "exact",
        };
        Ok(format!("{precision} {build} {ARITHMETIC} {files}"))
    }

    /// A file of the vectors of some texts.
    ///
    /// # Errors
    /// When a text has no vector any more, there is no room, or the analysis worker died.
    pub async fn pack(&self, texts: &[(Rc<str>, Embedded)]) -> Result<Blob, ClientError> {
        let numbers = |(_, it): &(Rc<str>, Embedded)| {
            [it.vector, it.tokens, u32::from(it.truncated), it.unknown]
        };
        let request = Request::Pack {
            identity: self.identity()?,
            texts: texts.iter().map(|(text, _)| text.to_string()).collect(),
            numbers: texts.iter().flat_map(numbers).collect(),
        };
        let (_, payload) = self.ask_watched(request, Payload::None, None).await?;
        let file = payload.into_value().ok_or_else(nonsense)?;
        file.dyn_into().map_err(|_| nonsense())
    }

    /// The vectors themselves, `[vectors, dimensions]`, row-major.
    ///
    /// # Errors
    /// When there is no such vector any more, or the analysis worker died.
    pub async fn vectors(&self, vectors: Vec<VectorId>) -> Result<Float32Array, ClientError> {
        let request = Request::Vectors { vectors };
        let (_, payload) = self.ask_watched(request, Payload::None, None).await?;
        payload.into_floats().ok_or_else(nonsense)
    }

    /// The nearest of each point by cosine similarity, nearest first: of each `count` times another
    /// point and the score; fewer times where there are fewer points.
    ///
    /// # Errors
    /// [`ClientError::Cancelled`] when the points changed, or the analysis worker died.
    pub async fn nearest_of_each(&self, count: u32) -> Result<Vec<(u32, f32)>, ClientError> {
        let request = Request::NearestOfEach { count };
        let (_, payload) = self.ask_watched(request, Payload::None, None).await?;
        let numbers = floats(payload);
        let (pairs, _) = numbers.as_chunks();
        Ok(pairs
            .iter()
            .map(|&[at, score]| (at as u32, score))
            .collect())
    }

    /// Has vectors that were computed elsewhere by the same model: three numbers for each text are
    /// its tokens, whether it was truncated, and its unknown tokens. Whether they fit together.
    pub fn store_vectors(&self, texts: &[Rc<str>], numbers: &[u32], vectors: Float32Array) -> bool {
        let (numbers, _) = numbers.as_chunks();
        let dimensions = self.model().dimensions as usize;
        let fits =
            numbers.len() == texts.len() && vectors.length() as usize == texts.len() * dimensions;
        if fits {
            self.store(Encoded {
                texts: texts.to_vec(),
                tokens: numbers.iter().map(|it: &[u32; 3]| it[0]).collect(),
                truncated: numbers.iter().map(|it| it[1] != 0).collect(),
                unknown: numbers.iter().map(|it| it[2]).collect(),
                vectors,
            });
        }
        fits
    }

    /// Has the vectors of those texts that are in `files`, one after another: they are embedded
    /// already from now on.
    ///
    /// # Errors
    /// When the files can't be read, or the analysis worker died.
    pub async fn recall(&self, texts: &[Rc<str>], files: Blob) -> Result<Recalled, ClientError> {
        let first = self.reserve(texts.len());
        let request = Request::Recall {
            identity: self.identity()?,
            texts: texts.iter().map(|text| text.to_string()).collect(),
            first,
        };
        let payload = Payload::Value(files.into());
        match self.ask_watched(request, payload, None).await? {
            (Response::Recalled { segments, found }, _) => {
                let (found, _) = found.as_chunks();
                let adopt = |&[text, segment, tokens, truncated, unknown]: &[u32; 5]| {
                    let embedded = Embedded {
                        vector: first.wrapping_add(text),
                        tokens,
                        truncated: truncated != 0,
                        unknown,
                    };
                    Some((self.adopt(texts.get(text as usize)?, embedded), segment))
                };
                Ok(Recalled {
                    found: found.iter().filter_map(adopt).collect(),
                    texts: segments,
                })
            }
            _ => Err(nonsense()),
        }
    }
}
