// The report, schema version 1, and the options of an analysis. Made from the types of the core: `cargo xtask bless`.

export type Key = 'C major' | 'Db major' | 'D major' | 'Eb major' | 'E major' | 'F major' | 'F# major' | 'G major' | 'Ab major' | 'A major' | 'Bb major' | 'B major' | 'C minor' | 'C# minor' | 'D minor' | 'Eb minor' | 'E minor' | 'F minor' | 'F# minor' | 'G minor' | 'G# minor' | 'A minor' | 'Bb minor' | 'B minor';

export type SectionLabel = 'intro' | 'verse' | 'pre-chorus' | 'chorus' | 'post-chorus' | 'bridge' | 'instrumental' | 'solo' | 'breakdown' | 'outro' | 'silence' | 'section';

export type Evidence = 'timbre' | 'harmony' | 'repetition' | 'loudness' | 'silence';

/** What the file is: `source` of the report. */
export interface SourceInfo {
  /** File name, where known. */
  name: string | null;
  /** Container by its short name, e.g. `mp3`, `wav`, `m4a`, `ogg`. */
  container: string;
  /** Codec by its short name, e.g. `mp3`, `pcm_s16le`, `aac`, `vorbis`. */
  codec: string;
  /** Sample rate in Hz. */
  sample_rate: number;
  /** Number of channels. */
  channels: number;
  /** Encoded size in bytes. */
  bytes: number;
  /** Title, artist, album … by lower-case key, where the file has them. */
  tags: Record<string, string>;
}

/** A tempo hypothesis. */
export interface TempoCandidate {
  /** Tempo. */
  bpm: number;
  /** Probability that this is the tempo people tap, in [0, 1]. */
  confidence: number;
}

/** A span of steady tempo. */
export interface TempoSpan {
  /** Start in seconds. */
  start: number;
  /** End in seconds. */
  end: number;
  /** Tempo. */
  bpm: number;
}

/** A span of one meter. */
export interface MeterSpan {
  /** Start in seconds. */
  start: number;
  /** End in seconds. */
  end: number;
  /** Time signature. */
  value: string;
  /** Probability that it is right, in [0, 1]. */
  confidence: number;
}

/** A beat. */
export interface Beat {
  /** Seconds from the first sample. */
  time: number;
  /** Position in the bar, from 1 (the downbeat). */
  position: number;
  /** Probability that a beat is within 70 ms, in [0, 1]. */
  confidence: number;
}

/** A hypothesis of the song's key. */
export interface KeyCandidate {
  /** Key. */
  key: Key;
  /** Probability that it is right, in [0, 1]. */
  confidence: number;
}

/** A span in one key. */
export interface KeySpan {
  /** Start in seconds. */
  start: number;
  /** End in seconds. */
  end: number;
  /** Key. */
  key: Key;
  /** Probability that it is right, in [0, 1]. */
  confidence: number;
}

/** Deviation from concert pitch. */
export interface Tuning {
  /** Cents above A4 = 440 Hz, in (−50, 50]. */
  cents: number;
  /** Frequency of A4 in Hz. */
  a4_hz: number;
}

/** A span of one chord. */
export interface ChordSpan {
  /** Start in seconds. */
  start: number;
  /** End in seconds. */
  end: number;
  /** Harte syntax: `C:maj7/3`, `N` for no chord. */
  label: string;
  /** As players write it: `Cmaj7/E`, `N.C.` for no chord. */
  name: string;
  /** Roman numeral in the local key: `Imaj7`; null without a key or chord. */
  roman: string | null;
  /** Probability that root and third are right, in [0, 1]. */
  confidence: number;
}

/** A label that the section might have instead. */
export interface LabelAlternative {
  /** The label. */
  label: SectionLabel;
  /** Its probability, in [0, 1]. */
  confidence: number;
}

/** The start of a section. */
export interface Boundary {
  /** Probability that people hear a boundary within half a second, in [0, 1]. */
  confidence: number;
  /** Earliest plausible time in seconds. */
  earliest: number;
  /** Latest plausible time in seconds. */
  latest: number;
  /** What speaks for it. */
  evidence: Evidence[];
}

/** A section with the same material. */
export interface Repeat {
  /** Its index in the list of sections. */
  section: number;
  /** How alike they are, in [0, 1]. */
  similarity: number;
}

/** A phrase: a passage that is heard as one, of four or eight bars as a rule. */
export interface Phrase {
  /** Start in seconds. */
  start: number;
  /** End in seconds. */
  end: number;
  /** Lower-case letter: the same for the same material within the section, from `a` in order of appearance. Letters start anew in each section. */
  group: string;
  /** Probability that people hear a phrase start at `start`, in [0, 1]. */
  confidence: number;
  /** Bars in the phrase. */
  bars: number;
}

/** Mean sound of a section. */
export interface SectionTimbre {
  /** Mean spectral centroid in Hz. */
  spectral_centroid_hz: number;
  /** Mean spectral flatness, in [0, 1]. */
  spectral_flatness: number;
  /** Onsets per second. */
  onset_rate_hz: number;
}

