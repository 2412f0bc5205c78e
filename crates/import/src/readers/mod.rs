//! One file or folder for each format. Nothing here is used but by the registry.

pub mod delimited;
pub mod html;
pub mod json;
pub mod json_lines;
pub mod markdown;
pub mod npy;
pub mod ods;
pub mod plain;
pub mod xlsx;
