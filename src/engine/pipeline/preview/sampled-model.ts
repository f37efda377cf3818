import { CancelledError, toFeatherweightError } from '../../errors.ts';
import type { LossSums } from '../../quantizers/loss.ts';
import type { Geometry } from '../../quantizers/quantizer.ts';
import { floatWidth } from '../../tensor/floats.ts';
import type { TensorRange } from '../../tensor/tensor.ts';
import { Crew } from '../../workers/crew.ts';
import type { FileRange } from '../../workers/protocol.ts';
import type { TrialResult } from '../../workers/sample-trial.ts';
import { chooseFor, keptAfterAll, type Candidate, type Decision } from '../approximate/choose.ts';
import { parseRecipe, type MethodStep, type Recipe, type RecipeInput } from '../approximate/recipe.ts';
import { settle } from '../approximate/settle.ts';
import { Roles } from '../../models/roles.ts';
import { streamKind } from '../cut/cut.ts';
import { openInputs, type InputFile } from '../../models/inputs.ts';
import type { EngineContext } from '../job/requests.ts';
import { planResources } from '../job/resources.ts';
import { sampleRanges, sampleUnit } from '../../planner/sample.ts';

/** A tensor with the number of its file. */
export interface PlacedTensor {
  readonly file: number;
  readonly tensor: TensorRange;
}

/** What becomes of a tensor as far as a sample of it tells. */
export type Tried =
  | { readonly kind: 'kept'; readonly reason: string }
  | {
      readonly kind: 'approximated';
      readonly step: MethodStep;
      /** Bits in the archive for each number of the sample, its parameters included. */
      readonly bitsPerWeight: number;
      /** Of the sample. */
      readonly loss: LossSums;
      readonly before: NonNullable<TrialResult['tried']>['before'];
      readonly after: NonNullable<TrialResult['tried']>['after'];
    };

/** Runs of whole rows that make a sample. */
const runsInSample = 8;
const preset = 'balanced';

/** An open model on whose tensors recipes are tried, a bounded sample of each at a time. */
export class SampledModel {
  readonly files: readonly InputFile[];
  readonly bytes: number;
  readonly #roles: Roles;
  readonly #crew: Crew;
  readonly #signal: AbortSignal;

