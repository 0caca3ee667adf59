"""The report, schema version 1, and the options of an analysis.

Made from the types of the core: `cargo xtask bless`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypedDict, TypeVar

import numpy as np
from numpy.typing import NDArray

_T = TypeVar("_T", bound="Report")

__all__ = [
    "Key",
    "SectionLabel",
    "Evidence",
    "SourceInfo",
    "TempoCandidate",
    "TempoSpan",
    "MeterSpan",
    "Beat",
    "KeyCandidate",
    "KeySpan",
    "Tuning",
    "ChordSpan",
    "LabelAlternative",
    "Boundary",
    "Repeat",
    "Phrase",
    "SectionTimbre",
    "Section",
    "Groove",
    "SpreadList",
    "Spread",
    "Timbre",
    "Loudness",
    "Waveform",
    "Segment",
    "Warning",
    "Part",
    "Options",
    "Format",
]

Key = Literal["C major", "Db major", "D major", "Eb major", "E major", "F major", "F# major", "G major", "Ab major", "A major", "Bb major", "B major", "C minor", "C# minor", "D minor", "Eb minor", "E minor", "F minor", "F# minor", "G minor", "G# minor", "A minor", "Bb minor", "B minor"]

SectionLabel = Literal["intro", "verse", "pre-chorus", "chorus", "post-chorus", "bridge", "instrumental", "solo", "breakdown", "outro", "silence", "section"]

Evidence = Literal["timbre", "harmony", "repetition", "loudness", "silence"]


@dataclass(frozen=True)
class SourceInfo:
    """What the file is: `source` of the report."""

    name: str | None
    """File name, where known."""

    container: str
    """Container by its short name, e.g. `mp3`, `wav`, `m4a`, `ogg`."""

    codec: str
    """Codec by its short name, e.g. `mp3`, `pcm_s16le`, `aac`, `vorbis`."""

    sample_rate: int
    """Sample rate in Hz."""

    channels: int
    """Number of channels."""

    bytes: int
    """Encoded size in bytes."""

    tags: dict[str, str]
    """Title, artist, album … by lower-case key, where the file has them."""

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> SourceInfo:
        """Reads what `json.loads` makes of it."""
        return cls(
            name=data["name"],
            container=data["container"],
            codec=data["codec"],
            sample_rate=data["sample_rate"],
            channels=data["channels"],
            bytes=data["bytes"],
            tags=dict(data["tags"]),
        )


@dataclass(frozen=True)
class TempoCandidate:
    """A tempo hypothesis."""

    bpm: float
    """Tempo."""

    confidence: float
    """Probability that this is the tempo people tap, in [0, 1]."""

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> TempoCandidate:
        """Reads what `json.loads` makes of it."""
        return cls(
            bpm=data["bpm"],
            confidence=data["confidence"],
        )


@dataclass(frozen=True)
class TempoSpan:
    """A span of steady tempo."""

    start: float
    """Start in seconds."""

    end: float
    """End in seconds."""

    bpm: float
    """Tempo."""

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> TempoSpan:
        """Reads what `json.loads` makes of it."""
        return cls(
            start=data["start"],
            end=data["end"],
            bpm=data["bpm"],
        )


@dataclass(frozen=True)
class MeterSpan:
    """A span of one meter."""

    start: float
    """Start in seconds."""

    end: float
    """End in seconds."""

    value: str
    """Time signature."""

    confidence: float
    """Probability that it is right, in [0, 1]."""

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> MeterSpan:
        """Reads what `json.loads` makes of it."""
        return cls(
            start=data["start"],
            end=data["end"],
            value=data["value"],
            confidence=data["confidence"],
        )


@dataclass(frozen=True)
class Beat:
    """A beat."""

    time: float
    """Seconds from the first sample."""

    position: int
    """Position in the bar, from 1 (the downbeat)."""

    confidence: float
    """Probability that a beat is within 70 ms, in [0, 1]."""

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Beat:
        """Reads what `json.loads` makes of it."""
        return cls(
            time=data["time"],
            position=data["position"],
            confidence=data["confidence"],
        )


@dataclass(frozen=True)
class KeyCandidate:
    """A hypothesis of the song's key."""

    key: Key
    """Key."""

    confidence: float
    """Probability that it is right, in [0, 1]."""

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> KeyCandidate:
        """Reads what `json.loads` makes of it."""
        return cls(
            key=data["key"],
            confidence=data["confidence"],
        )


