//! Fourier transforms of any size: the same sums on every machine, in lanes that compilers vectorise.
//!
//! Real and imaginary parts lie apart, so that neighbours in memory undergo the same operations. Sizes are divided into
//! factors, four before others, and passed over in Stockham's order (Van Loan 1992, section 1.7), which sorts as it
//! goes; sizes with a large prime factor become a convolution (Bluestein 1970).

use std::f64::consts::TAU;

/// Values that undergo an operation at once.
const LANES: usize = 4;
type Lanes = [f32; LANES];

/// Largest prime factor whose sums are made one by one.
const MAX_RADIX: usize = 61;

/// Complex values, real and imaginary parts apart.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Split {
    /// Real parts.
    pub re: Vec<f32>,
    /// Imaginary parts, as many.
    pub im: Vec<f32>,
}

impl Split {
    /// `n` zeros.
    #[must_use]
    pub fn zeros(n: usize) -> Self {
        Self { re: vec![0.0; n], im: vec![0.0; n] }
    }

    /// `exp(i · angle)` of each angle.
    fn rotations(angles: impl Iterator<Item = f64>) -> Self {
        let (re, im) = angles.map(|angle| (angle.cos() as f32, angle.sin() as f32)).unzip();
        Self { re, im }
    }

    fn swap(&mut self) {
        std::mem::swap(&mut self.re, &mut self.im);
    }
}

/// The forward transform of real values, and its inverse.
pub struct RealFft {
    /// Even and odd values as real and imaginary parts, half as many.
    half: Fft,
    data: Split,
    /// `data` backwards.
    mirror: Split,
    /// exp(−πi·k / half), `[half + 1]`.
    twiddles: Split,
}

impl RealFft {
    /// Plans transforms of `n` values, even and above 0.
    #[must_use]
    pub fn new(n: usize) -> Self {
        let half = (n / 2).max(1);
        Self {
            half: Fft::new(half),
            data: Split::zeros(half),
            mirror: Split::zeros(half + 1),
            twiddles: Split::rotations((0..=half).map(|k| -0.5 * TAU * k as f64 / half as f64)),
        }
    }

    /// Zeros for the result of [`RealFft::forward`].
    #[must_use]
    pub fn spectrum(&self) -> Split {
        Split::zeros(self.data.re.len() + 1)
    }

    /// `xs`, `[n]`, to `spectrum`, `[n / 2 + 1]`. O(n · log n).
    ///
    /// # Panics
    /// If `spectrum` is shorter.
    pub fn forward(&mut self, xs: &[f32], spectrum: &mut Split) {
        let Self { half, data, mirror, twiddles } = self;
        let n = data.re.len();
        for ((even, odd), pair) in data.re.iter_mut().zip(&mut data.im).zip(xs.as_chunks::<2>().0) {
            [*even, *odd] = *pair;
        }
        half.forward(data);
        // The spectra of both parts: what is even and what is odd about the middle.
        mirror_of(&data.re, &mut mirror.re);
        mirror_of(&data.im, &mut mirror.im);
        let (zr, zi) = (&data.re[..n], &data.im[..n]);
        let (mr, mi) = (&mirror.re[..n], &mirror.im[..n]);
        let (wr, wi) = (&twiddles.re[..n], &twiddles.im[..n]);
        let (xr, xi) = (&mut spectrum.re[..=n], &mut spectrum.im[..=n]);
        for k in 0..n {
            let (er, ei) = (0.5 * (zr[k] + mr[k]), 0.5 * (zi[k] - mi[k]));
            let (or, oi) = (0.5 * (zi[k] + mi[k]), 0.5 * (mr[k] - zr[k]));
            xr[k] = er + (wr[k] * or - wi[k] * oi);
            xi[k] = ei + (wr[k] * oi + wi[k] * or);
        }
        (xr[n], xi[n]) = (zr[0] - zi[0], 0.0);
    }

