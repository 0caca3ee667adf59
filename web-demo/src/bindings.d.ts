/**
 * What the workers need of the generated bindings, so that the types can be checked before they are
 * built. Where pkg/ is there, its own declarations take precedence.
 */
declare module '*/pkg/sectionist_browser.js' {
  export default function init(): Promise<unknown>;
  export function check_size(bytes: number): void;
  export class Analysis {
    constructor(bytes: Uint8Array, file: { name?: string; mime?: string }, options: Record<string, string>);
    step(): { stage: string; fraction: number; report?: import('./report.js').Report };
  }
}
declare module '*/pkg/sectionist_desk.js' {
  export default function init(): Promise<unknown>;
  export class Song {
    constructor(report: string);
    corrected(corrections: string): string;
    export(corrections: string, format: string): { bytes: Uint8Array; type: string; extension: string };
    cued(corrections: string, wav: Uint8Array): Uint8Array;
    free(): void;
  }
}