@dataclass(frozen=True)
class KeySpan:
    """A span in one key."""

    start: float
    """Start in seconds."""

    end: float
    """End in seconds."""

    key: Key
    """Key."""

    confidence: float
    """Probability that it is right, in [0, 1]."""

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> KeySpan:
        """Reads what `json.loads` makes of it."""
        return cls(
            start=data["start"],
            end=data["end"],
            key=data["key"],
            confidence=data["confidence"],
        )


@dataclass(frozen=True)
class Tuning:
    """Deviation from concert pitch."""

    cents: float
    """Cents above A4 = 440 Hz, in (−50, 50]."""

    a4_hz: float
    """Frequency of A4 in Hz."""

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Tuning:
        """Reads what `json.loads` makes of it."""
        return cls(
            cents=data["cents"],
            a4_hz=data["a4_hz"],
        )


@dataclass(frozen=True)
class ChordSpan:
    """A span of one chord."""

    start: float
    """Start in seconds."""

    end: float
    """End in seconds."""

    label: str
    """Harte syntax: `C:maj7/3`, `N` for no chord."""

    name: str
    """As players write it: `Cmaj7/E`, `N.C.` for no chord."""

    roman: str | None
    """Roman numeral in the local key: `Imaj7`; null without a key or chord."""

    confidence: float
    """Probability that root and third are right, in [0, 1]."""

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> ChordSpan:
        """Reads what `json.loads` makes of it."""
        return cls(
            start=data["start"],
            end=data["end"],
            label=data["label"],
            name=data["name"],
            roman=data["roman"],
            confidence=data["confidence"],
        )


@dataclass(frozen=True)
class LabelAlternative:
    """A label that the section might have instead."""

    label: SectionLabel
    """The label."""

    confidence: float
    """Its probability, in [0, 1]."""

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> LabelAlternative:
        """Reads what `json.loads` makes of it."""
        return cls(
            label=data["label"],
            confidence=data["confidence"],
        )


@dataclass(frozen=True)
class Boundary:
    """The start of a section."""

    confidence: float
    """Probability that people hear a boundary within half a second, in [0, 1]."""

    earliest: float
    """Earliest plausible time in seconds."""

    latest: float
    """Latest plausible time in seconds."""

    evidence: list[Evidence]
    """What speaks for it."""

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Boundary:
        """Reads what `json.loads` makes of it."""
        return cls(
            confidence=data["confidence"],
            earliest=data["earliest"],
            latest=data["latest"],
            evidence=list(data["evidence"]),
        )


@dataclass(frozen=True)
class Repeat:
    """A section with the same material."""

    section: int
    """Its index in the list of sections."""

    similarity: float
    """How alike they are, in [0, 1]."""

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Repeat:
        """Reads what `json.loads` makes of it."""
        return cls(
            section=data["section"],
            similarity=data["similarity"],
        )


@dataclass(frozen=True)
class Phrase:
    """A phrase: a passage that is heard as one, of four or eight bars as a rule."""

    start: float
    """Start in seconds."""

    end: float
    """End in seconds."""

    group: str
    """Lower-case letter: the same for the same material within the section, from `a` in order of appearance. Letters start anew in each section."""

    confidence: float
    """Probability that people hear a phrase start at `start`, in [0, 1]."""

    bars: int
    """Bars in the phrase."""

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Phrase:
        """Reads what `json.loads` makes of it."""
        return cls(
            start=data["start"],
            end=data["end"],
            group=data["group"],
            confidence=data["confidence"],
            bars=data["bars"],
        )


