//! The fuzz targets over the seeds and over mutations of them: no coverage to guide it, but it runs with
//! every test. What once crashed lies in `seeds/`.

use std::fs;
use std::path::{Path, PathBuf};

/// Rounds of mutation a seed.
const ROUNDS: u64 = 12;

fn folder(path: &str) -> Vec<PathBuf> {
    let root =
        Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("fuzz/ lies in the workspace").join(path);
    let mut files: Vec<PathBuf> =
        fs::read_dir(root).into_iter().flatten().flatten().map(|e| e.path()).collect();
    files.sort();
    files
}

/// Mutations like those of a fuzzer: flipped bytes, cut and repeated parts.
fn mutated(seed: &[u8], round: u64) -> Vec<u8> {
    let mut state = round.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ seed.len() as u64;
    let mut next = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below.max(1)
    };
    let mut bytes = seed.to_vec();
    for _ in 0..1 + next(24) {
        if bytes.is_empty() {
            break;
        }
        // Half of the time in the head, where the headers are.
        let reach = if next(2) == 0 { bytes.len().min(512) } else { bytes.len() };
        let at = next(reach);
        match next(6) {
            0 => bytes[at] = 0xff,
            1 => bytes[at] = 0,
            2 => bytes.truncate(at.max(4)),
            3 => {
                let end = (at + next(64)).min(bytes.len());
                bytes.drain(at..end);
            }
            4 => {
                let end = (at + next(64)).min(bytes.len());
                let part = bytes[at..end].to_vec();
                bytes.splice(at..at, part);
            }
            _ => bytes[at] ^= 1 << next(8),
        }
    }
    bytes
}

#[test]
fn decode_any() {
    let mut seeds = folder("fuzz/seeds/decode_any");
    seeds.extend(folder("fixtures/audio"));
    assert!(seeds.len() > 20, "the fixtures are seeds");
    for seed in seeds {
        let mut bytes = fs::read(&seed).expect("a committed file");
        // The head is enough, and quick.
        bytes.truncate(60_000);
        sectionist_fuzz::decode_any(&bytes);
        for round in 0..ROUNDS {
            sectionist_fuzz::decode_any(&mutated(&bytes, round));
        }
    }
}

#[test]
fn analyze_samples() {
    let mut seeds: Vec<Vec<u8>> = folder("fuzz/seeds/analyze_samples")
        .iter()
        .map(|path| fs::read(path).expect("a committed file"))
        .collect();
    for kind in [0u8, 1, 2, 3, 4, 0x84, 0x82] {
        for length in [0usize, 1, 3, 500, 9_000, 90_000] {
            let mut seed = vec![kind, 200];
            seed.extend((0..length).map(|i| (i * i / 7 % 251) as u8));
            seeds.push(seed);
            let mut pulses = vec![kind, 200];
            pulses.extend((0..length).map(|i| if i % 2_205 < 40 { 255 } else { 128 }));
            seeds.push(pulses);
        }
    }
    for seed in seeds {
        sectionist_fuzz::analyze_samples(&seed);
    }
}

#[test]
fn params() {
    let seed = "quality=fast\nstyle=pop\nsensitivity=0.3\nmin_section=8\ntempo_min=60\ntempo_max=180\n\
                chord_vocabulary=triads\nkey_profile=krumhansl\ninclude=sections,key\nformat=json";
    sectionist_fuzz::params(seed.as_bytes());
    for round in 0..20_000 {
        sectionist_fuzz::params(&mutated(seed.as_bytes(), round));
    }
    for odd in
        ["sensitivity=NaN", "tempo_min=inf", "tempo_max=-0", "min_section=1e400", "include=,,,", "=", ""]
    {
        sectionist_fuzz::params(odd.as_bytes());
    }
}
