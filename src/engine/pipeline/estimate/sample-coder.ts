import type { CodecNode, Preset } from '../../codecs/codec.ts';
import { nodeAt } from '../../codecs/node-at.ts';
import type { Crew } from '../../workers/crew.ts';
import type { FileRange } from '../../workers/protocol.ts';
import type { PlacedRun } from '../cut/blueprint.ts';
import type { CodedUnit } from './extrapolate.ts';
import type { InputFile } from '../../models/inputs.ts';
import { looksInside } from '../inner-base/find.ts';
import type { ForeseenBase } from '../inner-base/foresee.ts';
import { blockBytes } from '../job/resources.ts';
import { sampleBytes, sampleRanges, sampleUnit } from '../../planner/sample.ts';
import type { SampleUnit } from './strata.ts';

/** What one round came to, with the wall time that it took. */
export interface CodedRound {
  readonly coded: readonly CodedUnit[];
  readonly codingSeconds: number;
  readonly secondsPerPlan: number;
}

/** Codes single blocks as the encode pass would, and keeps nothing but their sizes. */
export class SampleCoder {
  readonly #crew: Crew;
  readonly #files: readonly InputFile[];
  readonly #lanes: number;
  readonly #base: ForeseenBase | undefined;
  readonly #plans = new Map<string, Map<PlacedRun, Promise<CodecNode>>>();

  constructor(crew: Crew, files: readonly InputFile[], threads: number, base?: ForeseenBase) {
    [this.#crew, this.#files, this.#base] = [crew, files, base];
    this.#lanes = 2 * threads;
  }

  /** Codes the units side by side; those that were not begun by `deadline` (of `performance.now()`) are left out. */
  async code(units: readonly SampleUnit[], preset: Preset, deadline: number): Promise<CodedRound> {
    const runs = [...new Set(units.map(({ run }) => run))].filter(({ length }) => length > blockBytes);
    const isLate = (): boolean => performance.now() > deadline;
    const start = performance.now();
    let plans = 0;
    await this.#sideBySide(runs, async (run) => {
      // One is always planned and coded, so that no preset is without a figure.
      if (plans > 0 && isLate()) return;
      plans++;
      await this.#plan(run, preset);
    });
    const planned = performance.now();
    const coded: CodedUnit[] = [];
    await this.#sideBySide(units, async (unit) => {
      if (coded.length > 0 && isLate()) return;
      coded.push({ unit, bytesOut: await this.#codeUnit(unit, preset) });
    });
    const codingSeconds = (performance.now() - planned) / 1000;
    return { coded, codingSeconds, secondsPerPlan: plans === 0 ? 0 : (planned - start) / 1000 / plans };
  }

  async #sideBySide<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
    const rest = items.values();
    const lane = async (): Promise<void> => {
      for (const item of rest) await work(item);
    };
    await Promise.all(Array.from({ length: this.#lanes }, lane));
  }

  async #codeUnit({ run, start, length }: SampleUnit, preset: Preset): Promise<number> {
    const plan = run.length > blockBytes ? await this.#plan(run, preset) : undefined;
    const node = plan && nodeAt(plan, start);
    const source = { descriptor: this.#descriptor(run), offset: run.offset + start, length };
    const reference = looksInside(preset) ? await this.#base?.range(run, start, length) : undefined;
    const slot = await this.#crew.acquire();
    try {
      const blocks = [{ length, stream: run.stream, node, reference }];
      const coded = await slot.thread.run({ kind: 'encode', slot: slot.slot, source, blocks, preset });
      return coded.blocks.reduce((sum, { storedLength }) => sum + storedLength, 0);
    } finally {
      this.#crew.release(slot);
    }
  }

  #plan(run: PlacedRun, preset: Preset): Promise<CodecNode> {
    const plans = this.#plans.get(preset) ?? new Map<PlacedRun, Promise<CodecNode>>();
    this.#plans.set(preset, plans);
    const known = plans.get(run);
    if (known) return known;
    const plan = this.#newPlan(run, preset);
    plans.set(run, plan);
    return plan;
  }

  async #newPlan(run: PlacedRun, preset: Preset): Promise<CodecNode> {
    const slices = sampleRanges(run.length, sampleUnit(run.stream.dtype), sampleBytes);
    const descriptor = this.#descriptor(run);
    const ranges = slices.map(({ offset, length }) => ({ descriptor, offset: run.offset + offset, length }));
    const references: FileRange[] = [];
    if (looksInside(preset))
      for (const { offset, length } of slices) {
        const range = await this.#base?.range(run, offset, length);
        if (range) references.push(range);
      }
    return await this.#crew.plan({
      ...{ ranges, stream: run.stream, streamLength: run.length, preset },
      references: references.length > 0 ? references : undefined,
    });
  }

  #descriptor({ file }: PlacedRun): number {
    const input = this.#files[file];
    if (!input) throw new Error(`There is no file ${file}.`);
    return input.source.descriptor;
  }
}
