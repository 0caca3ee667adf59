"""The installed wheel, as its users call it. SECTIONIST_FIXTURES names the folder of the songs."""

import dataclasses
import json
import os
import pickle
import threading
from pathlib import Path

import numpy as np
import pytest

import sectionist

SONGS = Path(os.environ["SECTIONIST_FIXTURES"])
SONG = SONGS / "postcard.flac"


@pytest.fixture(scope="module")
def report():
    return sectionist.analyze(SONG)


def test_a_song_is_a_dataclass_with_types(report):
    assert isinstance(report, sectionist.Report) and dataclasses.is_dataclass(report)
    assert isinstance(report.sections[0], sectionist.Section)
    assert report.source.name == "postcard.flac" and report.duration > 20
    assert report.sections[0].start == 0.0 and report.sections[-1].end == pytest.approx(report.duration)
    assert report.key == report.key_candidates[0].key
    with pytest.raises(dataclasses.FrozenInstanceError):
        report.tempo = 1.0


def test_every_field_is_that_of_the_json(report):
    data = report.to_dict()
    assert [field.name for field in dataclasses.fields(report) if getattr(report, field.name) is not None] == [
        name for name, value in data.items() if value is not None
    ]

    def plain(value):
        if dataclasses.is_dataclass(value):
            return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
        if isinstance(value, np.ndarray):
            return value.tolist()
        return [plain(one) for one in value] if isinstance(value, list) else value

    assert {name: value for name, value in plain(report).items() if name in data} == data


def test_beats_are_arrays(report):
    beats = report.beat_times
    assert beats.dtype == np.float64 and beats.shape == (len(report.beats),) and np.all(np.diff(beats) > 0)
    assert report.downbeats.dtype == np.float64
    np.testing.assert_array_equal(beats[report.beat_positions == 1], report.downbeats)
    assert report.section_intervals.shape == (len(report.sections), 2)
    assert report.chord_intervals.shape == (len(report.chords), 2)
    assert report.timbre.mfcc.mean.shape == (20,)


def test_bytes_and_open_files_are_songs(report):
    with SONG.open("rb") as file:
        opened = sectionist.analyze(file, name="postcard.flac")
    assert opened.to_json() == report.to_json()
    assert sectionist.analyze(bytearray(SONG.read_bytes()), name="postcard.flac").to_json() == report.to_json()


def test_samples_are_analysed():
    rate = 22_050
    time = np.arange(12 * rate) / rate
    clicks = np.sin(2 * np.pi * 440 * time) * np.exp(-30 * (time % 0.5))
    mono = sectionist.analyze_samples(clicks, rate)
    assert mono.tempo == pytest.approx(120, rel=0.02) and mono.duration == 12.0
    stereo = sectionist.analyze_samples(np.stack([clicks, clicks]), rate)
    assert stereo.to_json() == mono.to_json()
    with pytest.raises(ValueError, match="dimensions"):
        sectionist.analyze_samples(np.zeros((2, 2, 2)), rate)
    with pytest.raises(sectionist.LimitExceeded):
        sectionist.analyze_samples([0.0] * 100, 1)


def test_progress_is_monotone_and_can_end_the_analysis():
    seen = []
    sectionist.analyze(SONGS / "harbour.mp3", progress=lambda stage, fraction: seen.append((stage, fraction)))
    fractions = [fraction for _, fraction in seen]
    assert len(seen) > 2 and fractions == sorted(fractions) and seen[0][0] == "features"

    def stop(stage, fraction):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sectionist.analyze(SONGS / "harbour.mp3", progress=stop)


def test_other_threads_run_meanwhile():
    counted, ended = [0], threading.Event()

    def count():
        while not ended.is_set():
            counted[0] += 1

    thread = threading.Thread(target=count)
    thread.start()
    before = counted[0]
    sectionist.analyze(SONG)
    after = counted[0]
    ended.set()
    thread.join()
    assert after - before > 10_000


def test_options_are_those_of_every_host():
    short = sectionist.analyze(SONG, include=["key", "waveform"], quality="fast")
    assert short.sections is None and short.key and short.waveform.peaks.ndim == 1
    assert short.beat_times.shape == (0,)
    with pytest.raises(sectionist.InvalidParameter, match="fast, balanced, thorough") as caught:
        sectionist.analyze(SONG, quality="best")
    assert isinstance(caught.value, ValueError) and caught.value.code == "invalid_parameter"
    with pytest.raises(sectionist.InvalidParameter, match="qualty"):
        sectionist.analyze(SONG, qualty="fast")


def test_what_is_no_song_is_said_by_its_fault(tmp_path):
    with pytest.raises(FileNotFoundError):
        sectionist.analyze(tmp_path / "gone.mp3")
    with pytest.raises(sectionist.UnsupportedFormat):
        sectionist.analyze(b"only words, no audio at all" * 9)
    with pytest.raises(sectionist.UnsupportedFormat, match="Opus"):
        sectionist.analyze(SONGS / "postcard.clip.opus")
    with pytest.raises(sectionist.LimitExceeded) as caught:
        sectionist.analyze(SONG, max_duration=2)
    assert caught.value.code == "too_long" and isinstance(caught.value, sectionist.Error)


def test_reports_are_exported_and_corrected(report):
    assert report.export("midi").startswith(b"MThd")
    assert json.loads(report.export("json")) == report.to_dict()
    with pytest.raises(sectionist.InvalidParameter, match="jams"):
        report.export("pdf")
    edits = {"version": 1, "edits": [{"edit": "set_section", "at": 0.5, "name": "Hook"}]}
    assert report.corrected(edits).sections[0].name == "Hook" and report.sections[0].name != "Hook"
    with pytest.raises(sectionist.Malformed):
        report.corrected("nonsense")


def test_reports_are_read_back(report):
    again = sectionist.Report.from_json(report.to_json())
    assert again.to_json() == report.to_json() and again.sections == report.sections
    assert pickle.loads(pickle.dumps(report)).to_json() == report.to_json()
    with pytest.raises(sectionist.Malformed):
        sectionist.Report.from_json("{}")


def test_jams_are_jams(report):
    jams = pytest.importorskip("jams")
    jam = report.to_jams()
    assert isinstance(jam, jams.JAMS)
    jam.validate()
    beats = jam.search(namespace="beat")[0]
    np.testing.assert_allclose([one.time for one in beats.data], report.beat_times)


def test_formats_are_told():
    assert "flac" in [container["name"] for container in sectionist.formats()["containers"]]
