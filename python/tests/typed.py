"""What a type checker must see; it is not run."""

import numpy as np
from numpy.typing import NDArray

import sectionist


def total_of_verses(path: str) -> float:
    report = sectionist.analyze(path, quality="fast", include=["sections"])
    sections: list[sectionist.Section] | None = report.sections
    return sum(section.end - section.start for section in sections or [] if section.label == "verse")


def beats(path: str) -> NDArray[np.float64]:
    return sectionist.analyze(path).beat_times
