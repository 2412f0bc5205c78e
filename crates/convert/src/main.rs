//! Makes the weights that ship from the original ones.

fn main() {}
