//! What runs and what is kept: the engine, its requests, storage, the clock, the look of the page.

pub mod asking;
pub mod elsewhere;
pub mod engine;
pub mod keep;
pub mod look;
pub mod samples;
pub mod save;
pub mod storage;
pub mod timing;
