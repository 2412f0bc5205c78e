//! The page: Yew components over the document and the workers.

fn main() {}
