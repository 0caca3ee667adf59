"""A server as one would write it with Flask and librosa, to measure ours beside.

It answers POST /analyze with tempo, beats, key, chords by templates, and sections of a song in the body, and GET /health.
Each is computed as librosa's documentation does it: one harmonic-percussive separation is left out, which would take longer.
"""

import io

import flask
import librosa
import numpy as np

NAMES = ["C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B"]
# Krumhansl and Kessler's profiles.
PROFILES = {
    "major": [6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88],
    "minor": [6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17],
}
TRIADS = {"maj": [0, 4, 7], "min": [0, 3, 7]}
SECTION_SECONDS = 20

app = flask.Flask(__name__)


@app.get("/health")
def health():
    return {"status": "healthy"}


@app.post("/analyze")
def analyze():
    y, sr = librosa.load(io.BytesIO(flask.request.get_data()), sr=22050, mono=True)
    duration = len(y) / sr
    tempo, beats = librosa.beat.beat_track(y=y, sr=sr)
    beat_times = librosa.frames_to_time(beats, sr=sr)
    chroma = librosa.feature.chroma_cqt(y=y, sr=sr)
    return {
        "duration": duration,
        "tempo": float(np.atleast_1d(tempo)[0]),
        "beats": beat_times.tolist(),
        "key": key(chroma.mean(axis=1)),
        "chords": chords(chroma, beats, beat_times, duration),
        "sections": sections(y, sr, chroma, beats, beat_times, duration),
    }


def key(mean):
    scores = {
        f"{NAMES[tonic]} {mode}": np.corrcoef(np.roll(profile, tonic), mean)[0, 1]
        for mode, profile in PROFILES.items()
        for tonic in range(12)
    }
    return max(scores, key=scores.get)


def chords(chroma, beats, beat_times, duration):
    labels, templates = [], []
    for root in range(12):
        for quality, steps in TRIADS.items():
            template = np.zeros(12)
            template[[(root + step) % 12 for step in steps]] = 1
            labels.append(f"{NAMES[root]}:{quality}")
            templates.append(template / np.linalg.norm(template))
    if len(beats) < 2:
        return []
    synced = librosa.util.normalize(librosa.util.sync(chroma, beats, aggregate=np.median), norm=2, axis=0)
    similarity = np.array(templates) @ synced
    probability = np.exp(10 * similarity) / np.exp(10 * similarity).sum(axis=0)
    path = librosa.sequence.viterbi_discriminative(probability, librosa.sequence.transition_loop(len(labels), 0.8))
    bounds = np.concatenate([[0], beat_times, [duration]])
    found = []
    for state, start, end in zip(path, bounds, bounds[1:]):
        if found and found[-1]["label"] == labels[state]:
            found[-1]["end"] = float(end)
        else:
            found.append({"start": float(start), "end": float(end), "label": labels[state]})
    return found


def sections(y, sr, chroma, beats, beat_times, duration):
    if len(beats) < 16:
        return [{"start": 0.0, "end": duration}]
    mfcc = librosa.feature.mfcc(y=y, sr=sr, n_mfcc=13)
    n_frames = min(chroma.shape[1], mfcc.shape[1])
    features = np.vstack([librosa.util.normalize(chroma[:, :n_frames]), librosa.util.normalize(mfcc[:, :n_frames], axis=1)])
    synced = librosa.util.sync(features, beats)
    stacked = librosa.feature.stack_memory(synced, n_steps=4)
    bounds = librosa.segment.agglomerative(stacked, max(2, round(duration / SECTION_SECONDS)))
    times = [0.0, *(float(beat_times[min(i, len(beat_times) - 1)]) for i in bounds[1:]), duration]
    return [{"start": start, "end": end} for start, end in zip(times, times[1:])]
