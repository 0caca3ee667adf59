/**
 * The shape of the report, schema version 1, as far as the page uses it. Times are seconds from
 * the first sample; confidences are probabilities; what was not found is null or an empty list.
 *
 * @typedef {object} Report
 * @property {number} schema_version
 * @property {string} analysis_version
 * @property {Source} source
 * @property {number} duration
 * @property {number | null} tempo                       beats per minute
 * @property {number | null} tempo_confidence
 * @property {{ bpm: number, confidence: number }[]} tempo_candidates
 * @property {{ start: number, end: number, bpm: number }[]} tempo_curve
 * @property {string | null} time_signature
 * @property {number | null} time_signature_confidence
 * @property {{ start: number, end: number, value: string, confidence: number }[]} time_signatures
 * @property {Beat[]} beats
 * @property {number[]} downbeats
 * @property {string | null} key
 * @property {number | null} key_confidence
 * @property {{ key: string, confidence: number }[]} key_candidates
 * @property {KeySpan[]} keys
 * @property {{ cents: number, a4_hz: number } | null} tuning
 * @property {Chord[]} chords
 * @property {Section[]} sections
 * @property {Record<string, number | null>} rhythm
 * @property {{ integrated_lufs: number | null, range_lu: number | null, true_peak_dbtp: number | null }} loudness
 * @property {Waveform} waveform
 * @property {{ code: string, message: string }[]} warnings
 *
 * @typedef {object} Source
 * @property {string | null} name
 * @property {string} container
 * @property {string} codec
 * @property {number} sample_rate
 * @property {number} channels
 * @property {number} bytes
 * @property {Record<string, string>} tags
 *
 * @typedef {{ time: number, position: number, confidence: number }} Beat
 * @typedef {{ start: number, end: number, key: string, confidence: number }} KeySpan
 *
 * @typedef {object} Chord
 * @property {number} start
 * @property {number} end
 * @property {string} label         Harte syntax, `N` for none
 * @property {string} name          as players write it
 * @property {string | null} roman
 * @property {number} confidence
 *
 * @typedef {object} Section
 * @property {number} start
 * @property {number} end
 * @property {string} label
 * @property {string} name
 * @property {string} group         letter; the same for the same material
 * @property {number} confidence
 * @property {{ label: string, confidence: number }[]} alternatives
 * @property {{ confidence: number, earliest: number, latest: number, evidence: string[] }} boundary
 * @property {number | null} bars
 * @property {string | null} key
 * @property {number | null} tempo
 * @property {number | null} loudness_lufs
 * @property {{ section: number, similarity: number }[]} repeats
 * @property {Phrase[]} phrases     in order; empty where there are no bars
 *
 * @typedef {object} Phrase
 * @property {number} start
 * @property {number} end
 * @property {string} group         lower-case letter; the same for the same material within the section
 * @property {number} confidence
 * @property {number} bars
 *
 * @typedef {object} Waveform
 * @property {number} seconds_per_peak
 * @property {number[]} peaks       largest absolute sample of each stretch, 0–255
 * @property {number[]} rms         root mean square of each stretch, 0–255
 */

/** A type-only module. */
export {};