    /// `spectrum`, `[n / 2 + 1]`, to `xs`, `[n]`, times n. The imaginary parts of the first and the last value count as 0.
    ///
    /// # Panics
    /// If `spectrum` is shorter.
    pub fn inverse(&mut self, spectrum: &Split, xs: &mut [f32]) {
        let Self { half, data, twiddles, .. } = self;
        let n = data.re.len();
        let (xr, xi) = (&spectrum.re[..=n], &spectrum.im[..=n]);
        for k in 0..n {
            let (i, j) = if k == 0 { (0.0, 0.0) } else { (xi[k], xi[n - k]) };
            let (er, ei) = (xr[k] + xr[n - k], i - j);
            let (dr, di) = (xr[k] - xr[n - k], i + j);
            let (wr, wi) = (twiddles.re[k], twiddles.im[k]);
            let (or, oi) = (wr * dr + wi * di, wr * di - wi * dr);
            data.re[k] = er - oi;
            data.im[k] = ei + or;
        }
        data.swap();
        half.forward(data);
        data.swap();
        for ((even, odd), pair) in data.re.iter().zip(&data.im).zip(xs.as_chunks_mut::<2>().0) {
            *pair = [*even, *odd];
        }
    }
}

/// `xs`, whose value after the last is the first, backwards from there.
fn mirror_of(xs: &[f32], mirror: &mut [f32]) {
    mirror[0] = xs[0];
    for (to, from) in mirror[1..].iter_mut().zip(xs.iter().rev()) {
        *to = *from;
    }
}

/// The forward transform of complex values.
struct Fft {
    passes: Vec<Pass>,
    other: Split,
    /// For sizes with a large prime factor.
    chirp: Option<Box<Chirp>>,
}

/// One factor of the size: sums over `radix` values that lie `m · s` apart, for `s` transforms side by side.
struct Pass {
    radix: usize,
    m: usize,
    s: usize,
    /// exp(−2πi·p·j / (radix · m)), `[j − 1][p]`.
    twiddles: Vec<Split>,
    /// exp(−2πi·k / radix), `[radix]`.
    roots: Split,
}

impl Fft {
    fn new(n: usize) -> Self {
        let radices = factors(n);
        let is_awkward = radices.iter().any(|&radix| radix > MAX_RADIX);
        let (mut rest, mut s) = (n, 1);
        let mut passes = Vec::new();
        for radix in radices.into_iter().filter(|_| !is_awkward) {
            rest /= radix;
            passes.push(Pass::new(radix, rest, s));
            s *= radix;
        }
        let chirp = is_awkward.then(|| Box::new(Chirp::new(n)));
        Self { passes, other: Split::zeros(n), chirp }
    }

    fn forward(&mut self, data: &mut Split) {
        if let Some(chirp) = &mut self.chirp {
            chirp.forward(data);
        }
        for pass in &self.passes {
            pass.run(data, &mut self.other);
            std::mem::swap(data, &mut self.other);
        }
    }
}

/// The factors of `n`: fours as long as there are any, then primes.
fn factors(mut n: usize) -> Vec<usize> {
    let mut factors = Vec::new();
    let mut radix = 4;
    while n > 1 {
        if n.is_multiple_of(radix) {
            factors.push(radix);
            n /= radix;
        } else {
            radix = match radix {
                4 => 2,
                2 => 3,
                radix if radix * radix > n => n,
                radix => radix + 2,
            };
        }
    }
    factors
}

impl Pass {
    fn new(radix: usize, m: usize, s: usize) -> Self {
        let angle = |turns: usize, of: usize| -TAU * (turns % of) as f64 / of as f64;
        Self {
            radix,
            m,
            s,
            twiddles: (1..radix).map(|j| Split::rotations((0..m).map(|p| angle(p * j, radix * m)))).collect(),
            roots: Split::rotations((0..radix).map(|k| angle(k, radix))),
        }
    }

    fn run(&self, from: &Split, to: &mut Split) {
        match (self.radix, self.twiddles.as_slice()) {
            (4, [w1, w2, w3]) if self.s == 1 => first_fours(self.m, [w1, w2, w3], from, to),
            (4, [w1, w2, w3]) if self.s.is_multiple_of(LANES) => self.fours([w1, w2, w3], from, to),
            (2, _) if self.m == 1 => last_twos(from, to),
            _ if self.s.is_multiple_of(LANES) => self.any::<LANES>(from, to),
            _ => self.any::<1>(from, to),
        }
    }

