//! Laplacian structural decomposition (McFee & Ellis 2014), for comparison.
//!
//! Bars are the nodes of a graph that joins each to its neighbours in time and to the bars most like it. The
//! eigenvectors of the graph's Laplacian to its smallest eigenvalues, clustered by k-means, tell sections:
//! where the cluster changes, one starts.

use nalgebra::{DMatrix, SymmetricEigen};
use sectionist_core::structure::training::Seen;

/// Bars nearer than this are not joined for being alike.
const MIN_LAG: usize = 3;
/// Bars before and after over which likeness is smoothed along the diagonals.
const REACH: usize = 2;
const MAX_ITERATIONS: usize = 50;

/// The bars at which sections start, from 0, by number of clusters.
pub(super) fn starts(seen: &Seen, n_clusters: &[usize]) -> Vec<Vec<usize>> {
    let n = seen.edges().len() - 1;
    let most = n_clusters.iter().copied().max().unwrap_or(1).min(n);
    let vectors = smallest_eigenvectors(&graph(n, |i, j| f64::from(seen.alike(i, j))), most);
    n_clusters
        .iter()
        .map(|&k| {
            let points: Vec<Vec<f64>> = vectors.iter().map(|row| normalised(&row[..k.min(most)])).collect();
            let clusters = k_means(&points, k.min(n));
            (0..n).filter(|&bar| bar == 0 || clusters[bar] != clusters[bar - 1]).collect()
        })
        .collect()
}

/// Weights of the edges: bars in a row, and bars that are among each other's most alike, in balance.
fn graph(n: usize, alike: impl Fn(usize, usize) -> f64) -> DMatrix<f64> {
    let along = |i: usize, j: usize| {
        let reach = REACH.min(i.min(j)).min(n - 1 - i.max(j));
        let sum: f64 = (0..=2 * reach).map(|step| alike(i + step - reach, j + step - reach)).sum();
        sum / (2 * reach + 1) as f64
    };
    let n_near = 1 + 2 * (n as f64).log2().ceil() as usize;
    let near: Vec<Vec<usize>> = (0..n)
        .map(|i| {
            let mut others: Vec<(f64, usize)> =
                (0..n).filter(|j| i.abs_diff(*j) >= MIN_LAG).map(|j| (along(i, j), j)).collect();
            others.sort_by(|a, b| b.0.total_cmp(&a.0));
            others.into_iter().take(n_near).map(|(_, j)| j).collect()
        })
        .collect();
    let recurrence =
        DMatrix::from_fn(
            n,
            n,
            |i, j| {
                if near[i].contains(&j) && near[j].contains(&i) { along(i, j) } else { 0.0 }
            },
        );
    let path = DMatrix::from_fn(n, n, |i, j| if i.abs_diff(j) == 1 { alike(i, j).max(1e-3) } else { 0.0 });
    // McFee & Ellis (2014), equation 7.
    let (of_recurrence, of_path) = (recurrence.column_sum(), path.column_sum());
    let both = &of_recurrence + &of_path;
    let balance = of_path.dot(&both) / both.norm_squared().max(1e-12);
    recurrence * balance + path * (1.0 - balance)
}

/// Rows of the eigenvectors to the `n_vectors` smallest eigenvalues of the normalised Laplacian.
fn smallest_eigenvectors(weights: &DMatrix<f64>, n_vectors: usize) -> Vec<Vec<f64>> {
    let n = weights.nrows();
    let scale = weights.column_sum().map(|degree| 1.0 / degree.max(1e-12).sqrt());
    let laplacian =
        DMatrix::from_fn(n, n, |i, j| f64::from(u8::from(i == j)) - scale[i] * weights[(i, j)] * scale[j]);
    let SymmetricEigen { eigenvectors, eigenvalues } = SymmetricEigen::new(laplacian);
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|&a, &b| eigenvalues[a].total_cmp(&eigenvalues[b]));
    (0..n).map(|row| order.iter().take(n_vectors).map(|&col| eigenvectors[(row, col)]).collect()).collect()
}

fn normalised(row: &[f64]) -> Vec<f64> {
    let norm = row.iter().map(|x| x * x).sum::<f64>().sqrt().max(1e-12);
    row.iter().map(|x| x / norm).collect()
}

fn distance(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum()
}

/// The cluster of each point, by Lloyd's algorithm from points that are far from each other.
fn k_means(points: &[Vec<f64>], k: usize) -> Vec<usize> {
    let mut centres: Vec<Vec<f64>> = points.first().cloned().into_iter().collect();
    let nearest = |centres: &[Vec<f64>], point: &[f64]| {
        let distances = centres.iter().map(|centre| distance(centre, point)).enumerate();
        distances.min_by(|a, b| a.1.total_cmp(&b.1)).unwrap_or((0, 0.0))
    };
    while centres.len() < k {
        let far = points.iter().max_by(|a, b| nearest(&centres, a).1.total_cmp(&nearest(&centres, b).1));
        centres.extend(far.cloned());
    }
    let mut clusters = Vec::new();
    for _ in 0..MAX_ITERATIONS {
        let now: Vec<usize> = points.iter().map(|point| nearest(&centres, point).0).collect();
        if now == clusters {
            break;
        }
        clusters = now;
        for (idx, centre) in centres.iter_mut().enumerate() {
            let own: Vec<&Vec<f64>> =
                points.iter().zip(&clusters).filter(|(_, of)| **of == idx).map(|(point, _)| point).collect();
            if !own.is_empty() {
                let mean = |i: usize| own.iter().map(|point| point[i]).sum::<f64>() / own.len() as f64;
                *centre = (0..centre.len()).map(mean).collect();
            }
        }
    }
    clusters
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_returns_is_one_cluster() {
        // A B A, eight bars each.
        let kind = |bar: usize| bar / 8 % 2;
        let weights = graph(24, |i, j| if kind(i) == kind(j) { 1.0 } else { 0.05 });
        let vectors = smallest_eigenvectors(&weights, 2);
        let points: Vec<Vec<f64>> = vectors.iter().map(|row| normalised(row)).collect();
        let clusters = k_means(&points, 2);
        assert_eq!(clusters[2], clusters[20]);
        assert_ne!(clusters[2], clusters[12]);
        let starts: Vec<usize> = (1..24).filter(|&bar| clusters[bar] != clusters[bar - 1]).collect();
        assert_eq!(starts, [8, 16]);
    }
}
