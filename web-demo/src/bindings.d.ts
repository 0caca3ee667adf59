/**
 * What worker.js needs of the generated bindings, so that the types can be checked before they are
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