    /// A pass of radix four over lanes.
    fn fours(&self, w: [&Split; 3], from: &Split, to: &mut Split) {
        let s = self.s / LANES;
        let x = Quarters::of(&from.re, &from.im);
        let (yr, yi) = (to.re.as_chunks_mut::<LANES>().0, to.im.as_chunks_mut::<LANES>().0);
        if s == 1 {
            return x.transform_each(w, yr.as_chunks_mut().0, yi.as_chunks_mut().0);
        }
        let outputs = yr.chunks_exact_mut(4 * s).zip(yi.chunks_exact_mut(4 * s));
        for (p, (yr, yi)) in outputs.enumerate() {
            let w = w.map(|w| (w.re[p], w.im[p]));
            x.part(p * s, s).transform(w, yr, yi);
        }
    }

    /// A pass of any radix, `N` transforms side by side.
    fn any<const N: usize>(&self, from: &Split, to: &mut Split) {
        let Self { radix, m, s, .. } = *self;
        let s = s / N;
        let (xr, xi) = (from.re.as_chunks::<N>().0, from.im.as_chunks::<N>().0);
        let (yr, yi) = (to.re.as_chunks_mut::<N>().0, to.im.as_chunks_mut::<N>().0);
        for p in 0..m {
            for j in 0..radix {
                let w = if j == 0 {
                    (1.0, 0.0)
                } else {
                    (self.twiddles[j - 1].re[p], self.twiddles[j - 1].im[p])
                };
                for q in 0..s {
                    let mut sum = ([0.0; N], [0.0; N]);
                    for k in 0..radix {
                        let root = j * k % radix;
                        let at = q + s * (p + m * k);
                        let term = turned((xr[at], xi[at]), (self.roots.re[root], self.roots.im[root]));
                        sum = (add(sum.0, term.0), add(sum.1, term.1));
                    }
                    let at = q + s * (radix * p + j);
                    (yr[at], yi[at]) = turned(sum, w);
                }
            }
        }
    }
}

/// The four quarters of complex values, in lanes.
#[derive(Clone, Copy)]
struct Quarters<'a> {
    re: [&'a [Lanes]; 4],
    im: [&'a [Lanes]; 4],
}

impl<'a> Quarters<'a> {
    fn of(re: &'a [f32], im: &'a [f32]) -> Self {
        fn quarters(xs: &[f32]) -> [&[Lanes]; 4] {
            let (first, second) = xs.split_at(xs.len() / 2);
            let ((a, b), (c, d)) = (first.split_at(first.len() / 2), second.split_at(second.len() / 2));
            [a.as_chunks().0, b.as_chunks().0, c.as_chunks().0, d.as_chunks().0]
        }
        Self { re: quarters(re), im: quarters(im) }
    }

    /// `n` lanes of each quarter.
    #[inline(always)]
    fn part(&self, start: usize, n: usize) -> Self {
        let of = |xs: [&'a [Lanes]; 4]| {
            let [a, b, c, d] = xs;
            [&a[start..start + n], &b[start..start + n], &c[start..start + n], &d[start..start + n]]
        };
        Self { re: of(self.re), im: of(self.im) }
    }

    /// Transforms of four values, one of each quarter; all but the first of the results turned. To the quarters of
    /// `yr` and `yi`.
    #[inline(always)]
    fn transform(&self, w: [(f32, f32); 3], yr: &mut [Lanes], yi: &mut [Lanes]) {
        let n = self.re[0].len();
        let ([r0, r1, r2, r3], [i0, i1, i2, i3]) = (self.re, self.im);
        let (r1, r2, r3) = (&r1[..n], &r2[..n], &r3[..n]);
        let (i0, i1, i2, i3) = (&i0[..n], &i1[..n], &i2[..n], &i3[..n]);
        let ((yr0, yr1, yr2, yr3), (yi0, yi1, yi2, yi3)) = (split_in_four(yr, n), split_in_four(yi, n));
        for q in 0..n {
            let x = [(r0[q], i0[q]), (r1[q], i1[q]), (r2[q], i2[q]), (r3[q], i3[q])];
            let y = four(x);
            (yr0[q], yi0[q]) = y[0];
            (yr1[q], yi1[q]) = turned(y[1], w[0]);
            (yr2[q], yi2[q]) = turned(y[2], w[1]);
            (yr3[q], yi3[q]) = turned(y[3], w[2]);
        }
    }
}

impl Quarters<'_> {
    /// The same with factors of their own for each of the lanes, side by side.
    fn transform_each(&self, [w1, w2, w3]: [&Split; 3], yr: &mut [[Lanes; 4]], yi: &mut [[Lanes; 4]]) {
        let n = yr.len();
        let ([r0, r1, r2, r3], [i0, i1, i2, i3]) = (self.re.map(|xs| &xs[..n]), self.im.map(|xs| &xs[..n]));
        let (w1r, w1i, w2r) = (&w1.re[..n], &w1.im[..n], &w2.re[..n]);
        let (w2i, w3r, w3i) = (&w2.im[..n], &w3.re[..n], &w3.im[..n]);
        let yi = &mut yi[..n];
        for p in 0..n {
            let y = four([(r0[p], i0[p]), (r1[p], i1[p]), (r2[p], i2[p]), (r3[p], i3[p])]);
            let y1 = turned(y[1], (w1r[p], w1i[p]));
            let y2 = turned(y[2], (w2r[p], w2i[p]));
            let y3 = turned(y[3], (w3r[p], w3i[p]));
            yr[p] = [y[0].0, y1.0, y2.0, y3.0];
            yi[p] = [y[0].1, y1.1, y2.1, y3.1];
        }
    }
}