@dataclass(frozen=True)
class SectionTimbre:
    """Mean sound of a section."""

    spectral_centroid_hz: float
    """Mean spectral centroid in Hz."""

    spectral_flatness: float
    """Mean spectral flatness, in [0, 1]."""

    onset_rate_hz: float
    """Onsets per second."""

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> SectionTimbre:
        """Reads what `json.loads` makes of it."""
        return cls(
            spectral_centroid_hz=data["spectral_centroid_hz"],
            spectral_flatness=data["spectral_flatness"],
            onset_rate_hz=data["onset_rate_hz"],
        )


@dataclass(frozen=True)
class Section:
    """A section."""

    start: float
    """Start in seconds."""

    end: float
    """End in seconds."""

    label: SectionLabel
    """Most likely function."""

    name: str
    """For people: `Verse 1`; unnumbered where the label occurs once."""

    group: str
    """Letter of the repetition group: the same for the same material, from `A` in order of appearance."""

    confidence: float
    """Probability that the label is right, in [0, 1]."""

    alternatives: list[LabelAlternative]
    """Other labels, most likely first."""

    boundary: Boundary
    """The boundary at `start`."""

    bars: int | None
    """Bars in the section; null where there are no bars."""

    key: Key | None
    """Key that fills most of the section."""

    tempo: float | None
    """Tempo in BPM at its middle."""

    loudness_lufs: float | None
    """Mean loudness in LUFS."""

    repeats: list[Repeat]
    """Other sections with the same material."""

    phrases: list[Phrase]
    """The phrases that the section consists of, in order: they partition it; empty where there are no bars."""

    timbre: SectionTimbre
    """Mean sound of the section."""

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Section:
        """Reads what `json.loads` makes of it."""
        return cls(
            start=data["start"],
            end=data["end"],
            label=data["label"],
            name=data["name"],
            group=data["group"],
            confidence=data["confidence"],
            alternatives=[LabelAlternative.from_dict(one) for one in data["alternatives"]],
            boundary=Boundary.from_dict(data["boundary"]),
            bars=data["bars"],
            key=data["key"],
            tempo=data["tempo"],
            loudness_lufs=data["loudness_lufs"],
            repeats=[Repeat.from_dict(one) for one in data["repeats"]],
            phrases=[Phrase.from_dict(one) for one in data["phrases"]],
            timbre=SectionTimbre.from_dict(data["timbre"]),
        )


@dataclass(frozen=True)
class Groove:
    """Descriptors of rhythm; null where there is nothing to measure."""

    pulse_clarity: float | None
    """How clearly a pulse is felt, in [0, 1] (Lartillot 2008): high for drums on the beat, low for what floats."""

    onset_rate_hz: float | None
    """Onsets per second: how busy it is. From 0; songs have some 2 to 8."""

    syncopation: float | None
    """Share of onset weight on weak positions without an onset on the next strong one, in [0, 1]."""

    complexity: float | None
    """Variety of the bar's onset patterns, in [0, 1]: 0 where every bar is the same."""

    swing_ratio: float | None
    """Length of the first eighth over the second: 1 is straight, 2 is triplet swing; in [0.75, 2.5]."""

    microtiming_ms: float | None
    """Typical deviation of onsets from the grid in milliseconds, their median: some 3 by a machine, 10 to 20 by hand."""

    tempo_stability: float | None
    """1 for a metronome; 1 − the coefficient of variation of the beat periods, in [0, 1]."""

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Groove:
        """Reads what `json.loads` makes of it."""
        return cls(
            pulse_clarity=data["pulse_clarity"],
            onset_rate_hz=data["onset_rate_hz"],
            syncopation=data["syncopation"],
            complexity=data["complexity"],
            swing_ratio=data["swing_ratio"],
            microtiming_ms=data["microtiming_ms"],
            tempo_stability=data["tempo_stability"],
        )


