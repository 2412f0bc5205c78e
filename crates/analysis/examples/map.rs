//! Lays out vectors from a file, for comparison with other implementations:
//! `map VECTORS DIMENSIONS umap|waves|tsne|pca OUT [SEED]`, files of little-endian f32, row-major;
//! `umap` starts on the principal components, `waves` is UMAP from the waves of its graph.

#![allow(clippy::print_stdout, reason = "A command speaks to its user.")]

use std::error::Error;
use std::time::Instant;

use semblance_analysis::*;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [file, dimensions, method, out, rest @ ..] = arguments.as_slice() else {
        return Err("usage: map VECTORS DIMENSIONS umap|waves|tsne|pca OUT [SEED]".into());
    };
    let seed = rest.first().map_or(Ok(42), |seed| seed.parse())?;
    let bytes = std::fs::read(file)?;
    let data = bytes
        .as_chunks::<4>()
        .0
        .iter()
        .map(|&bytes| f32::from_le_bytes(bytes))
        .collect();
    let vectors = Vectors::from_flat(data, dimensions.parse()?)?;

    let start = Instant::now();
    let coordinates = match method.as_str() {
        "pca" => Pca::fit(&vectors, 2).coordinates().to_vec(),
        "umap" | "waves" => {
            let neighbors = NeighborGraph::exact(&vectors, 14, Metric::Cosine)?;
            println!("neighbours: {:?}", start.elapsed());
            run(Umap::new(
                &vectors,
                &neighbors,
                &UmapOptions {
                    seed,
                    start: if method == "waves" {
                        Start::Spectral
                    } else {
                        Start::Pca
                    },
                    ..UmapOptions::default()
                },
            )?)
        }
        "tsne" => {
            let options = TsneOptions {
                seed,
                ..TsneOptions::default()
            };
            let neighbors = NeighborGraph::exact(
                &vectors,
                options.neighbors_of(vectors.len()),
                Metric::Cosine,
            )?;
            println!("neighbours: {:?}", start.elapsed());
            run(Tsne::new(&vectors, &neighbors, &options)?)
        }
        other => return Err(format!("no method {other}").into()),
    };
    println!("{method}: {:?}", start.elapsed());
    std::fs::write(
        out,
        coordinates
            .iter()
            .flat_map(|x| x.to_le_bytes())
            .collect::<Vec<u8>>(),
    )?;
    Ok(())
}

fn run(mut layout: impl Layout) -> Vec<f32> {
    while layout.step(100) {}
    layout.coordinates().to_vec()
}
