//! The document: texts, selection, view settings, undo.
