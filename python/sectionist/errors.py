"""What can go wrong, by who is at fault."""

from __future__ import annotations


class Error(Exception):
    """A failure of an analysis."""

    code: str
    """The stable, machine-readable code: the same as in the service's JSON."""

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.code = code


class UnsupportedFormat(Error):
    """The bytes are no audio that can be decoded here."""


class Malformed(Error):
    """A supported format whose content is damaged beyond use; or JSON that is no report or no corrections."""


class LimitExceeded(Error):
    """The input is larger than a limit allows, or, for sample rates, smaller."""


class InvalidParameter(Error, ValueError):
    """An option has an unknown name or a value outside its range."""


def of(message: str, code: str) -> Error:
    """The error of a code."""
    kinds: dict[str, type[Error]] = {
        "unsupported_format": UnsupportedFormat,
        "malformed": Malformed,
        "invalid_parameter": InvalidParameter,
    }
    return kinds.get(code, LimitExceeded)(message, code)
