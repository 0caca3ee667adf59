//! Mel filterbank and discrete cosine transform.

/// Slaney's mel filterbank: triangles of equal area, linear below 1 kHz, logarithmic above
/// (Auditory Toolbox, 1998; librosa's default).
pub struct MelFilterbank {
    filters: Vec<Filter>,
}

struct Filter {
    first_bin: usize,
    weights: Vec<f32>,
}

impl MelFilterbank {
    /// `n_mels` bands from 0 Hz to half of `sample_rate`, for spectra `[n_fft / 2 + 1]`.
    #[must_use]
    pub fn new(sample_rate: u32, n_fft: usize, n_mels: usize) -> Self {
        let nyquist = f64::from(sample_rate) / 2.0;
        let edge_hz = |i: usize| mel_to_hz(hz_to_mel(nyquist) * i as f64 / (n_mels + 1) as f64);
        let bin_hz = f64::from(sample_rate) / n_fft as f64;
        let filters = (0..n_mels)
            .map(|mel| {
                let (low, mid, high) = (edge_hz(mel), edge_hz(mel + 1), edge_hz(mel + 2));
                let weight = |bin: usize| {
                    let hz = bin as f64 * bin_hz;
                    let slope = ((hz - low) / (mid - low)).min((high - hz) / (high - mid));
                    (slope.max(0.0) * 2.0 / (high - low)) as f32
                };
                let first_bin = (low / bin_hz).ceil() as usize;
                let end = ((high / bin_hz).floor() as usize + 1).min(n_fft / 2 + 1);
                Filter { first_bin, weights: (first_bin..end).map(weight).collect() }
            })
            .collect();
        Self { filters }
    }

    /// Sums `spectrum` `[n_fft / 2 + 1]` into `bands` `[n_mels]`.
    pub fn apply(&self, spectrum: &[f32], bands: &mut [f32]) {
        for (band, filter) in bands.iter_mut().zip(&self.filters) {
            let bins = &spectrum[filter.first_bin..][..filter.weights.len()];
            *band = bins.iter().zip(&filter.weights).map(|(x, w)| x * w).sum();
        }
    }
}

/// Slaney's scale: 200/3 Hz a mel up to 1 kHz (mel 15), then 27 mels for a factor of 6.4.
fn hz_to_mel(hz: f64) -> f64 {
    if hz < 1000.0 { 3.0 * hz / 200.0 } else { 15.0 + 27.0 * (hz / 1000.0).ln() / 6.4f64.ln() }
}

fn mel_to_hz(mel: f64) -> f64 {
    if mel < 15.0 { 200.0 * mel / 3.0 } else { 1000.0 * ((mel - 15.0) / 27.0 * 6.4f64.ln()).exp() }
}

/// The first coefficients of the orthonormal discrete cosine transform of type II.
pub struct Dct {
    /// `[n_out × n_in]`.
    basis: Vec<f32>,
    n_in: usize,
}

impl Dct {
    /// From `n_in` values to `n_out` coefficients.
    #[must_use]
    pub fn new(n_in: usize, n_out: usize) -> Self {
        let basis = (0..n_out)
            .flat_map(|k| {
                let scale = if k == 0 { 1.0 } else { 2.0f64 } / n_in as f64;
                (0..n_in).map(move |i| {
                    let phase = std::f64::consts::PI * k as f64 * (i as f64 + 0.5) / n_in as f64;
                    (scale.sqrt() * phase.cos()) as f32
                })
            })
            .collect();
        Self { basis, n_in }
    }

    /// Transforms `input` `[n_in]` into `output` `[n_out]`. O(n_in · n_out).
    pub fn apply(&self, input: &[f32], output: &mut [f32]) {
        for (y, row) in output.iter_mut().zip(self.basis.chunks_exact(self.n_in)) {
            *y = row.iter().zip(input).map(|(b, x)| b * x).sum();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mel_scale_is_slaneys() {
        // The scale: 15 mels to 1 kHz, 27 more to 6.4 kHz.
        for (hz, mel) in [(60.0, 0.9), (440.0, 6.6), (1000.0, 15.0), (6400.0, 42.0)] {
            assert!((hz_to_mel(hz) - mel).abs() < 1e-6, "{hz} Hz is {}", hz_to_mel(hz));
            assert!((mel_to_hz(mel) - hz).abs() < 1e-4);
        }
    }

    #[test]
    fn wide_bands_have_unit_area() {
        let bank = MelFilterbank::new(22_050, 2048, 40);
        let mut bands = [0.0; 40];
        bank.apply(&[1.0; 1025], &mut bands);
        // Σ weight · (Hz/bin) ≈ ∫ weight dHz = 1
        let area = bands[39] * 22_050.0 / 2048.0;
        assert!((area - 1.0).abs() < 0.01, "{area}");
    }

    #[test]
    fn the_cosine_transform_is_orthonormal() {
        let dct = Dct::new(8, 8);
        for i in 0..8 {
            for j in 0..8 {
                let dot: f32 = (0..8).map(|n| dct.basis[i * 8 + n] * dct.basis[j * 8 + n]).sum();
                assert!((dot - f32::from(u8::from(i == j))).abs() < 1e-6);
            }
        }
    }
}
