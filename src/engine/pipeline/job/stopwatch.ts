import type { Phase } from './events.ts';

/** Wall seconds per phase. */
export class Stopwatch {
  readonly #start = performance.now();
  readonly #phases: Partial<Record<Phase, number>> = {};
  #mark = this.#start;

  /** The time since the last call belongs to this phase. */
  end(phase: Phase): void {
    const now = performance.now();
    this.#phases[phase] = round((this.#phases[phase] ?? 0) + (now - this.#mark) / 1000);
    this.#mark = now;
  }

  seconds(): Partial<Record<Phase, number>> & { total: number } {
    return { ...this.#phases, total: round((performance.now() - this.#start) / 1000) };
  }
}

function round(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}