/** A section. */
export interface Section {
  /** Start in seconds. */
  start: number;
  /** End in seconds. */
  end: number;
  /** Most likely function. */
  label: SectionLabel;
  /** For people: `Verse 1`; unnumbered where the label occurs once. */
  name: string;
  /** Letter of the repetition group: the same for the same material, from `A` in order of appearance. */
  group: string;
  /** Probability that the label is right, in [0, 1]. */
  confidence: number;
  /** Other labels, most likely first. */
  alternatives: LabelAlternative[];
  /** The boundary at `start`. */
  boundary: Boundary;
  /** Bars in the section; null where there are no bars. */
  bars: number | null;
  /** Key that fills most of the section. */
  key: Key | null;
  /** Tempo in BPM at its middle. */
  tempo: number | null;
  /** Mean loudness in LUFS. */
  loudness_lufs: number | null;
  /** Other sections with the same material. */
  repeats: Repeat[];
  /** The phrases that the section consists of, in order: they partition it; empty where there are no bars. */
  phrases: Phrase[];
  /** Mean sound of the section. */
  timbre: SectionTimbre;
}

/** Descriptors of rhythm; null where there is nothing to measure. */
export interface Groove {
  /** How clearly a pulse is felt, in [0, 1] (Lartillot 2008): high for drums on the beat, low for what floats. */
  pulse_clarity: number | null;
  /** Onsets per second: how busy it is. From 0; songs have some 2 to 8. */
  onset_rate_hz: number | null;
  /** Share of onset weight on weak positions without an onset on the next strong one, in [0, 1]. */
  syncopation: number | null;
  /** Variety of the bar's onset patterns, in [0, 1]: 0 where every bar is the same. */
  complexity: number | null;
  /** Length of the first eighth over the second: 1 is straight, 2 is triplet swing; in [0.75, 2.5]. */
  swing_ratio: number | null;
  /** Typical deviation of onsets from the grid in milliseconds, their median: some 3 by a machine, 10 to 20 by hand. */
  microtiming_ms: number | null;
  /** 1 for a metronome; 1 − the coefficient of variation of the beat periods, in [0, 1]. */
  tempo_stability: number | null;
}

/** Means and standard deviations over frames of several values. */
export interface SpreadList {
  /** Means. */
  mean: number[];
  /** Population standard deviations. */
  std: number[];
}

/** Mean and standard deviation over frames. */
export interface Spread {
  /** Mean. */
  mean: number;
  /** Population standard deviation. */
  std: number;
}

/** Timbre of a whole song, after librosa's definitions at 22 050 Hz (`n_fft=2048`, `hop_length=1024`): means and deviations over frames. */
export interface Timbre {
  /** Mel-frequency cepstral coefficients 0–19: the shape of the spectrum. 0 is its level, 1 how much low bands outweigh high ones, higher ones are finer. Of 128 mel bands in dB, floored at −100; 0 lies in some [−1200, 200], the others within ±250. */
  mfcc: SpreadList;
  /** Spectral centroid in Hz: the mean frequency, weighted by magnitude; how bright it sounds. In [0, 11 025]. */
  spectral_centroid_hz: Spread;
  /** 85 % rolloff in Hz: below it lie 85 % of the magnitude. In [0, 11 025]. */
  spectral_rolloff_hz: Spread;
  /** Spectral contrast in dB of seven bands, low to high (up to 200 Hz, then octaves): peaks over valleys. High where tones stand out, low in noise; in some [0, 60]. */
  spectral_contrast_db: SpreadList;
  /** Spectral flatness, in [0, 1]: 0 for pure tones, 1 for white noise. */
  spectral_flatness: Spread;
  /** Zero-crossing rate, in [0, 1]: the share of samples whose sign is not that of the one before; high in noise and sibilants. */
  zero_crossing_rate: Spread;
}

/** Loudness of a whole song; `null` where it is silent or too short to tell. */
export interface Loudness {
  /** Integrated loudness in LUFS, gated (EBU R 128): how loud the whole is. In [−70, some 5]; masters for streaming have about −14. */
  integrated_lufs: number | null;
  /** Loudness range in LU (EBU Tech 3342): between soft and loud passages. From 0; pop has some 3 to 10, orchestras 15 and more. */
  range_lu: number | null;
  /** True peak in dBTP: the highest level between samples too (ITU-R BS.1770). Above 0 it may clip when it is played. */
  true_peak_dbtp: number | null;
}

/** Peaks of equal stretches of the song, of the mono mix. */
export interface Waveform {
  /** Seconds a stretch; 0 when there is none. */
  seconds_per_peak: number;
  /** Largest absolute sample of each stretch, 0–255 for 0–1. */
  peaks: number[];
  /** Root mean square of each stretch, 0–255 for 0–1. */
  rms: number[];
}

