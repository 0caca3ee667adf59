"""`sectionist compare` scores as mir_eval does, on annotations drawn at random.

SECTIONIST_PROGRAM names the program.
"""

import json
import os
import random
import subprocess
import warnings

import mir_eval
import numpy as np
import pytest

PROGRAM = os.environ["SECTIONIST_PROGRAM"]
QUALITIES = ["maj", "min", "7", "maj7", "min7", "dim", "aug", "sus4", "hdim7", "min6", "9"]
ROOTS = ["C", "C#", "Db", "E", "F#", "G", "Bb"]


def compared(tmp_path, truth, estimate, *more):
    for name, text in (("truth.lab", truth), ("estimate.lab", estimate)):
        (tmp_path / name).write_text(text)
    command = [PROGRAM, "compare", tmp_path / "truth.lab", tmp_path / "estimate.lab", *more]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)


def spans(chance, labels, start=0.0, n=12):
    times = start + np.cumsum([0.0] + [round(chance.uniform(0.4, 9.0), 3) for _ in range(n)])
    chosen = [chance.choice(labels) for _ in range(n)]
    return np.stack([times[:-1], times[1:]], axis=1), chosen


def lab(intervals, labels):
    return "".join(f"{start:.3f}\t{end:.3f}\t{label}\n" for (start, end), label in zip(intervals, labels))


def moved(chance, intervals, labels, others):
    """The same spans, some moved and some called otherwise."""
    times = np.append(intervals[:, 0], intervals[-1, 1])
    times = np.maximum.accumulate(times + [round(chance.gauss(0, 0.4), 3) for _ in times])
    times = np.maximum(times, 0) + np.arange(len(times)) * 0.001
    names = [label if chance.random() < 0.7 else chance.choice(others) for label in labels]
    return np.round(np.stack([times[:-1], times[1:]], axis=1), 3), names


def hold(scores, expected, tolerance=1e-6):
    assert scores, "nothing was compared"
    for name, value in scores.items():
        if name in expected:
            assert value == pytest.approx(expected[name], abs=tolerance), name
    missing = set(scores) - set(expected)
    assert all("trimmed" in name or name == "Same label" for name in missing), missing


@pytest.mark.parametrize("seed", range(12))
def test_sections(tmp_path, seed):
    chance = random.Random(seed)
    names = ["intro", "verse", "chorus", "bridge"]
    truth = spans(chance, names)
    estimate = moved(chance, *truth, names) if seed % 3 else spans(chance, names, n=9)
    scores = compared(tmp_path, lab(*truth), lab(*estimate), "--kind", "sections")["sections"]
    expected = dict(mir_eval.segment.evaluate(*truth, *estimate))
    # Frames on the very edge of a span fall on either side.
    hold(scores, expected, 0.01)
    ends = [name for name in scores if "@" in name and "trimmed" not in name or "deviation" in name]
    hold({name: scores[name] for name in ends}, expected)
    duration = truth[0].max()
    adjusted, _ = mir_eval.util.adjust_intervals(estimate[0], list(estimate[1]), 0.0, duration)
    for window in (0.5, 3.0):
        trimmed = mir_eval.segment.detection(truth[0], adjusted, window=window, trim=True)[2]
        assert scores[f"F-measure@{window}, trimmed"] == pytest.approx(trimmed, abs=1e-6)


@pytest.mark.parametrize("seed", range(12))
def test_chords(tmp_path, seed):
    chance = random.Random(seed)
    names = [f"{root}:{quality}" for root in ROOTS for quality in QUALITIES]
    names += ["N"] * 9 + ["C:maj/3", "G:7/b7", "F#:min/5", "Bb:maj/2"]
    truth = spans(chance, names, start=chance.choice([0.0, 1.5]), n=40)
    estimate = moved(chance, *truth, names) if seed % 3 else spans(chance, names, n=30)
    scores = compared(tmp_path, lab(*truth), lab(*estimate), "--kind", "chords")["chords"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = dict(mir_eval.chord.evaluate(truth[0], truth[1], estimate[0], estimate[1]))
    hold(scores, expected)
    assert {"root", "thirds", "triads", "majmin", "sevenths", "seg"} <= set(scores)


@pytest.mark.parametrize("seed", range(12))
def test_beats(tmp_path, seed):
    chance = random.Random(seed)
    period = chance.uniform(0.3, 1.0)
    truth = np.round(np.arange(0.3, 60, period) + [chance.gauss(0, 0.01) for _ in np.arange(0.3, 60, period)], 3)
    estimate = np.round(truth + [chance.gauss(0, 0.04) for _ in truth], 3)
    estimate = [estimate, estimate[::2], estimate[5:30], np.sort(np.append(estimate, estimate + period / 2))][seed % 4]
    estimate = np.round(np.sort(estimate), 3)
    lines = lambda times: "".join(f"{time:.3f}\n" for time in times)
    scores = compared(tmp_path, lines(truth), lines(estimate))["beats"]
    hold(scores, dict(mir_eval.beat.evaluate(truth, estimate)))
    assert len(scores) == 3


def test_keys(tmp_path):
    keys = [f"{tonic} {mode}" for tonic in ["C", "C#", "Eb", "G", "A"] for mode in ("major", "minor")]
    for truth in keys[:4]:
        for estimate in keys:
            score = compared(tmp_path, truth + "\n", estimate + "\n")["key"]["Weighted Score"]
            assert score == pytest.approx(mir_eval.key.weighted_score(truth, estimate)), (truth, estimate)
