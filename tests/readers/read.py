"""What independent programs read in exported files: one line of JSON.

Called with a folder of files `song.*`; those that are there are read, by the ends of their names, with the reference
readers of their formats: mido (MIDI), jams (JAMS), mir_eval (lab, Audacity), pyrekordbox, traktor-nml-utils, music21
(MusicXML), pyRealParser (iReal Pro), wavinfo (cue points), pypdf (PDF), and Python's own (ZIP, CSV, XML, HTML, WAV, PNG).
"""

import csv
import html.parser
import json
import struct
import sys
import urllib.parse
import wave
import xml.etree.ElementTree as tree
import zipfile
from pathlib import Path

import numpy

numpy.float_ = numpy.float64  # jams 0.3.4 was written for NumPy 1
import jams  # noqa: E402
import mido  # noqa: E402
import mir_eval  # noqa: E402
import pypdf  # noqa: E402


def midi(path):
    song = mido.MidiFile(path)
    # Seconds of every tick, by the tempi of the first track as a sequencer takes them.
    changes, ticks = [(0, 500_000)], 0
    for message in song.tracks[0]:
        ticks += message.time
        if message.type == "set_tempo":
            changes.append((ticks, message.tempo))

    def seconds(tick):
        total = 0.0
        for (start, tempo), (end, _) in zip(changes, changes[1:] + [(tick, 0)]):
            total += mido.tick2second(max(0, min(end, tick) - start), song.ticks_per_beat, tempo)
        return round(total, 4)

    tracks = {}
    for track in song.tracks:
        ticks, markers, notes = 0, [], []
        for message in track:
            ticks += message.time
            if message.type == "marker":
                markers.append([seconds(ticks), message.text])
            elif message.type == "note_on" and message.velocity > 0:
                notes.append([seconds(ticks), message.channel, message.note])
        tracks[track.name] = {"markers": markers, "notes": notes}
    first, *others = [list(tracks.values())[0]] + [tracks[name] for name in ("Chord names", "Chords", "Click")]
    bpm = sorted(mido.tempo2bpm(tempo) for _, tempo in changes[1:])
    signatures = [f"{one.numerator}/{one.denominator}" for one in song.tracks[0] if one.type == "time_signature"]
    return {
        "bpm": bpm[len(bpm) // 2],
        "tempi": len(bpm),
        "markers": first["markers"],
        "names": others[0]["markers"],
        "chords": others[1]["notes"],
        "clicks": others[2]["notes"],
        "signatures": signatures,
        "length": song.length,
    }


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


def lab(read):
    """A reader of mir_eval's, whose answer is as JSON has it."""

    def plain(value):
        if isinstance(value, (tuple, list)):
            return [plain(one) for one in value]
        return value.tolist() if hasattr(value, "tolist") else value

    return lambda path: plain(read(str(path))) if path.stat().st_size else []


def chords(path):
    intervals, labels = mir_eval.io.load_labeled_intervals(str(path))
    # The labels are chords to mir_eval too.
    mir_eval.chord.encode_many(labels)
    return [intervals.tolist(), labels]


def key(path):
    key = mir_eval.io.load_key(str(path))
    mir_eval.key.validate_key(key)
    return key


def labels(path):
    """Audacity's documented grammar: start, end and text, parted by tabs; mir_eval reads it too."""
    intervals, texts = mir_eval.io.load_labeled_intervals(str(path), delimiter="\t")
    return [intervals.tolist(), texts]


def number(element, name, kind=int):
    """An attribute that the reader of Sonic Visualiser insists on."""
    return kind(element.attrib[name])


def layer(path):
    """Sonic Visualiser's layers: models, the data sets they wait for, and layers that show models."""
    root = tree.parse(path).getroot()
    assert root.tag == "sv" and [child.tag for child in root] == ["data", "display"], root
    data, display = root
    models, waiting, points, layers = {}, {}, {}, {}
    for element in data:
        if element.tag == "model":
            assert not layers, "all models come before the first layer"
            id = number(element, "id")
            assert id not in models and number(element, "sampleRate", float) > 0
            models[id] = element
            if element.get("type") == "sparse":
                number(element, "resolution")
                assert (number(element, "dimensions"), element.get("subtype")) in [(1, None), (3, "region")]
                waiting[number(element, "dataset")] = id
        elif element.tag == "dataset":
            id = waiting.pop(number(element, "id"))
            dimensions = number(element, "dimensions")
            assert dimensions == number(models[id], "dimensions")
            rate = number(models[id], "sampleRate", float)
            points[id] = []
            for point in element:
                assert point.tag == "point"
                length = number(point, "duration") / rate if dimensions == 3 else 0.0
                if dimensions == 3:
                    number(point, "value", float)
                points[id].append([number(point, "frame") / rate, length, point.get("label")])
        else:
            layers[number(element, "id")] = element
    assert not waiting, "a model has no data"
    shown = []
    for view in display:
        if view.tag == "view":
            assert view.get("type") == "pane"
            for name in ("centre", "zoom", "followPan", "followZoom", "centreLineVisible"):
                number(view, name)
            shown.append([layers[number(one, "id")].get("name") for one in view])
        else:
            # A file for one layer shows it without a pane.
            layers[number(view, "id")] = view
    for one in layers.values():
        sparse = models[number(one, "model")]
        kinds = {"1": "timeinstants", "3": "regions", None: sparse.get("type")}
        assert one.get("type") in (kinds[sparse.get("dimensions")], "timeruler", "waveform"), one.attrib
    mains = [model.get("file") for model in models.values() if model.get("mainModel") == "true"]
    return {
        "song": mains,
        "panes": shown,
        "layers": {one.get("name"): points.get(number(one, "model"), []) for one in layers.values()},
    }


def rekordbox(path):
    import pyrekordbox

    collection = pyrekordbox.RekordboxXml(path)
    (track,) = collection.get_tracks()
    return {
        "name": track["Name"],
        "key": track["Tonality"],
        "bpm": track["AverageBpm"],
        "tempi": [[one["Inizio"], one["Bpm"], one["Metro"], one["Battito"]] for one in track.tempos],
        "marks": [[one["Name"], one["Start"], one["Num"]] for one in track.marks],
        "playlists": [node.name for node in collection.get_playlist().get_playlists()],
    }


def traktor(path):
    import traktor_nml_utils

    (track,) = traktor_nml_utils.TraktorCollection(path).nml.collection.entry
    return {
        "title": track.title,
        "file": track.location.file,
        "bpm": track.tempo.bpm,
        "key": track.musical_key.value_attribute,
        "grid": [[cue.start, cue.grid.bpm] for cue in track.cue_v2 if cue.type == 4],
        "cues": [[cue.name, cue.start, cue.hotcue] for cue in track.cue_v2 if cue.type == 0],
    }


def regions(path):
    rows = list(csv.DictReader(path.open(encoding="utf-8")))
    seconds = lambda clock: int(clock.split(":")[0]) * 60 + float(clock.split(":")[1])
    of = lambda kind: [row for row in rows if row["#"].startswith(kind)]
    return {
        "regions": [[row["Name"], seconds(row["Start"]), seconds(row["End"])] for row in of("R")],
        "markers": [[row["Name"], seconds(row["Start"])] for row in of("M")],
    }


def lead_sheet(path):
    import music21

    score = music21.converter.parse(path, format="musicxml")
    (part,) = score.parts
    bars = list(part.getElementsByClass("Measure"))
    symbols = [one for one in part.recurse().getElementsByClass("Harmony")]
    full = [bar for bar in bars if not bar.paddingLeft]
    return {
        "title": score.metadata.title,
        "bars": len(bars),
        # Each bar is as long as its meter says.
        "wrong": [bar.number for bar in full[:-1] if bar.duration.quarterLength != bar.barDuration.quarterLength],
        "beats": len(list(part.recurse().notes.getElementsByClass("Note"))),
        "chords": [[one.root().name, one.bass().name, one.chordKind] for one in symbols if one.chordKind != "none"],
        "pitches": [sorted({pitch.pitchClass for pitch in one.pitches}) for one in symbols if one.chordKind != "none"],
        "keys": [one.asKey(one.mode).name for one in part.recurse().getElementsByClass("KeySignature")],
        "meters": [one.ratioString for one in part.recurse().getElementsByClass("TimeSignature")],
        "marks": [one.content for one in part.recurse().getElementsByClass("RehearsalMark")],
    }


class Links(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.links = []

    def handle_starttag(self, tag, attributes):
        if tag == "a":
            self.links.append(dict(attributes)["href"])


def charts(path):
    from pyRealParser import Tune

    page, charts = Links(), []
    page.feed(path.read_text(encoding="utf-8"))
    for link in page.links:
        protocol, song = urllib.parse.unquote(link).split("://", 1)
        title, composer, style, key, n, chart = song.split("=")
        assert (protocol, n) == ("irealbook", "n"), link
        chart = Tune._cleanup_chord_string(chart)
        meter = Tune._get_time_signature(chart)
        charts.append({"title": title, "composer": composer, "key": key, "meter": meter, "bars": Tune._get_measures(chart)})
    return charts


def sound(path):
    with wave.open(str(path)) as file:
        frames = file.readframes(file.getnframes())
        samples = [abs(one) for (one,) in struct.iter_unpack("<h", frames)]
        rate, clicks, since = file.getframerate(), 0, 10**9
        for one in samples:
            clicks += one > 3000 and since > rate // 20
            since = 0 if one > 3000 else since + 1
        return {"seconds": file.getnframes() / rate, "clicks": clicks}


def cues(path):
    """The sound, as Python reads it, and the cue points, as wavinfo does."""
    import wavinfo

    with wave.open(str(path)) as file:
        n_frames, rate = file.getnframes(), file.getframerate()
    found = wavinfo.WavInfoReader(str(path), info_encoding="utf-8").cues
    names = {one.name: one.text for one in found.labels}
    return {"seconds": n_frames / rate, "cues": [[cue.sample_offset / rate, names[cue.name]] for cue in found.cues]}


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
    "sections.lab": lab(mir_eval.io.load_labeled_intervals),
    "groups.lab": lab(mir_eval.io.load_labeled_intervals),
    "phrases.lab": lab(mir_eval.io.load_labeled_intervals),
    "chords.lab": chords,
    "keys.lab": lab(mir_eval.io.load_labeled_intervals),
    "key.lab": key,
    "beats.lab": lab(mir_eval.io.load_events),
    "downbeats.lab": lab(mir_eval.io.load_events),
    "positions.lab": lab(mir_eval.io.load_labeled_events),
    "meters.lab": lab(mir_eval.io.load_labeled_intervals),
    "tempi.lab": lab(mir_eval.io.load_labeled_intervals),
    "tempo.lab": lab(mir_eval.io.load_tempo),
    **{f"{kind}.txt": labels for kind in ("sections", "keys", "chords", "bars", "beats")},
    **{f"{kind}.svl": layer for kind in ("sections", "keys", "chords", "bars", "beats")},
    "session.xml": layer,
    "csv": lambda path: {"rows": list(csv.DictReader(path.open()))},
    "rekordbox.xml": rekordbox,
    "nml": traktor,
    "regions.csv": regions,
    "musicxml": lead_sheet,
    "html": charts,
    "click.wav": sound,
    "cued.wav": cues,
    "svg": vector,
    "png": picture,
    "pdf": paper,
}


def unpack(folder):
    """Archives hold the files of one format, each with what follows the song's name."""
    for archive in folder.glob("*.zip"):
        with zipfile.ZipFile(archive) as file:
            assert file.testzip() is None, archive
            for name in file.namelist():
                end = name.split(".", 1)[1]
                (folder / f"song.{end}").write_bytes(file.read(name))


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    unpack(folder)
    found = {}
    for end, read in READERS.items():
        if (folder / f"song.{end}").exists():
            try:
                found[end] = read(folder / f"song.{end}")
            except Exception as error:
                raise ValueError(f"song.{end} cannot be read") from error
    print(json.dumps(found))
