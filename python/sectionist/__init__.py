"""Music structure analysis: sections, key, tempo, beats, bars and chords of a song.

>>> import sectionist
>>> report = sectionist.analyze("song.mp3")  # doctest: +SKIP
>>> report.key, report.tempo, [section.name for section in report.sections]  # doctest: +SKIP
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from os import PathLike, fspath
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import _native, _report, errors
from ._report import *  # noqa: F403
from .errors import Error, InvalidParameter, LimitExceeded, Malformed, UnsupportedFormat

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ._report import Format, Options

__version__ = _native.__version__

__all__ = [
    "Error",
    "InvalidParameter",
    "LimitExceeded",
    "Malformed",
    "Report",
    "UnsupportedFormat",
    "analyze",
    "analyze_samples",
    "formats",
]
__all__ += _report.__all__


@contextmanager
def _errors() -> Iterator[None]:
    """Turns failures of the native half into errors of this package."""
    try:
        yield
    except _native.Failure as failure:
        message, code = failure.args
        raise errors.of(message, code) from None


class Report(_report.Report):
    """The structure of a song, as the dataclass says, with its exports."""

    @classmethod
    def from_json(cls, text: str | bytes) -> Report:
        """Reads a report of schema version 1, as every host of Sectionist writes it.

        Raises `Malformed` if it is no such report.
        """
        text = text.decode() if isinstance(text, bytes) else text
        with _errors():
            # The core reads it, so that it is what exports are made of.
            _native.export(text, "json")
        report = cls.from_dict(json.loads(text))
        object.__setattr__(report, "_json", text)
        return report

    def to_json(self) -> str:
        """The report in JSON."""
        return cast(str, object.__getattribute__(self, "_json"))

    def to_dict(self) -> dict[str, Any]:
        """The report as `json.loads` reads it."""
        return cast("dict[str, Any]", json.loads(self.to_json()))

    @property
    def beat_times(self) -> NDArray[np.float64]:
        """Times of the beats in seconds, shape [n_beats]; empty if beats were not asked for."""
        return np.array([beat.time for beat in self.beats or []], dtype=np.float64)

    @property
    def beat_positions(self) -> NDArray[np.int64]:
        """Places of the beats in their bars, from 1, shape [n_beats]."""
        return np.array([beat.position for beat in self.beats or []], dtype=np.int64)

    @property
    def section_intervals(self) -> NDArray[np.float64]:
        """Starts and ends of the sections in seconds, shape [n_sections × 2], as `mir_eval.segment` takes them."""
        return np.array([(one.start, one.end) for one in self.sections or []], dtype=np.float64).reshape(-1, 2)

    @property
    def chord_intervals(self) -> NDArray[np.float64]:
        """Starts and ends of the chords in seconds, shape [n_chords × 2], as `mir_eval.chord` takes them."""
        return np.array([(one.start, one.end) for one in self.chords or []], dtype=np.float64).reshape(-1, 2)

    def export(self, format: Format) -> bytes:
        """The report as a file of another format.

        Raises `InvalidParameter` for an unknown one.
        """
        with _errors():
            return _native.export(self.to_json(), format)[0]

    def to_jams(self) -> Any:
        """The report as a `jams.JAMS`; needs the package `jams`."""
        from io import StringIO

        import jams

        return jams.load(StringIO(self.export("jams").decode()))

    def corrected(self, corrections: Mapping[str, Any] | str) -> Report:
        """A report with corrections as the page writes them: `{"version": 1, "edits": […]}`, or that in JSON.

        Raises `Malformed` if they are none.
        """
        text = corrections if isinstance(corrections, str) else json.dumps(corrections)
        with _errors():
            return Report.from_json(_native.corrected(self.to_json(), text))


def _options(options: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Options as texts; `None` leaves the default."""

    def text(value: Any) -> str:
        is_list = isinstance(value, (list, tuple, set, frozenset))
        return ",".join(map(str, value)) if is_list else str(value)

    return [(name, text(value)) for name, value in options.items() if value is not None]


def analyze(
    song: str | PathLike[str] | bytes | bytearray | memoryview | BinaryIO,
    *,
    name: str | None = None,
    progress: Callable[[str, float], object] | None = None,
    max_duration: float = _native.MAX_DURATION,
    **options: Unpack[Options],
) -> Report:
    """Analyses a song: a path, the bytes of an encoded file, or a file that is open for reading bytes.

    `name` is the file's, where it cannot be told. `progress` is called with a stage and a fraction in [0, 1] some twenty times a
    second; what it raises ends the analysis. Longer audio than `max_duration` seconds is refused. `options` are those of every
    host, `quality="fast"` for one. Other threads run meanwhile.

    Raises `OSError` if the file cannot be read, `UnsupportedFormat`, `Malformed` or `LimitExceeded` for what is in it, and
    `InvalidParameter` for the options.
    """
    if isinstance(song, (str, PathLike)):
        path = Path(fspath(song))
        data, name = path.read_bytes(), name or path.name
    elif isinstance(song, (bytes, bytearray, memoryview)):
        data = bytes(song)
    else:
        data = song.read()
    with _errors():
        text = _native.analyze_bytes(data, name, _options(options), max_duration, progress)
    return Report.from_json(text)


def analyze_samples(
    samples: ArrayLike,
    sample_rate: int,
    *,
    max_duration: float = _native.MAX_DURATION,
    **options: Unpack[Options],
) -> Report:
    """Analyses samples in [−1, 1] at `sample_rate` Hz: shape [n_samples], or [n_channels × n_samples] as librosa has it, whose mean is
    taken.

    Raises `LimitExceeded` for a rate or a length outside the limits, `InvalidParameter` for the options, `ValueError` for another
    shape.
    """
    array = np.asarray(samples, dtype=np.float32)
    if array.ndim == 2:
        array = array.mean(axis=0)
    if array.ndim != 1:
        raise ValueError(f"samples have one or two dimensions, and these have {array.ndim}")
    with _errors():
        text = _native.analyze_samples(
            np.ascontiguousarray(array, dtype=np.float32).tobytes(), sample_rate, _options(options), max_duration
        )
    return Report.from_json(text)


def formats() -> dict[str, Any]:
    """What can be decoded: containers with their extensions, codecs, and formats that are recognised and refused."""
    return cast("dict[str, Any]", json.loads(_native.decodable()))
