//! Boundaries on onsets: where there are no bars, a section starts with a sound, not with a window.

use crate::features::OnsetActivations;

/// How far an onset must stand out from the mean activation, in standard deviations.
const STANDS_OUT: f32 = 1.0;

/// The strongest onset within `reach` seconds of `time`, nearer ones preferred; `time` itself where none
/// stands out. O(reach · frame rate) after O(frames) for the statistics.
pub(super) fn to_onset(onsets: &OnsetActivations, time: f64, reach: f64) -> f64 {
    let all = &onsets.combined;
    let n = all.len().max(1) as f64;
    let mean = all.iter().map(|&x| f64::from(x)).sum::<f64>() / n;
    let variance = all.iter().map(|&x| (f64::from(x) - mean).powi(2)).sum::<f64>() / n;
    let threshold = mean as f32 + STANDS_OUT * variance.sqrt() as f32;
    let last = onsets.grid.frame_at(time + reach).min(all.len().saturating_sub(1));
    let mut best = (0.0, time);
    for frame in onsets.grid.frame_at((time - reach).max(0.0))..=last {
        let Some(&strength) = all.get(frame).filter(|&&x| x > threshold) else { continue };
        let at = onsets.grid.time_of(frame);
        let nearness = 1.0 - ((at - time).abs() / reach).min(1.0) as f32 / 2.0;
        if strength * nearness > best.0 {
            best = (strength * nearness, at);
        }
    }
    best.1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::OnsetExtractor;
    use crate::params::AnalysisParams;

    #[test]
    fn the_strongest_onset_nearby_is_taken() {
        let mut onsets = OnsetExtractor::new(&AnalysisParams::default()).finish();
        onsets.combined = vec![0.0; onsets.grid.frame_at(20.0)];
        assert_eq!(to_onset(&onsets, 10.0, 1.0), 10.0);
        for (time, strength) in [(9.3, 1.0), (10.2, 0.9), (11.4, 5.0)] {
            let frame = onsets.grid.frame_at(time);
            onsets.combined[frame] = strength;
        }
        assert!((to_onset(&onsets, 10.0, 1.0) - 10.2).abs() < 0.03);
        onsets.combined.clear();
        assert_eq!(to_onset(&onsets, 10.0, 1.0), 10.0);
    }
}
