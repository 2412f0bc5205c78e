//! Similarity, nearest neighbours and projections of embeddings.