type Four<'a> = (&'a mut [Lanes], &'a mut [Lanes], &'a mut [Lanes], &'a mut [Lanes]);

#[inline(always)]
fn split_in_four(xs: &mut [Lanes], n: usize) -> Four<'_> {
    let (a, rest) = xs.split_at_mut(n);
    let (b, rest) = rest.split_at_mut(n);
    let (c, rest) = rest.split_at_mut(n);
    (a, b, c, &mut rest[..n])
}

/// The first pass when its radix is four: neighbours in memory are transforms of their own in what goes in, not in
/// what comes out.
fn first_fours(m: usize, [w1, w2, w3]: [&Split; 3], from: &Split, to: &mut Split) {
    fn quarters(xs: &[f32], m: usize) -> [&[f32]; 4] {
        [&xs[..m], &xs[m..2 * m], &xs[2 * m..3 * m], &xs[3 * m..4 * m]]
    }
    let ([r0, r1, r2, r3], [i0, i1, i2, i3]) = (quarters(&from.re, m), quarters(&from.im, m));
    let (yr, yi) = (&mut to.re.as_chunks_mut::<4>().0[..m], &mut to.im.as_chunks_mut::<4>().0[..m]);
    let (w1r, w1i, w2r) = (&w1.re[..m], &w1.im[..m], &w2.re[..m]);
    let (w2i, w3r, w3i) = (&w2.im[..m], &w3.re[..m], &w3.im[..m]);
    for p in 0..m {
        let y = four([([r0[p]], [i0[p]]), ([r1[p]], [i1[p]]), ([r2[p]], [i2[p]]), ([r3[p]], [i3[p]])]);
        let y1 = turned(y[1], (w1r[p], w1i[p]));
        let y2 = turned(y[2], (w2r[p], w2i[p]));
        let y3 = turned(y[3], (w3r[p], w3i[p]));
        yr[p] = [y[0].0[0], y1.0[0], y2.0[0], y3.0[0]];
        yi[p] = [y[0].1[0], y1.1[0], y2.1[0], y3.1[0]];
    }
}

