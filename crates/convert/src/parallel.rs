//! Work shared out among the threads of the machine, so that the result does not depend on their
//! number.

/// Calls `work` on parts of `out`, rows of `width` values, each with the number of its first row.
///
/// What `work` makes of a row must not depend on the other rows of its part.
pub(crate) fn by_rows<T: Send>(out: &mut [T], width: usize, work: impl Fn(usize, &mut [T]) + Sync) {
    let rows = out.len() / width.max(1);
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let part = rows.div_ceil(threads).max(1);
    std::thread::scope(|scope| {
        for (index, out) in out.chunks_mut(part * width.max(1)).enumerate() {
            let work = &work;
            scope.spawn(move || work(index * part, out));
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_worked_on_once() {
        for (rows, width) in [(0, 3), (1, 3), (2, 1), (7, 2), (100, 5)] {
            let mut out = vec![0; rows * width];
            by_rows(&mut out, width, |first, out| {
                for (i, row) in out.chunks_exact_mut(width).enumerate() {
                    row.iter_mut().for_each(|x| *x += first + i + 1);
                }
            });
            let expected = (0..rows).flat_map(|row| vec![row + 1; width]);
            assert_eq!(out, expected.collect::<Vec<_>>());
        }
    }
}
