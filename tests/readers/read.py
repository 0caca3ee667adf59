"""What independent programs read in the files that the page exports: one line of JSON.

Called with a folder of files; those that are there are read, by their extensions, with the reference readers of
their formats: mido (MIDI), jams (JAMS), mir_eval (lab, Audacity), pypdf (PDF), and Python's own (CSV, XML, WAV, PNG).
"""

import csv
import io
import json
import struct
import sys
import wave
import xml.etree.ElementTree as tree
from pathlib import Path

import numpy

numpy.float_ = numpy.float64  # jams 0.3.4 was written for NumPy 1
import jams  # noqa: E402
import mido  # noqa: E402
import mir_eval  # noqa: E402
import pypdf  # noqa: E402


def midi(path):
    song = mido.MidiFile(path)
    ticks, tempi, markers, signatures, seconds = 0, [], [], [], 0.0
    for message in mido.merge_tracks(song.tracks):
        tempo = tempi[-1] if tempi else 500_000
        seconds += mido.tick2second(message.time, song.ticks_per_beat, tempo)
        ticks += message.time
        if message.type == "set_tempo":
            tempi.append(message.tempo)
        elif message.type == "marker":
            markers.append([round(seconds, 3), message.text])
        elif message.type == "time_signature":
            signatures.append(f"{message.numerator}/{message.denominator}")
    bpm = sorted(mido.tempo2bpm(tempo) for tempo in tempi)
    return {"bpm": bpm[len(bpm) // 2], "markers": markers, "signatures": signatures, "length": song.length}


def jams_file(path):
    song = jams.load(str(path), validate=True, strict=True)
    of = lambda space: [one for one in song.search(namespace=space)]
    return {
        "duration": song.file_metadata.duration,
        "namespaces": sorted({one.namespace for one in song.annotations}),
        "segments": [value.value for value in of("segment_open")[0].data],
        "chords": [value.value for value in of("chord")[0].data],
        "beats": len(of("beat")[0].data),
    }


def blocks(path):
    """A lab file holds a block a task, each headed by a comment: mir_eval reads one task at a time."""
    tasks = {}
    for block in path.read_text().split("# ")[1:]:
        name, rows = block.split("\n", 1)
        if name == "beats":
            tasks[name] = len(mir_eval.io.load_labeled_events(io.StringIO(rows))[0])
        else:
            tasks[name] = list(mir_eval.io.load_labeled_intervals(io.StringIO(rows))[1])
    # The labels are chords to mir_eval too.
    mir_eval.chord.encode_many(tasks["chords"])
    return tasks


def regions(path):
    intervals, labels = mir_eval.io.load_labeled_intervals(str(path), delimiter="\t")
    return {"ends": [float(end) for end in intervals[:, 1]], "labels": list(labels)}


def sound(path):
    with wave.open(str(path)) as file:
        frames = file.readframes(file.getnframes())
        samples = [abs(one) for (one,) in struct.iter_unpack("<h", frames)]
        rate, clicks, since = file.getframerate(), 0, 10**9
        for one in samples:
            clicks += one > 3000 and since > rate // 20
            since = 0 if one > 3000 else since + 1
        return {"seconds": file.getnframes() / rate, "clicks": clicks}


def picture(path):
    head = path.read_bytes()[:24]
    assert head[:8] == b"\x89PNG\r\n\x1a\n", "no PNG"
    return dict(zip(("width", "height"), struct.unpack(">II", head[16:24])))


def vector(path):
    root = tree.parse(path).getroot()
    return {"tag": root.tag, "texts": [one.text for one in root.iter("{http://www.w3.org/2000/svg}text")]}


def paper(path):
    file = pypdf.PdfReader(path)
    page = file.pages[0].mediabox
    return {
        "pages": len(file.pages),
        "points": [round(float(page.width)), round(float(page.height))],
        "text": "\n".join(one.extract_text() for one in file.pages),
    }


READERS = {
    "mid": midi,
    "jams": jams_file,
    "lab": blocks,
    "audacity.txt": regions,
    "csv": lambda path: {"rows": list(csv.DictReader(path.open()))},
    "rekordbox.xml": lambda path: {"tempi": len(list(tree.parse(path).getroot().iter("TEMPO"))), "marks": [one.get("Name") for one in tree.parse(path).getroot().iter("POSITION_MARK")]},
    "sonic.csv": lambda path: {"labels": [row["LABEL"] for row in csv.DictReader(path.open())]},
    "click.wav": sound,
    "svg": vector,
    "png": picture,
    "pdf": paper,
}

if __name__ == "__main__":
    folder = Path(sys.argv[1])
    print(json.dumps({end: read(folder / f"song.{end}") for end, read in READERS.items() if (folder / f"song.{end}").exists()}))
