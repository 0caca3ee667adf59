"""Descriptors beside those of librosa 0.11.0 and of ffmpeg's filter ebur128, and groove beside what was synthesised.

SECTIONIST_FIXTURES names the folder of the songs; the package `sectionist` is installed.
"""

import os
import re
import shutil
import subprocess
from pathlib import Path

import librosa
import numpy as np
import pytest

import sectionist

SONGS = Path(os.environ["SECTIONIST_FIXTURES"])
RATE, N_FFT, HOP = 22_050, 2048, 1024


def noisy_tones():
    """Twelve seconds of tones that move, over noise that swells."""
    time = np.arange(12 * RATE) / RATE
    noise = np.random.default_rng(1).standard_normal(len(time)) * (0.02 + 0.1 * np.abs(np.sin(time)))
    tones = sum(np.sin(2 * np.pi * hz * time * (1 + 0.01 * np.sin(time))) / k for k, hz in enumerate((220, 554, 1760), 1))
    return (0.2 * tones + noise).astype(np.float32)


def song(name):
    return librosa.load(SONGS / name, sr=RATE, mono=True)[0].astype(np.float32)


def with_librosa(samples):
    """Frames of each descriptor, `[n_values × n_frames]`. Decibels are floored at −100, not 80 below the loudest."""
    magnitudes = np.abs(librosa.stft(samples, n_fft=N_FFT, hop_length=HOP))
    mel = librosa.feature.melspectrogram(S=magnitudes**2, sr=RATE, n_mels=128)
    decibels = librosa.power_to_db(mel, amin=1e-10, top_db=None)
    return {
        "mfcc": librosa.feature.mfcc(S=decibels, n_mfcc=20),
        "spectral_centroid_hz": librosa.feature.spectral_centroid(S=magnitudes, sr=RATE),
        "spectral_rolloff_hz": librosa.feature.spectral_rolloff(S=magnitudes, sr=RATE, roll_percent=0.85),
        # Valleys below the rounding of transforms, as above the cut of a lossy codec, are floored.
        "spectral_contrast_db": librosa.feature.spectral_contrast(S=np.maximum(magnitudes, 1e-4), sr=RATE, fmin=200.0, n_bands=6, quantile=0.02),
        "spectral_flatness": librosa.feature.spectral_flatness(S=magnitudes),
        "zero_crossing_rate": librosa.feature.zero_crossing_rate(samples, frame_length=N_FFT, hop_length=HOP),
    }


# How far means and deviations may be apart: a share, and in the descriptor's own unit.
TOLERANCES = {
    "mfcc": (0.002, 0.05),
    "spectral_centroid_hz": (0.005, 1.0),
    "spectral_rolloff_hz": (0.005, 2.0),
    "spectral_contrast_db": (0.01, 0.1),
    "spectral_flatness": (0.01, 1e-4),
    "zero_crossing_rate": (0.01, 1e-3),
}


@pytest.mark.parametrize("name", ["tones", "harbour.mp3", "snowfield.ogg"])
def test_timbre_is_librosas(name):
    assert librosa.__version__ == "0.11.0"
    samples = noisy_tones() if name == "tones" else song(name)
    timbre = sectionist.analyze_samples(samples, RATE, include=["timbre"]).timbre
    for descriptor, frames in with_librosa(samples).items():
        share, unit = TOLERANCES[descriptor]
        found = getattr(timbre, descriptor)
        for what, expected in (("mean", frames.mean(axis=1)), ("std", frames.std(axis=1))):
            given = np.atleast_1d(getattr(found, what))
            assert given.shape == expected.shape, descriptor
            np.testing.assert_allclose(given, expected, rtol=share, atol=unit, err_msg=f"{descriptor}, {what}")


def ffmpeg(path):
    """Integrated loudness, range and true peak, to a tenth."""
    command = ["ffmpeg", "-nostats", "-hide_banner", "-i", path, "-filter_complex", "ebur128=peak=true", "-f", "null", "-"]
    told = subprocess.run(command, check=True, stderr=subprocess.PIPE, text=True).stderr
    summary = told[told.rindex("Summary:") :]
    return [float(re.search(rf"{what}:\s+(-?[\d.]+)", summary)[1]) for what in ("I", "LRA", "Peak")]


@pytest.mark.skipif(shutil.which("ffmpeg") is None and "CI" not in os.environ, reason="ffmpeg is missing")
@pytest.mark.parametrize("name", ["harbour.mp3", "almanac.ogg", "gearshift.m4a", "postcard.flac"])
def test_loudness_is_ffmpegs(name):
    lufs, lu, dbtp = ffmpeg(SONGS / name)
    loudness = sectionist.analyze(SONGS / name, include=["loudness"]).loudness
    # They tell tenths.
    assert loudness.integrated_lufs == pytest.approx(lufs, abs=0.11)
    assert loudness.range_lu == pytest.approx(lu, abs=0.3)
    # Peaks between samples depend on how these are interpolated.
    assert loudness.true_peak_dbtp == pytest.approx(dbtp, abs=0.3)


def groove(swing=1.0, late=0.0, bpm=110.0, seconds=40):
    """Bass drum and snare on the beat, hats on eighths and sixteenths: the off-beats by `swing`, every other sixteenth `late` by
    so many seconds."""
    chance = np.random.default_rng(2)
    samples = np.zeros(seconds * RATE, dtype=np.float32)
    period = 60 / bpm

    def strike(time, hz, decay, level, noise):
        start = int(round(time * RATE))
        length = min(int(0.2 * RATE), len(samples) - start)
        if length > 0:
            axis = np.arange(length) / RATE
            body = noise * chance.standard_normal(length) + (1 - noise) * np.sin(2 * np.pi * hz * axis)
            samples[start : start + length] += (level * np.exp(-decay * axis) * body).astype(np.float32)

    for beat in range(int(seconds / period)):
        time = 0.1 + beat * period
        strike(time, 55 if beat % 2 == 0 else 180, 18, 0.7, 0.0 if beat % 2 == 0 else 0.6)
        strike(time, 0, 60, 0.25, 1.0)
        strike(time + period * swing / (1 + swing), 0, 60, 0.3, 1.0)
        if late:
            for sixteenth in (0.25, 0.75):
                strike(time + period * sixteenth + late, 0, 60, 0.3, 1.0)
    return samples


def rhythm_of(samples):
    return sectionist.analyze_samples(samples, RATE, include=["rhythm", "tempo"]).rhythm


@pytest.mark.parametrize("swing", [1.0, 1.25, 1.5, 2.0])
def test_swing_is_what_was_played(swing):
    assert rhythm_of(groove(swing)).swing_ratio == pytest.approx(swing, rel=0.08)


def test_timing_off_the_grid_is_what_was_played():
    # Half of the onsets lie on the grid, and half are late: more of them than not decide the median.
    straight = rhythm_of(groove()).microtiming_ms
    early, late = (rhythm_of(groove(late=late)).microtiming_ms for late in (0.012, 0.03))
    assert straight < 6 and straight <= early < late, (straight, early, late)


def test_a_steady_groove_is_steady_and_clear():
    steady = rhythm_of(groove())
    assert steady.tempo_stability > 0.97 and steady.pulse_clarity > 0.5
    noise = 0.1 * np.random.default_rng(3).standard_normal(20 * RATE).astype(np.float32)
    assert (rhythm_of(noise).pulse_clarity or 0.0) < steady.pulse_clarity
