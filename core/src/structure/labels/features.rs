//! What speaks for a section's function: its form, then its sound.

use crate::structure::labels::form::{FORM_FEATURES, form_features};
use crate::structure::labels::sound::{SOUND_FEATURES, sound_features};
use crate::structure::labels::view::SectionView;

const N_FORM: usize = FORM_FEATURES.len();
const N_FEATURES: usize = N_FORM + SOUND_FEATURES.len();

/// Names of the features of a section, in the order of [`features_of`].
pub(in crate::structure) const LABEL_FEATURES: [&str; N_FEATURES] = {
    let mut names = [""; N_FEATURES];
    let mut idx = 0;
    while idx < N_FEATURES {
        names[idx] = if idx < N_FORM { FORM_FEATURES[idx] } else { SOUND_FEATURES[idx - N_FORM] };
        idx += 1;
    }
    names
};

/// Features of the sounding sections, which are given in order. O(n²).
pub(in crate::structure) fn features_of(views: &[SectionView]) -> Vec<[f32; N_FEATURES]> {
    let join = |(form, sound): ([f32; N_FORM], [f32; SOUND_FEATURES.len()])| {
        std::array::from_fn(|idx| if idx < N_FORM { form[idx] } else { sound[idx - N_FORM] })
    };
    form_features(views).into_iter().zip(sound_features(views)).map(join).collect()
}

/// The same of sections of which the form alone is known: as if all sounded alike.
#[cfg(feature = "training")]
pub(in crate::structure) fn features_of_form(views: &[SectionView]) -> Vec<[f32; N_FEATURES]> {
    let with_silence = |form: [f32; N_FORM]| std::array::from_fn(|idx| form.get(idx).copied().unwrap_or(0.0));
    form_features(views).into_iter().map(with_silence).collect()
}
