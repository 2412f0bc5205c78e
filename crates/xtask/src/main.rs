//! The commands of the project: serve, test, dist, model, bench, setup.

fn main() {}