/** What sounds from one onset to the next. */
export interface Segment {
  /** Start in seconds. */
  start: number;
  /** End in seconds: the start of the next one. */
  end: number;
  /** How strong the onset is that it starts with, in [0, 1]; 0 for the start of the song. */
  strength: number;
  /** Level at its start in dBFS (root mean square of some 93 ms), at least −60. */
  start_db: number;
  /** Level where it is loudest, in dBFS, at least −60. */
  peak_db: number;
  /** Seconds from its start to where it is loudest. */
  peak_after: number;
  /** Strength of the pitch classes from C, 0–255 for 0–1: 255 is the strongest; all 0 where nothing has a pitch. */
  pitches: number[];
  /** The first cepstral coefficients of the mean mel spectrum of 64 bands, in dB. */
  timbre: number[];
}

/** Something the user should know about an answer that was given all the same. */
export interface Warning {
  /** Stable machine-readable code, e.g. `truncated`, `wrong_extension`, `short_audio`. */
  code: string;
  /** Words for a person. */
  message: string;
}

/** Structure of a song, schema version 1, of the parts asked for. Times are seconds from the first sample, rounded to 1 ms; what was not found is null or an empty list. */
export interface Report {
  /** Version of the report's shape: 1. */
  schema_version: 1;
  /** Version of the numbers: rises whenever the same file may give another report. */
  analysis_version: string;
  /** What the file is. */
  source: SourceInfo;
  /** Length of the decoded audio in seconds. */
  duration: number;
  /** The song's tempo in BPM: the first candidate's; null where there is none. Part `tempo`. */
  tempo?: number | null;
  /** Its probability, in [0, 1]. Part `tempo`. */
  tempo_confidence?: number | null;
  /** Tempo hypotheses, most likely first. Part `tempo`. */
  tempo_candidates?: TempoCandidate[];
  /** Tempo over time. Part `tempo`. */
  tempo_curve?: TempoSpan[];
  /** The song's time signature: the one that lasts longest; null where there are no bars. Part `meter`. */
  time_signature?: string | null;
  /** Its probability, in [0, 1]. Part `meter`. */
  time_signature_confidence?: number | null;
  /** Time signatures over time. Part `meter`. */
  time_signatures?: MeterSpan[];
  /** Beats in order. Part `beats`. */
  beats?: Beat[];
  /** Times of the first beats of bars in seconds. Part `beats`. */
  downbeats?: number[];
  /** The song's key: the first candidate's; null where there is none. Part `key`. */
  key?: Key | null;
  /** Its probability, in [0, 1]. Part `key`. */
  key_confidence?: number | null;
  /** Key hypotheses, most likely first. Part `key`. */
  key_candidates?: KeyCandidate[];
  /** Keys over time. Part `key`. */
  keys?: KeySpan[];
  /** Deviation from concert pitch; null where nothing has a pitch. Part `key`. */
  tuning?: Tuning | null;
  /** Chords over time. Part `chords`. */
  chords?: ChordSpan[];
  /** Sections, which partition the song. Part `sections`. */
  sections?: Section[];
  /** Descriptors of rhythm. Part `rhythm`. */
  rhythm?: Groove;
  /** Descriptors of timbre; null without audio. Part `timbre`. */
  timbre?: Timbre | null;
  /** Loudness after EBU R 128. Part `loudness`. */
  loudness?: Loudness;
  /** Peaks for drawing; only where `include` names it. Part `waveform`. */
  waveform?: Waveform;
  /** What sounds between onsets, contiguous over the song; only where `include` names it. Part `segments`. */
  segments?: Segment[];
  /** What the user should know about this answer. */
  warnings: Warning[];
}

/** Parts of a report. */
export type Part = 'sections' | 'key' | 'tempo' | 'beats' | 'meter' | 'chords' | 'rhythm' | 'timbre' | 'loudness' | 'waveform' | 'segments';

/** How a song is analysed; the same names as in every other host. */
export interface AnalysisOptions {
  /** How much work to spend. Default: balanced. */
  quality?: 'fast' | 'balanced' | 'thorough';
  /** What is expected of tempo, meter, key and form. Default: auto. */
  style?: 'auto' | 'pop' | 'rock' | 'electronic' | 'hip-hop' | 'jazz' | 'classical' | 'folk';
  /** How readily a section boundary is set. From 0 to 1; default: 0.5. */
  sensitivity?: number;
  /** Shortest section in seconds. From 0 to 120; default: 4. */
  min_section?: number;
  /** Slowest tempo in BPM. From 20 to 400; default: 40. */
  tempo_min?: number;
  /** Fastest tempo in BPM, at least 1.5 times `tempo_min`. From 20 to 400; default: 300. */
  tempo_max?: number;
  /** Which chords can be named. Default: sevenths. */
  chord_vocabulary?: 'triads' | 'sevenths' | 'extended';
  /** What keys are matched with. Default: ensemble. */
  key_profile?: 'ensemble' | 'krumhansl' | 'temperley' | 'albrecht' | 'edma';
  /** Parts of the report, separated by commas, or `all`. Default: all but `waveform` and `segments`. */
  include?: Part[] | 'all';
}

/** Formats that a report can be written in. */
export type Format = 'json' | 'jams' | 'lab' | 'audacity' | 'sonic-visualiser' | 'csv' | 'midi' | 'chordpro' | 'chordpro-grid' | 'rekordbox' | 'traktor' | 'reaper' | 'musicxml' | 'ireal' | 'spotify';
