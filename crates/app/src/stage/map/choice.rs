//! What a person can choose about the map.

use semblance_client::{AxisEnds, Method, Metric, Projection};

/// Components of a PCA that can be put on the axes.
pub const COMPONENTS: usize = 10;

/// The ways to make a map.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    /// Principal components.
    #[default]
    Pca,
    /// t-SNE.
    Tsne,
    /// UMAP.
    Umap,
    /// Axes from some texts to others.
    Axes,
}

impl Kind {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Kind; 4] = [Kind::Pca, Kind::Tsne, Kind::Umap, Kind::Axes];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Pca => "PCA",
            Kind::Tsne => "t-SNE",
            Kind::Umap => "UMAP",
            Kind::Axes => "Axes",
        }
    }

    /// What it does, in a sentence.
    pub fn explained(self) -> &'static str {
        match self {
            Kind::Pca => {
                "Principal components: the directions in which the texts differ most, straight and exact. What is far apart here is far apart; what is close may not be."
            }
            Kind::Tsne => {
                "t-SNE: keeps each text among its nearest neighbours. Distances between groups, and their sizes, say little."
            }
            Kind::Umap => {
                "UMAP: keeps neighbourhoods and something of the whole. Distances between groups say little."
            }
            Kind::Axes => {
                "Axes of your own: each from some texts to others, for instance cheap → expensive."
            }
        }
    }

    /// Whether it is found step by step, from neighbours.
    pub fn is_layout(self) -> bool {
        matches!(self, Kind::Tsne | Kind::Umap)
    }
}

/// What the points' colours say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ColorBy {
    /// The group a text is in, wherever groups come from.
    #[default]
    Group,
    /// Tokens of the text.
    Length,
    /// Cosine similarity to the selected text, or to the search.
    Score,
    /// How far the map can be trusted there.
    Trust,
    /// Nothing.
    Nothing,
}

impl ColorBy {
    /// All of them, in the order in which they are offered.
    pub const ALL: [ColorBy; 5] = [
        ColorBy::Group,
        ColorBy::Length,
        ColorBy::Score,
        ColorBy::Trust,
        ColorBy::Nothing,
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            ColorBy::Group => "Group",
            ColorBy::Length => "Length",
            ColorBy::Score => "Score",
            ColorBy::Trust => "Trust",
            ColorBy::Nothing => "Nothing",
        }
    }
}

/// One axis of a person's own: the texts at its ends.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OwnAxis {
    /// Texts that it comes from.
    pub from: Vec<String>,
    /// Texts that it goes to.
    pub to: Vec<String>,
}

impl OwnAxis {
    /// Whether both ends have a text.
    pub fn is_whole(&self) -> bool {
        !self.from.is_empty() && !self.to.is_empty()
    }

    /// For the picture: "cheap → expensive".
    pub fn caption(&self) -> String {
        let end = |texts: &[String]| match texts {
            [] => "…".to_owned(),
            [one] => one.clone(),
            [first, rest @ ..] => format!("{first} + {}", rest.len()),
        };
        format!("{} → {}", end(&self.from), end(&self.to))
    }
}

/// Options of t-SNE.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TsneChoice {
    /// How many neighbours count, softly; what suits the number of texts if none.
    pub perplexity: Option<f32>,
    /// Length of the steps; what suits if none.
    pub learning_rate: Option<f32>,
    /// Factor of the pulls in the beginning.
    pub exaggeration: f32,
    /// Iterations in all.
    pub iterations: u32,
}

impl Default for TsneChoice {
    fn default() -> Self {
        Self {
            perplexity: None,
            learning_rate: None,
            exaggeration: 12.0,
            iterations: 1_000,
        }
    }
}

/// Options of UMAP.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct UmapChoice {
    /// Neighbours that make a neighbourhood; what suits the number of texts if none.
    pub neighbours: Option<u32>,
    /// How near points may come.
    pub min_distance: f32,
    /// Iterations; what suits the number of texts if none.
    pub iterations: Option<u32>,
    /// Whether points start on the waves of their neighbourhoods, or on principal components.
    pub spectral: bool,
}

impl Default for UmapChoice {
    fn default() -> Self {
        Self {
            neighbours: None,
            min_distance: 0.1,
            iterations: None,
            spectral: false,
        }
    }
}

