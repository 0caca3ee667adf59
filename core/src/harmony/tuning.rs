//! Pitch deviations → the song's tuning.

use super::Tuning;

/// Half-width in cents of the smoothing that finds the mode: wider than vibrato's bulk, narrower
/// than a comma.
const SMOOTHING: usize = 12;
/// Half-width in cents of the neighbourhood of the mode whose mean, the nearer the weightier, is the tuning.
const NEIGHBOURHOOD: isize = 30;
/// Half-width in cents of the range that has to hold most of the weight.
const CORE: isize = 20;
/// Share of the weight that has to lie within [`CORE`] of the mode: noise has 0.41.
const MIN_CONCENTRATION: f64 = 0.5;

/// Estimates the tuning from a histogram of peaks' deviations, one bin a cent from −50.
///
/// The mode of the smoothed circular histogram, refined by the mean around it. `None` when there
/// are no peaks or they favour no tuning (noise, drums).
pub(super) fn estimate_tuning(deviations: &[f32]) -> Option<Tuning> {
    let n = deviations.len();
    let total: f64 = deviations.iter().map(|&w| f64::from(w)).sum();
    if n == 0 || !total.is_finite() || total <= 0.0 {
        return None;
    }
    let at = |idx: isize| f64::from(deviations[idx.rem_euclid(n as isize) as usize]);
    let smoothed = |centre: isize| -> f64 {
        let reach = SMOOTHING as isize;
        (-reach..=reach).map(|d| at(centre + d) * (1.0 - d.abs() as f64 / (reach + 1) as f64)).sum()
    };
    let scores: Vec<f32> = (0..n as isize).map(|centre| smoothed(centre) as f32).collect();
    let mut centre = crate::sequence::arg_max(&scores) as f64;
    // Mean shift: the neighbourhood follows its mean.
    for _ in 0..6 {
        let nearest = centre.round() as isize;
        let (mut weight, mut moment) = (0.0, 0.0);
        for d in -NEIGHBOURHOOD..=NEIGHBOURHOOD {
            let w = at(nearest + d) * (1.0 - d.abs() as f64 / (NEIGHBOURHOOD + 1) as f64);
            weight += w;
            moment += w * (nearest + d) as f64;
        }
        if weight <= 0.0 {
            return None;
        }
        centre = moment / weight;
    }
    let nearest = centre.round() as isize;
    let concentration = (-CORE..=CORE).map(|d| at(nearest + d)).sum::<f64>() / total;
    if concentration < MIN_CONCENTRATION {
        return None;
    }
    // Bin i is centred half a cent above i − 50.
    let mut cents = (centre + 0.5 - 50.0).rem_euclid(100.0);
    if cents > 50.0 {
        cents -= 100.0;
    }
    Some(Tuning { cents, a4_hz: 440.0 * (cents / 1200.0).exp2() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_mode_across_the_seam() {
        let mut deviations = vec![1.0f32; 100];
        for (i, w) in [(97, 20.0), (98, 40.0), (99, 60.0), (0, 40.0), (1, 20.0)] {
            deviations[i] = w;
        }
        let tuning = estimate_tuning(&deviations).unwrap();
        assert!((tuning.cents - 49.5).abs() < 0.5, "{tuning:?}");
        assert!((tuning.a4_hz - 440.0 * (tuning.cents / 1200.0).exp2()).abs() < 1e-9);
    }

    #[test]
    fn noise_and_silence_have_no_tuning() {
        assert!(estimate_tuning(&[1.0; 100]).is_none());
        assert!(estimate_tuning(&[0.0; 100]).is_none());
        assert!(estimate_tuning(&[]).is_none());
    }
}
