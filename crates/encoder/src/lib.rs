//! The sentence-embedding model: files in, vectors out.