/// All that decides where points lie.
#[derive(Clone, Debug, PartialEq)]
pub struct Layout {
    /// How places are found.
    pub kind: Kind,
    /// Whether the map has depth.
    pub deep: bool,
    /// What "near" means.
    pub metric: Metric,
    /// Whether the mean is taken off first.
    pub centred: bool,
    /// Seed of t-SNE and UMAP.
    pub seed: u64,
    /// Which components of the PCA are across, up and deep.
    pub components: [usize; 3],
    /// Options of t-SNE.
    pub tsne: TsneChoice,
    /// Options of UMAP.
    pub umap: UmapChoice,
    /// The axes across, up and deep.
    pub axes: [OwnAxis; 3],
}

/// Axes to begin with: they say something about most texts.
fn axis(from: &str, to: &str) -> OwnAxis {
    OwnAxis {
        from: vec![from.into()],
        to: vec![to.into()],
    }
}

impl Default for Layout {
    fn default() -> Self {
        Self {
            kind: Kind::Pca,
            deep: false,
            metric: Metric::Cosine,
            centred: false,
            seed: 42,
            components: [0, 1, 2],
            tsne: TsneChoice::default(),
            umap: UmapChoice::default(),
            axes: [
                axis("bad", "good"),
                axis("everyday life", "science"),
                OwnAxis::default(),
            ],
        }
    }
}

impl Layout {
    /// Dimensions of the map: 2 or 3.
    pub fn dimensions(&self) -> usize {
        if self.deep { 3 } else { 2 }
    }

    /// What to ask the engine for, as far as that is known without the vectors of the axes' ends.
    /// Two layouts with the same request differ in what is drawn of the answer at most.
    pub fn request(&self, axes: Vec<AxisEnds>) -> Projection {
        let method = match self.kind {
            Kind::Pca => Method::Pca {
                components: COMPONENTS as u32,
            },
            Kind::Tsne => Method::Tsne {
                perplexity: self.tsne.perplexity,
                learning_rate: self.tsne.learning_rate,
                exaggeration: self.tsne.exaggeration,
                iterations: self.tsne.iterations,
                seed: self.seed,
            },
            Kind::Umap => Method::Umap {
                neighbours: self.umap.neighbours,
                min_distance: self.umap.min_distance,
                iterations: self.umap.iterations,
                spectral: self.umap.spectral,
                seed: self.seed,
            },
            Kind::Axes => Method::Axes(axes),
        };
        // What does not matter for a method is not asked for, so that changing it asks for nothing.
        let layout = self.kind.is_layout();
        let flat = self.kind == Kind::Pca;
        Projection {
            method,
            dimensions: if flat { 3 } else { self.dimensions() as u32 },
            metric: self.metric,
            centred: layout && self.centred,
        }
    }

    /// Which of the map's coordinates are across, up and deep, when points have `count` of them.
    pub fn shown(&self, count: usize) -> Vec<usize> {
        let wanted = self.dimensions();
        match self.kind {
            Kind::Pca => (self.components.iter().copied().take(wanted))
                .map(|component| component.min(count.saturating_sub(1)))
                .collect(),
            _ => (0..wanted.min(count)).collect(),
        }
    }

    /// The axes that have both ends, as many as the map has dimensions at most.
    pub fn whole_axes(&self) -> Vec<&OwnAxis> {
        let wanted = self.axes.iter().take(self.dimensions());
        wanted.filter(|axis| axis.is_whole()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_method_does_not_use_asks_for_nothing_new() {
        let pca = Layout::default();
        let other = Layout {
            centred: true,
            deep: true,
            seed: 1,
            components: [3, 1, 0],
            ..Layout::default()
        };
        assert_eq!(pca.request(vec![]), other.request(vec![]));
        let umap = |layout: Layout| {
            Layout {
                kind: Kind::Umap,
                ..layout
            }
            .request(vec![])
        };
        assert_ne!(umap(pca), umap(other));
    }

    #[test]
    fn components_that_are_not_there_show_the_last_one() {
        let layout = Layout {
            components: [7, 0, 2],
            ..Layout::default()
        };
        assert_eq!(layout.shown(10), [7, 0]);
        assert_eq!(layout.shown(2), [1, 0]);
    }

    #[test]
    fn axes_are_named_by_their_ends() {
        let axis = OwnAxis {
            from: vec!["cheap".into()],
            to: vec!["expensive".into(), "dear".into()],
        };
        assert_eq!(axis.caption(), "cheap → expensive + 1");
        assert!(axis.is_whole() && !OwnAxis::default().is_whole());
    }
}
