import type { Reference } from '../../archive/reference.ts';
import type { CodecNode, Preset } from '../../codecs/codec.ts';
import type { Crew } from '../../workers/crew.ts';
import type { FileRange } from '../../workers/protocol.ts';
import type { PlacedRun } from '../cut/blueprint.ts';
import { blockBytes } from '../job/resources.ts';
import { sampleBytes, sampleRanges, sampleUnit } from '../../planner/sample.ts';

/** How many streams ahead of the coders the planner works, and how far it looks for them. */
const plansAhead = 4;
const runsAhead = 64;

/** Where a stream's bytes may be coded against. */
export interface OpenReference extends Reference {
  readonly descriptor: number;
  /** Whether it is made of the model itself. */
  readonly isInner: boolean;
}

/** Chooses the codecs of long streams from samples, a little before the coders come to them. */
export class PlansAhead {
  readonly #crew: Crew;
  readonly #preset: Preset;
  /** By the number of the stream. */
  readonly #references: ReadonlyMap<number, OpenReference>;
  readonly #needsNone: (run: PlacedRun) => boolean;
  readonly #plans = new Map<PlacedRun, Promise<CodecNode>>();

  constructor(
    crew: Crew,
    preset: Preset,
    references: ReadonlyMap<number, OpenReference>,
    needsNone: (run: PlacedRun) => boolean,
  ) {
    this.#crew = crew;
    this.#preset = preset;
    this.#references = references;
    this.#needsNone = needsNone;
  }

  /** Begins with the next streams. Those of one block are planned where they are coded. */
  begin(runs: readonly PlacedRun[], from: number, descriptor: number): void {
    let planned = 0;
    for (const run of runs.slice(from, from + runsAhead)) {
      if (planned === plansAhead) return;
      if (run.isReference || run.node || run.length <= blockBytes || this.#needsNone(run)) continue;
      planned++;
      if (!this.#plans.has(run)) this.#plans.set(run, this.#plan(run, descriptor));
    }
  }

  /** What was chosen for a stream; nothing where it was neither planned ahead nor known. */
  async take(run: PlacedRun): Promise<CodecNode | undefined> {
    const plan = this.#plans.get(run);
    this.#plans.delete(run);
    return run.node ?? plan;
  }

  #plan(run: PlacedRun, descriptor: number): Promise<CodecNode> {
    const slices = sampleRanges(run.length, sampleUnit(run.stream.dtype), sampleBytes);
    const within = (place: { readonly descriptor: number; readonly offset: number }): FileRange[] =>
      slices.map(({ offset, length }) => ({ ...place, offset: place.offset + offset, length }));
    const reference = this.#references.get(run.streamNumber);
    const plan = this.#crew.plan({
      ranges: within({ descriptor, offset: run.offset }),
      references: reference && within(reference),
      stream: run.stream,
      streamLength: run.length,
      preset: this.#preset,
    });
    plan.catch(() => undefined);
    return plan;
  }
}