@dataclass(frozen=True, eq=False)
class SpreadList:
    """Means and standard deviations over frames of several values."""

    mean: NDArray[np.float64]
    """Means."""

    std: NDArray[np.float64]
    """Population standard deviations."""

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> SpreadList:
        """Reads what `json.loads` makes of it."""
        return cls(
            mean=np.asarray(data["mean"], dtype=np.float64),
            std=np.asarray(data["std"], dtype=np.float64),
        )


@dataclass(frozen=True)
class Spread:
    """Mean and standard deviation over frames."""

    mean: float
    """Mean."""

    std: float
    """Population standard deviation."""

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Spread:
        """Reads what `json.loads` makes of it."""
        return cls(
            mean=data["mean"],
            std=data["std"],
        )


@dataclass(frozen=True, eq=False)
class Timbre:
    """Timbre of a whole song, after librosa's definitions at 22 050 Hz (`n_fft=2048`, `hop_length=1024`): means and deviations over frames."""

    mfcc: SpreadList
    """Mel-frequency cepstral coefficients 0–19: the shape of the spectrum. 0 is its level, 1 how much low bands outweigh high ones, higher ones are finer. Of 128 mel bands in dB, floored at −100; 0 lies in some [−1200, 200], the others within ±250."""

    spectral_centroid_hz: Spread
    """Spectral centroid in Hz: the mean frequency, weighted by magnitude; how bright it sounds. In [0, 11 025]."""

    spectral_rolloff_hz: Spread
    """85 % rolloff in Hz: below it lie 85 % of the magnitude. In [0, 11 025]."""

    spectral_contrast_db: SpreadList
    """Spectral contrast in dB of seven bands, low to high (up to 200 Hz, then octaves): peaks over valleys. High where tones stand out, low in noise; in some [0, 60]."""

    spectral_flatness: Spread
    """Spectral flatness, in [0, 1]: 0 for pure tones, 1 for white noise."""

    zero_crossing_rate: Spread
    """Zero-crossing rate, in [0, 1]: the share of samples whose sign is not that of the one before; high in noise and sibilants."""

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Timbre:
        """Reads what `json.loads` makes of it."""
        return cls(
            mfcc=SpreadList.from_dict(data["mfcc"]),
            spectral_centroid_hz=Spread.from_dict(data["spectral_centroid_hz"]),
            spectral_rolloff_hz=Spread.from_dict(data["spectral_rolloff_hz"]),
            spectral_contrast_db=SpreadList.from_dict(data["spectral_contrast_db"]),
            spectral_flatness=Spread.from_dict(data["spectral_flatness"]),
            zero_crossing_rate=Spread.from_dict(data["zero_crossing_rate"]),
        )


@dataclass(frozen=True)
class Loudness:
    """Loudness of a whole song; `null` where it is silent or too short to tell."""

    integrated_lufs: float | None
    """Integrated loudness in LUFS, gated (EBU R 128): how loud the whole is. In [−70, some 5]; masters for streaming have about −14."""

    range_lu: float | None
    """Loudness range in LU (EBU Tech 3342): between soft and loud passages. From 0; pop has some 3 to 10, orchestras 15 and more."""

    true_peak_dbtp: float | None
    """True peak in dBTP: the highest level between samples too (ITU-R BS.1770). Above 0 it may clip when it is played."""

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Loudness:
        """Reads what `json.loads` makes of it."""
        return cls(
            integrated_lufs=data["integrated_lufs"],
            range_lu=data["range_lu"],
            true_peak_dbtp=data["true_peak_dbtp"],
        )


@dataclass(frozen=True, eq=False)
class Waveform:
    """Peaks of equal stretches of the song, of the mono mix."""

    seconds_per_peak: float
    """Seconds a stretch; 0 when there is none."""

    peaks: NDArray[np.int64]
    """Largest absolute sample of each stretch, 0–255 for 0–1."""

    rms: NDArray[np.int64]
    """Root mean square of each stretch, 0–255 for 0–1."""

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Waveform:
        """Reads what `json.loads` makes of it."""
        return cls(
            seconds_per_peak=data["seconds_per_peak"],
            peaks=np.asarray(data["peaks"], dtype=np.int64),
            rms=np.asarray(data["rms"], dtype=np.int64),
        )