/// The last pass when its radix is two: sums and differences.
fn last_twos(from: &Split, to: &mut Split) {
    for (x, y) in [(&from.re, &mut to.re), (&from.im, &mut to.im)] {
        let ((a, b), (sums, differences)) = (x.split_at(x.len() / 2), y.split_at_mut(x.len() / 2));
        for ((a, b), (sum, difference)) in a.iter().zip(b).zip(sums.iter_mut().zip(differences)) {
            (*sum, *difference) = (a + b, a - b);
        }
    }
}

/// Real and imaginary parts of `N` values.
type Complexes<const N: usize> = ([f32; N], [f32; N]);

/// A transform of four values.
#[inline(always)]
fn four<const N: usize>(x: [Complexes<N>; 4]) -> [Complexes<N>; 4] {
    let (sr, si) = (add(x[0].0, x[2].0), add(x[0].1, x[2].1));
    let (dr, di) = (sub(x[0].0, x[2].0), sub(x[0].1, x[2].1));
    let (tr, ti) = (add(x[1].0, x[3].0), add(x[1].1, x[3].1));
    // The difference, a quarter turn back.
    let (ur, ui) = (sub(x[1].1, x[3].1), sub(x[3].0, x[1].0));
    [
        (add(sr, tr), add(si, ti)),
        (add(dr, ur), add(di, ui)),
        (sub(sr, tr), sub(si, ti)),
        (sub(dr, ur), sub(di, ui)),
    ]
}

#[inline(always)]
fn add<const N: usize>(a: [f32; N], b: [f32; N]) -> [f32; N] {
    std::array::from_fn(|lane| a[lane] + b[lane])
}

#[inline(always)]
fn sub<const N: usize>(a: [f32; N], b: [f32; N]) -> [f32; N] {
    std::array::from_fn(|lane| a[lane] - b[lane])
}

/// Values times one factor.
#[inline(always)]
fn turned<const N: usize>(x: Complexes<N>, w: (f32, f32)) -> Complexes<N> {
    product(x, ([w.0; N], [w.1; N]))
}

/// Values times a factor each.
#[inline(always)]
fn product<const N: usize>(x: Complexes<N>, w: Complexes<N>) -> Complexes<N> {
    (
        std::array::from_fn(|lane| x.0[lane] * w.0[lane] - x.1[lane] * w.1[lane]),
        std::array::from_fn(|lane| x.0[lane] * w.1[lane] + x.1[lane] * w.0[lane]),
    )
}

/// A transform as a convolution with a chirp, by transforms of a power of two.
struct Chirp {
    fft: Fft,
    data: Split,
    /// exp(−πi·k² / n), `[n]`.
    chirp: Split,
    /// The transform of the chirp's conjugate, over the larger size.
    filter: Split,
}

impl Chirp {
    fn new(n: usize) -> Self {
        let size = (2 * n).next_power_of_two();
        let turns = |k: usize| (k as u128 * k as u128 % (2 * n as u128)) as f64;
        let chirp = Split::rotations((0..n).map(|k| -0.5 * TAU * turns(k) / n as f64));
        let mut fft = Fft::new(size);
        let mut filter = Split::zeros(size);
        for k in 0..n {
            for at in [k, (size - k) % size] {
                (filter.re[at], filter.im[at]) = (chirp.re[k] / size as f32, -chirp.im[k] / size as f32);
            }
        }
        fft.forward(&mut filter);
        Self { fft, data: Split::zeros(size), chirp, filter }
    }

    fn forward(&mut self, values: &mut Split) {
        let Self { fft, data, chirp, filter } = self;
        let n = chirp.re.len();
        let at = |of: &Split, k: usize| ([of.re[k]], [of.im[k]]);
        data.re.fill(0.0);
        data.im.fill(0.0);
        for k in 0..n {
            ([data.re[k]], [data.im[k]]) = product(at(values, k), at(chirp, k));
        }
        fft.forward(data);
        for k in 0..data.re.len() {
            ([data.re[k]], [data.im[k]]) = product(at(data, k), at(filter, k));
        }
        data.swap();
        fft.forward(data);
        data.swap();
        for k in 0..n {
            ([values.re[k]], [values.im[k]]) = product(at(data, k), at(chirp, k));
        }
    }
}

#[cfg(test)]
mod tests;
