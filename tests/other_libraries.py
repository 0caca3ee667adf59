"""How long another library takes for what it does of the same: `other_libraries.py LIBRARY FILE` prints seconds, best of two.

The first run also compiles what a library compiles when it is first used.
"""

import subprocess
import sys
import time


def librosa_(path):
    import librosa

    from flask_librosa import chords, key, sections

    y, sr = librosa.load(path, sr=22050, mono=True)
    _, beats = librosa.beat.beat_track(y=y, sr=sr)
    times = librosa.frames_to_time(beats, sr=sr)
    chroma = librosa.feature.chroma_cqt(y=y, sr=sr)
    key(chroma.mean(axis=1))
    chords(chroma, beats, times, len(y) / sr)
    sections(y, sr, chroma, beats, times, len(y) / sr)


def essentia_(path):
    import essentia.standard as es

    stereo, rate, *_ = es.AudioLoader(filename=path)()
    mono = es.MonoMixer()(stereo, 2)
    es.RhythmExtractor2013(method="multifeature")(mono)
    es.KeyExtractor()(mono)
    es.LoudnessEBUR128(sampleRate=rate)(stereo)
    window, spectrum = es.Windowing(type="blackmanharris62"), es.Spectrum()
    peaks, hpcp = es.SpectralPeaks(), es.HPCP()
    frames = [hpcp(*peaks(spectrum(window(frame)))) for frame in es.FrameGenerator(mono, frameSize=4096, hopSize=2048)]
    es.ChordsDetection(hopSize=2048)(frames)


def aubio_(path):
    """Its own reader takes WAV only where it was built without FFmpeg's libraries, so ffmpeg decodes."""
    import aubio
    import numpy as np

    decode = ["ffmpeg", "-v", "error", "-i", path, "-ac", "1", "-ar", "44100", "-f", "f32le", "-"]
    samples = np.frombuffer(subprocess.run(decode, check=True, stdout=subprocess.PIPE).stdout, np.float32)
    tempo = aubio.tempo("default", 1024, 512, 44100)
    for start in range(0, len(samples) - 511, 512):
        tempo(samples[start : start + 512])
    tempo.get_bpm()


def main():
    name, path = sys.argv[1:]
    best = float("inf")
    for _ in range(2):
        start = time.perf_counter()
        {"librosa": librosa_, "essentia": essentia_, "aubio": aubio_}[name](path)
        best = min(best, time.perf_counter() - start)
    print(best)


if __name__ == "__main__":
    main()
