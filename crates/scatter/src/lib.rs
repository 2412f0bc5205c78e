//! Draws points: camera, picking, labels.