@dataclass(frozen=True, eq=False)
class Segment:
    """What sounds from one onset to the next."""

    start: float
    """Start in seconds."""

    end: float
    """End in seconds: the start of the next one."""

    strength: float
    """How strong the onset is that it starts with, in [0, 1]; 0 for the start of the song."""

    start_db: float
    """Level at its start in dBFS (root mean square of some 93 ms), at least −60."""

    peak_db: float
    """Level where it is loudest, in dBFS, at least −60."""

    peak_after: float
    """Seconds from its start to where it is loudest."""

    pitches: NDArray[np.int64]
    """Strength of the pitch classes from C, 0–255 for 0–1: 255 is the strongest; all 0 where nothing has a pitch."""

    timbre: NDArray[np.float64]
    """The first cepstral coefficients of the mean mel spectrum of 64 bands, in dB."""

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Segment:
        """Reads what `json.loads` makes of it."""
        return cls(
            start=data["start"],
            end=data["end"],
            strength=data["strength"],
            start_db=data["start_db"],
            peak_db=data["peak_db"],
            peak_after=data["peak_after"],
            pitches=np.asarray(data["pitches"], dtype=np.int64),
            timbre=np.asarray(data["timbre"], dtype=np.float64),
        )


@dataclass(frozen=True)
class Warning:
    """Something the user should know about an answer that was given all the same."""

    code: str
    """Stable machine-readable code, e.g. `truncated`, `wrong_extension`, `short_audio`."""

    message: str
    """Words for a person."""

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Warning:
        """Reads what `json.loads` makes of it."""
        return cls(
            code=data["code"],
            message=data["message"],
        )


