//! What other systems and people score on songs of the same kind, rendered alike (other songs; each
//! system at its defaults). Measured once; see docs/ACCURACY.md for how far they compare.

/// A system by name with its scores by metric.
pub(crate) type Peer = (&'static str, &'static [(&'static str, f64)]);

/// Scores on a set.
pub(crate) fn on(set: &str) -> &'static [Peer] {
    match set {
        "band" => &BAND,
        "plain" => &PLAIN,
        "recordings" => &RECORDINGS,
        _ => &[],
    }
}

const RECORDINGS: [Peer; 3] = [
    ("madmom", &[("tempo_acc1", 0.92), ("beat_F", 0.92), ("beat_AMLt", 0.91), ("downbeat_F", 0.73)]),
    ("Essentia 2.1b6", &[("tempo_acc1", 0.62), ("tempo_alt", 0.92), ("beat_F", 0.75), ("beat_AMLt", 0.81)]),
    ("librosa 0.11", &[("tempo_acc1", 0.47), ("tempo_alt", 0.85), ("beat_F", 0.65), ("beat_AMLt", 0.68)]),
];

const BAND: [Peer; 7] = [
    (
        "aubio 0.4.9",
        &[("beat_F", 0.68), ("beat_AMLt", 0.83), ("tempo_acc2", 1.00), ("tempo_acc1_agreed", 0.31)],
    ),
    (
        "Essentia 2.1b6",
        &[
            ("beat_F", 0.76),
            ("beat_AMLt", 0.96),
            ("tempo_acc2", 1.00),
            ("tempo_acc1_agreed", 0.46),
            ("key_exact", 0.90),
            ("key_mirex", 0.95),
            ("keys_time_exact", 0.84),
            ("chord_root", 0.63),
            ("chord_majmin", 0.54),
            ("chord_sevenths", 0.52),
            ("chord_overseg", 0.58),
            ("chord_underseg", 0.97),
            ("sections_HR05F", 0.11),
            ("sections_HR3F", 0.47),
            ("sections_PFC", 0.57),
        ],
    ),
    (
        "librosa 0.11 recipes",
        &[
            ("beat_F", 0.84),
            ("beat_AMLt", 0.99),
            ("tempo_acc2", 1.00),
            ("tempo_acc1_agreed", 0.75),
            ("key_exact", 0.79),
            ("key_mirex", 0.87),
            ("keys_time_exact", 0.76),
            ("chord_root", 0.79),
            ("chord_majmin", 0.73),
            ("chord_sevenths", 0.71),
            ("chord_overseg", 0.95),
            ("chord_underseg", 0.82),
            ("sections_HR05F", 0.16),
            ("sections_HR3F", 0.28),
            ("sections_PFC", 0.52),
        ],
    ),
    (
        "Chordino",
        &[
            ("chord_root", 0.93),
            ("chord_majmin", 0.88),
            ("chord_sevenths", 0.78),
            ("chord_overseg", 0.94),
            ("chord_underseg", 0.94),
        ],
    ),
    (
        "madmom 0.16",
        &[
            ("beat_F", 0.94),
            ("beat_AMLt", 0.97),
            ("tempo_acc2", 1.00),
            ("tempo_acc1_agreed", 0.92),
            ("downbeat_F", 0.89),
            ("key_exact", 0.70),
            ("key_mirex", 0.80),
            ("keys_time_exact", 0.65),
        ],
    ),
    ("msaf 0.1.80", &[("sections_HR3F", 0.45)]),
    ("people", &[("sections_HR05F", 0.80), ("sections_HR3F", 0.80), ("sections_PFC", 0.89)]),
];

const PLAIN: [Peer; 4] = [
    ("aubio 0.4.9", &[("beat_AMLt", 0.76)]),
    (
        "Essentia 2.1b6",
        &[("beat_AMLt", 0.94), ("key_exact", 1.00), ("chord_majmin", 0.63), ("sections_HR3F", 0.05)],
    ),
    ("Chordino", &[("chord_root", 0.94), ("chord_majmin", 0.90)]),
    ("people", &[("sections_HR3F", 0.82)]),
];
