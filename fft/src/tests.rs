use super::*;

fn noise(n: usize) -> Vec<f32> {
    let mut state = n as u32 + 1;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / (1u32 << 23) as f32 - 1.0
    };
    (0..n).map(|_| next()).collect()
}

/// Bin `k` by definition.
fn naive(xs: &[f32], k: usize) -> (f64, f64) {
    xs.iter().enumerate().fold((0.0, 0.0), |(re, im), (i, &x)| {
        let angle = -TAU * (i * k % xs.len()) as f64 / xs.len() as f64;
        (re + f64::from(x) * angle.cos(), im + f64::from(x) * angle.sin())
    })
}

fn sizes() -> impl Iterator<Item = usize> {
    (2..=130).step_by(2).chain([882, 1_024, 1_176, 2_048, 2_560, 2 * 67, 2 * 1_009, 8_192])
}

#[test]
fn agrees_with_the_definition_at_every_kind_of_size() {
    for n in sizes() {
        let xs = noise(n);
        let mut fft = RealFft::new(n);
        let mut spectrum = fft.spectrum();
        fft.forward(&xs, &mut spectrum);
        assert_eq!(spectrum.re.len(), n / 2 + 1);
        let tolerance = 2e-6 * (n as f64).sqrt() * (n as f64).log2().max(1.0);
        for k in (0..=n / 2).step_by((n / 100).max(1)) {
            let (re, im) = naive(&xs, k);
            let (found_re, found_im) = (f64::from(spectrum.re[k]), f64::from(spectrum.im[k]));
            assert!(
                (found_re - re).hypot(found_im - im) < tolerance,
                "{n} {k}: {found_re} {found_im} {re} {im}"
            );
        }
    }
}

#[test]
fn the_inverse_gives_back_what_was_there() {
    for n in sizes() {
        let xs = noise(n);
        let mut fft = RealFft::new(n);
        let (mut spectrum, mut back) = (fft.spectrum(), vec![0.0; n]);
        fft.forward(&xs, &mut spectrum);
        fft.inverse(&spectrum, &mut back);
        for (i, (x, y)) in xs.iter().zip(&back).enumerate() {
            assert!((x - y / n as f32).abs() < 5e-6, "{n}, value {i}: {x} {}", y / n as f32);
        }
    }
}