@dataclass(frozen=True, eq=False)
class Report:
    """Structure of a song, schema version 1, of the parts asked for. Times are seconds from the first sample, rounded to 1 ms; what was not found is null or an empty list."""

    schema_version: Literal[1]
    """Version of the report's shape: 1."""

    analysis_version: str
    """Version of the numbers: rises whenever the same file may give another report."""

    source: SourceInfo
    """What the file is."""

    duration: float
    """Length of the decoded audio in seconds."""

    tempo: float | None
    """The song's tempo in BPM: the first candidate's; null where there is none. Part `tempo`."""

    tempo_confidence: float | None
    """Its probability, in [0, 1]. Part `tempo`."""

    tempo_candidates: list[TempoCandidate] | None
    """Tempo hypotheses, most likely first. Part `tempo`."""

    tempo_curve: list[TempoSpan] | None
    """Tempo over time. Part `tempo`."""

    time_signature: str | None
    """The song's time signature: the one that lasts longest; null where there are no bars. Part `meter`."""

    time_signature_confidence: float | None
    """Its probability, in [0, 1]. Part `meter`."""

    time_signatures: list[MeterSpan] | None
    """Time signatures over time. Part `meter`."""

    beats: list[Beat] | None
    """Beats in order. Part `beats`."""

    downbeats: NDArray[np.float64] | None
    """Times of the first beats of bars in seconds. Part `beats`."""

    key: Key | None
    """The song's key: the first candidate's; null where there is none. Part `key`."""

    key_confidence: float | None
    """Its probability, in [0, 1]. Part `key`."""

    key_candidates: list[KeyCandidate] | None
    """Key hypotheses, most likely first. Part `key`."""

    keys: list[KeySpan] | None
    """Keys over time. Part `key`."""

    tuning: Tuning | None
    """Deviation from concert pitch; null where nothing has a pitch. Part `key`."""

    chords: list[ChordSpan] | None
    """Chords over time. Part `chords`."""

    sections: list[Section] | None
    """Sections, which partition the song. Part `sections`."""

    rhythm: Groove | None
    """Descriptors of rhythm. Part `rhythm`."""

    timbre: Timbre | None
    """Descriptors of timbre; null without audio. Part `timbre`."""

    loudness: Loudness | None
    """Loudness after EBU R 128. Part `loudness`."""

    waveform: Waveform | None
    """Peaks for drawing; only where `include` names it. Part `waveform`."""

    segments: list[Segment] | None
    """What sounds between onsets, contiguous over the song; only where `include` names it. Part `segments`."""

    warnings: list[Warning]
    """What the user should know about this answer."""

    @classmethod
    def from_dict(cls: type[_T], data: Mapping[str, Any]) -> _T:
        """Reads what `json.loads` makes of it."""
        return cls(
            schema_version=data["schema_version"],
            analysis_version=data["analysis_version"],
            source=SourceInfo.from_dict(data["source"]),
            duration=data["duration"],
            tempo=data.get("tempo"),
            tempo_confidence=data.get("tempo_confidence"),
            tempo_candidates=None if data.get("tempo_candidates") is None else [TempoCandidate.from_dict(one) for one in data["tempo_candidates"]],
            tempo_curve=None if data.get("tempo_curve") is None else [TempoSpan.from_dict(one) for one in data["tempo_curve"]],
            time_signature=data.get("time_signature"),
            time_signature_confidence=data.get("time_signature_confidence"),
            time_signatures=None if data.get("time_signatures") is None else [MeterSpan.from_dict(one) for one in data["time_signatures"]],
            beats=None if data.get("beats") is None else [Beat.from_dict(one) for one in data["beats"]],
            downbeats=None if data.get("downbeats") is None else np.asarray(data["downbeats"], dtype=np.float64),
            key=data.get("key"),
            key_confidence=data.get("key_confidence"),
            key_candidates=None if data.get("key_candidates") is None else [KeyCandidate.from_dict(one) for one in data["key_candidates"]],
            keys=None if data.get("keys") is None else [KeySpan.from_dict(one) for one in data["keys"]],
            tuning=None if data.get("tuning") is None else Tuning.from_dict(data.get("tuning")),
            chords=None if data.get("chords") is None else [ChordSpan.from_dict(one) for one in data["chords"]],
            sections=None if data.get("sections") is None else [Section.from_dict(one) for one in data["sections"]],
            rhythm=None if data.get("rhythm") is None else Groove.from_dict(data["rhythm"]),
            timbre=None if data.get("timbre") is None else Timbre.from_dict(data.get("timbre")),
            loudness=None if data.get("loudness") is None else Loudness.from_dict(data["loudness"]),
            waveform=None if data.get("waveform") is None else Waveform.from_dict(data["waveform"]),
            segments=None if data.get("segments") is None else [Segment.from_dict(one) for one in data["segments"]],
            warnings=[Warning.from_dict(one) for one in data["warnings"]],
        )

Part = Literal["sections", "key", "tempo", "beats", "meter", "chords", "rhythm", "timbre", "loudness", "waveform", "segments"]


class Options(TypedDict, total=False):
    """How a song is analysed; the same names as in every other host."""

    quality: Literal["fast", "balanced", "thorough"]
    """how much work to spend."""

    style: Literal["auto", "pop", "rock", "electronic", "hip-hop", "jazz", "classical", "folk"]
    """what is expected of tempo, meter, key and form."""

    sensitivity: float
    """how readily a section boundary is set."""

    min_section: float
    """shortest section in seconds."""

    tempo_min: float
    """slowest tempo in BPM."""

    tempo_max: float
    """fastest tempo in BPM, at least 1.5 times `tempo_min`."""

    chord_vocabulary: Literal["triads", "sevenths", "extended"]
    """which chords can be named."""

    key_profile: Literal["ensemble", "krumhansl", "temperley", "albrecht", "edma"]
    """what keys are matched with."""

    include: Sequence[Part] | Literal["all"]
    """parts of the report, separated by commas, or `all`."""


Format = Literal["json", "jams", "lab", "audacity", "sonic-visualiser", "csv", "midi", "chordpro", "chordpro-grid", "rekordbox", "traktor", "reaper", "musicxml", "ireal", "spotify"]
