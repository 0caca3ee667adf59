import type { AnalysisOptions, Format, Report } from './report.js';

export type * from './report.js';

/** What a WebAssembly module can be made of: its bytes, where it is, an answer that brings it, or what is compiled already. */
export type ModuleSource = ArrayBuffer | ArrayBufferView | string | URL | Request | Response | WebAssembly.Module;

/**
 * Loads the modules before they are needed. Without it they are loaded from beside this package's files, which bundlers that know
 * `new URL(…, import.meta.url)` copy; for others, give what `sectionist/analysis.wasm` and `sectionist/song.wasm` are to them.
 */
export function load(sources?: { analysis?: ModuleSource | Promise<ModuleSource>; song?: ModuleSource | Promise<ModuleSource> }): Promise<void>;

/** Version of the numbers: the report's `analysis_version`. */
export function version(): Promise<string>;

/** How far an analysis is: what it works on, and which share of the whole is done, from 0 to 1, never falling. */
export interface Progress {
  stage: 'features' | 'rhythm' | 'harmony' | 'structure';
  fraction: number;
}

/** What is thrown for files and options that cannot be used: the same codes as in the service's JSON. */
export interface SectionistError extends Error {
  code: string;
  details: Record<string, unknown>;
}

/** An encoded file, what is known of it, how it is analysed, and who wants to know. */
export interface AnalyzeOptions extends AnalysisOptions {
  /** The file's name; a `File` has its own. */
  name?: string;
  /** Its media type; a `Blob` has its own. */
  mime?: string;
  /** Ends the analysis. */
  signal?: AbortSignal;
  /** Called some twenty times a second. */
  onProgress?: (progress: Progress) => void;
}

/**
 * Analyses an encoded song. It works in slices of some 40 ms and lets others run in between; in pages, do it in a Worker all the
 * same.
 *
 * Throws a {@link SectionistError}, or the signal's reason.
 */
export function analyze(song: Blob | ArrayBuffer | ArrayBufferView, options?: AnalyzeOptions): Promise<Report>;

/** Corrections as the page writes them. */
export interface Corrections {
  version: 1;
  edits: { edit: string; [field: string]: unknown }[];
}

/** A file that was written. */
export interface ExportedFile {
  bytes: Uint8Array<ArrayBuffer>;
  /** Media type. */
  type: string;
  /** Extension, without a dot. */
  extension: string;
}

/** Writes a report in another format, with corrections if there are any. Throws a {@link SectionistError}. */
export function exportReport(report: Report, format: Format, corrections?: Corrections): Promise<ExportedFile>;

/** The report with corrections. Throws a {@link SectionistError}. */
export function correct(report: Report, corrections: Corrections): Promise<Report>;
