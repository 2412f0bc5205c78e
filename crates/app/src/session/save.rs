//! What is saved and kept is made from this.

use crate::session::engine::Driver;
use crate::stage::map::{GroupingStore, MapStore};
use crate::state::Store;
use semblance_client::Importer;
use std::rc::Rc;

/// The workspace, as it is when somebody asks for it.
#[derive(Clone)]
pub struct Saving {
    pub store: Store,
    pub map: MapStore,
    pub grouping: GroupingStore,
    pub driver: Rc<Driver>,
    pub importer: Rc<Importer>,
}