  private constructor(files: readonly InputFile[], bytes: number, roles: Roles, crew: Crew, signal: AbortSignal) {
    [this.files, this.bytes, this.#roles, this.#crew, this.#signal] = [files, bytes, roles, crew, signal];
  }

  /** Opens a model, and closes it after the work. Throws engine errors, `CANCELLED` within moments of an abort. */
  static async use<Result>(
    input: string,
    { spawnWorker, signal = new AbortController().signal }: EngineContext,
    work: (model: SampledModel) => Promise<Result>,
  ): Promise<Result> {
    try {
      const resources = planResources({});
      await using inputs = await openInputs(input, resources.headerBytes);
      const roles = await Roles.read(inputs.files, signal);
      await using crew = await Crew.start(spawnWorker, resources, []);
      const stop = (): void => void crew.stop(new CancelledError());
      signal.addEventListener('abort', stop, { once: true });
      try {
        signal.throwIfAborted();
        return await work(new SampledModel(inputs.files, inputs.bytes, roles, crew, signal));
      } finally {
        signal.removeEventListener('abort', stop);
      }
    } catch (error) {
      throw signal.aborted ? new CancelledError() : toFeatherweightError(error, 'trying methods on a sample');
    }
  }

  /** All tensors that have numbers, file by file. */
  tensors(): readonly PlacedTensor[] {
    return this.files.flatMap(({ layout }, file) =>
      (layout?.tensors ?? []).filter(({ byteLength }) => byteLength > 0).map((tensor) => ({ file, tensor })),
    );
  }

  /** What becomes of a recipe on this model. Throws `USAGE` for one that is none. */
  recipeOf(given: RecipeInput): Promise<Recipe> {
    return settle(parseRecipe(given), this.files, this.#roles, this.#signal);
  }

  /** What a recipe says of a tensor before any of its numbers is seen. */
  decide({ file, tensor }: PlacedTensor, recipe: Recipe): Decision {
    return chooseFor(tensor, this.#roles.of(file, tensor), recipe);
  }

  /** Does to a sample of the tensor, at most `sampleBytes` of it, what the recipe says. */
  async try(placed: PlacedTensor, recipe: Recipe, sampleBytes: number): Promise<Tried> {
    const decision = this.decide(placed, recipe);
    if (decision.kind === 'kept') return decision;
    const { geometry, ranges } = this.#sample(placed, decision, sampleBytes);
    const { rows, columns } = decision.geometry;
    const { quantizer, options } = { quantizer: decision.step.method, options: decision.step.options };
    const trial = { quantizer, options, geometry, total: rows * columns, dtype: decision.dtype, preset } as const;
    const { statistics, tried } = await this.#crew.try({ ranges, ...trial });
    const kept = keptAfterAll(placed.tensor, { ...decision, geometry }, statistics, recipe);
    if (kept || !tried) return { kind: 'kept', reason: kept?.reason ?? 'it has infinities or what is not a number' };
    const { storedLength, loss, before, after } = tried;
    const bitsPerWeight = (8 * storedLength) / Math.max(1, geometry.rows * geometry.columns);
    return { kind: 'approximated', step: decision.step, bitsPerWeight, loss, before, after };
  }

  /** Bits for each number of a tensor that is stored exactly, from coding a sample of it. */
  async exactBits({ file, tensor }: PlacedTensor, sampleBytes: number): Promise<number> {
    const stream = streamKind(tensor.dtype, tensor.byteLength);
    const unit = stream.dtype === undefined ? 8 : sampleUnit(stream.dtype);
    const ranges = sampleRanges(tensor.byteLength, unit, sampleBytes).map(({ offset, length }) =>
      this.#range(file, tensor.offset + offset, length),
    );
    return (await this.#crew.look({ ranges, stream, preset })).reachedBits;
  }

  /** Bits for each byte of what is in no float tensor of `floats`, from coding a sample of the longest run of it. */
  async otherBits(floats: readonly PlacedTensor[], sampleBytes: number): Promise<number> {
    let [file, offset, length] = [0, 0, 0];
    for (const [number, { source }] of this.files.entries()) {
      let end = 0;
      const ofFile = floats.filter((placed) => placed.file === number).map(({ tensor }) => tensor);
      for (const { offset: next, byteLength } of [
        ...ofFile.toSorted((a, b) => a.offset - b.offset),
        { offset: source.size, byteLength: 0 },
      ]) {
        if (next - end > length) [file, offset, length] = [number, end, next - end];
        end = next + byteLength;
      }
    }
    if (length === 0) return 8;
    const ranges = sampleRanges(length, 1, sampleBytes).map((range) =>
      this.#range(file, offset + range.offset, range.length),
    );
    return Math.min(8, (await this.#crew.look({ ranges, stream: { width: 1 }, preset })).reachedBits);
  }

  /** Whole rows from all over the tensor as a small tensor of its own; parts of rows where they are long. */
  #sample({ file, tensor }: PlacedTensor, { geometry, dtype }: Candidate, sampleBytes: number) {
    const width = floatWidth(dtype);
    const columns = Math.min(geometry.columns, Math.floor(sampleBytes / width));
    const most = Math.max(1, Math.floor(sampleBytes / width / columns));
    const rows = Math.min(geometry.rows, most);
    const runs = rows === geometry.rows ? 1 : Math.min(runsInSample, rows);
    const ranges: FileRange[] = [];
    for (let run = 0; run < runs; run++) {
      const [first, end] = [Math.floor((rows * run) / runs), Math.floor((rows * (run + 1)) / runs)];
      const shift = Math.floor(((geometry.rows - rows) * run) / Math.max(1, runs - 1));
      const row = geometry.columns * width;
      if (columns === geometry.columns)
        ranges.push(this.#range(file, tensor.offset + (first + shift) * row, (end - first) * row));
      else ranges.push(this.#range(file, tensor.offset + (first + shift) * row, columns * width));
    }
    return { geometry: { ...geometry, rows, columns } satisfies Geometry, ranges };
  }

  #range(file: number, offset: number, length: number): FileRange {
    return { descriptor: this.files[file]?.source.descriptor ?? -1, offset, length };
  }
}
