//! Stopping a long request.

use std::{cell::Cell, rc::Rc};

/// Stops the request it was given to. Copies stop the same request.
#[derive(Clone, Debug, Default)]
pub struct Cancel(Rc<Cell<bool>>);

impl Cancel {
    /// Not cancelled yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Stops the request as soon as it can; what it has done so far is kept.
    pub fn cancel(&self) {
        self.0.set(true);
    }

    /// Whether [`Self::cancel`] was called.
    pub fn is_cancelled(&self) -> bool {
        self.0.get()
    }
}
