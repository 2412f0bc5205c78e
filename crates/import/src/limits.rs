//! How much is taken in: files come from anywhere, and one that lies must not take the page down.

/// Columns of a table: what spreadsheets allow.
pub const MAX_COLUMNS: usize = 16_384;

/// Bytes of a file that are looked at to tell its format, its delimiter or its encoding.
pub const SAMPLE: usize = 64 << 10;

/// Records of a table that are looked at to tell its delimiter and whether it has a header.
pub const SAMPLE_ROWS: usize = 200;

/// Cells that may be filled in where rows are too short, before it counts as an attack.
const FREE_FILLING: usize = 4 << 20;

/// Whether a table that has `cells` of its own may have `filled` more that it left out. Without a
/// bound, one long row makes each short one cost as much.
pub fn may_fill(filled: usize, cells: usize) -> bool {
    filled <= cells.saturating_mul(4).saturating_add(FREE_FILLING)
}
