//! A dense row-major matrix of `f32`.

/// `[n_rows × n_cols]` values, row after row. Rows are usually frames.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Matrix {
    data: Vec<f32>,
    n_cols: usize,
}

impl Matrix {
    /// An empty matrix (no rows) with `n_cols` columns.
    #[must_use]
    pub const fn with_cols(n_cols: usize) -> Self {
        Self { data: Vec::new(), n_cols }
    }

    /// `n_rows × n_cols` zeros.
    #[must_use]
    pub fn zeros(n_rows: usize, n_cols: usize) -> Self {
        Self { data: vec![0.0; n_rows * n_cols], n_cols }
    }

    /// Number of rows; 0 for a matrix without columns.
    #[must_use]
    pub const fn n_rows(&self) -> usize {
        match self.data.len().checked_div(self.n_cols) {
            Some(n_rows) => n_rows,
            None => 0,
        }
    }

    /// Number of columns.
    #[must_use]
    pub const fn n_cols(&self) -> usize {
        self.n_cols
    }

    /// Whether there is no row.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.data.is_empty()
    }

    /// Row `row_idx`, `[n_cols]`.
    ///
    /// # Panics
    /// If there is no such row.
    #[must_use]
    pub fn row(&self, row_idx: usize) -> &[f32] {
        &self.data[row_idx * self.n_cols..][..self.n_cols]
    }

    /// Row `row_idx`, `[n_cols]`, for writing.
    ///
    /// # Panics
    /// If there is no such row.
    pub fn row_mut(&mut self, row_idx: usize) -> &mut [f32] {
        &mut self.data[row_idx * self.n_cols..][..self.n_cols]
    }

    /// Appends a row.
    ///
    /// # Panics
    /// If `row` has another length than the matrix has columns.
    pub fn push_row(&mut self, row: &[f32]) {
        assert_eq!(row.len(), self.n_cols, "a row has as many values as the matrix has columns");
        // By a quarter at a time: hours fit in memory, and what is reserved is not all used.
        if self.data.capacity() - self.data.len() < row.len() {
            self.data.reserve_exact((self.data.len() / 4).max(64 * row.len()));
        }
        self.data.extend_from_slice(row);
    }

    /// All rows in order.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = &[f32]> + Clone {
        self.data.chunks_exact(self.n_cols.max(1))
    }

    /// All values, row after row.
    #[must_use]
    pub fn as_slice(&self) -> &[f32] {
        &self.data
    }

    /// Column `col_idx`, copied, `[n_rows]`.
    #[must_use]
    pub fn col(&self, col_idx: usize) -> Vec<f32> {
        self.rows().map(|row| row[col_idx]).collect()
    }

    /// Mean over rows `rows` (clipped to those there are), `[n_cols]`; zeros when none is left.
    #[must_use]
    pub fn mean_of_rows(&self, rows: std::ops::Range<usize>) -> Vec<f32> {
        let end = rows.end.min(self.n_rows());
        let start = rows.start.min(end);
        let mut sum = vec![0.0f64; self.n_cols];
        for row_idx in start..end {
            for (s, &x) in sum.iter_mut().zip(self.row(row_idx)) {
                *s += f64::from(x);
            }
        }
        let n = (end - start).max(1) as f64;
        sum.into_iter().map(|s| (s / n) as f32).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_and_columns_keep_their_places() {
        let mut m = Matrix::with_cols(2);
        m.push_row(&[1.0, 2.0]);
        m.push_row(&[3.0, 4.0]);
        assert_eq!((m.n_rows(), m.n_cols()), (2, 2));
        assert_eq!(m.col(1), [2.0, 4.0]);
        assert_eq!(m.mean_of_rows(0..9), [2.0, 3.0]);
        assert_eq!(m.mean_of_rows(5..9), [0.0, 0.0]);
    }
}
