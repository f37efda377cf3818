import { appendFile, copyFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { FeatherweightError, UsageError } from '../../../engine/errors.ts';
import { compress } from '../../../engine/pipeline/compress.ts';
import type { CompressReport } from '../../../engine/pipeline/job/events.ts';
import type { EngineContext } from '../../../engine/pipeline/job/requests.ts';
import type { Reporter } from '../../../engine/pipeline/job/job.ts';
import type { EvaluationReport } from '../../report.ts';
import { fitSteps, rootMeanSquare } from './allocate.ts';
import type { Bench } from '../bench.ts';
import { causesOf } from '../round/kept-tensors.ts';
import { keyOf, KeptWork } from '../round/kept-work.ts';
import type { Candidate, CandidateEvent, FitReport } from '../report.ts';
import { asksForSequence, type FitRequest } from '../request.ts';
import type { RoundedTensor } from '../round/round.ts';
import { even, stepsFor } from '../layers/spread.ts';
import type { FoundTensor } from '../tensors.ts';
import type { Weighed } from '../weigh/weigh.ts';

/** A size is met when the archive is at most this share below it. */
export const tolerance = 0.01;
const mostRounds = 8;
/** A step that is so much finer than the finest that is weighed tells any float. */
const finest = 2 ** -17;
/** The share of an archive that is taken to be something else than codes, before one was written. */
const usuallyBesides = 0.03;

/** An archive that was written and proved, and which candidate it is. */
export interface Attempt {
  readonly report: CompressReport;
  readonly candidate: Candidate;
}

/** What attempts are made with. */
interface Work {
  readonly request: FitRequest;
  readonly context: EngineContext;
  readonly reporter: Reporter<FitReport, CandidateEvent>;
}

/** A tensor and the step that it has in all archives. */
interface SteppedTensor {
  readonly tensor: FoundTensor;
  readonly step: number;
}

/** What writing an archive came to. */
interface Written {
  readonly report: CompressReport;
  /** Of each tensor: bits per code, and the method that it is told by. */
  readonly tensors: readonly { readonly bits: number; readonly method: string }[];
}

/** How far the search for a size has come. */
interface Search {
  readonly target: number;
  readonly within: number;
  inCodes: number;
  coarser: number;
  /** What an archive loses when steps double: a bit for each weight, but less where codes are short. */
  perOctave: number;
  before: { readonly coarser: number; readonly bytes: number } | undefined;
  /** Archives that were written. */
  round: number;
}

/** Writes archives of a model with this many bytes or that many, and remembers all of them. */
export class Attempts {
  readonly candidates: Candidate[] = [];
  readonly #bench: Bench;
  readonly #weighed: readonly Weighed[];
  readonly #vectors: readonly SteppedTensor[];
  readonly #work: Work;
  /** Archives that this search came to already, in this run or one that was killed. */
  readonly #kept: KeptWork<Written>;
  /** Bytes of an archive besides the codes that were asked for, as the last attempt had them. */
  #besides: number | undefined;
  #search: Search | undefined;

  private constructor(bench: Bench, weighed: readonly Weighed[], vectors: readonly SteppedTensor[], work: Work) {
    this.#bench = bench;
    this.#weighed = weighed;
    this.#vectors = vectors;
    this.#work = work;
    this.#kept = new KeptWork(join(bench.cache, 'attempts'));
  }

  static async prepare(bench: Bench, weighed: readonly Weighed[], work: Work): Promise<Attempts> {
    const vectors: SteppedTensor[] = [];
    for (const tensor of bench.vectors) vectors.push({ tensor, step: fineStep(await bench.valuesOf(tensor)) });
    return new Attempts(bench, weighed, vectors, work);
  }

  /** Weights of matrices. */
  get weights(): number {
    return this.#weighed.reduce((sum, { tensor }) => sum + tensor.count * timesIn(tensor), 0);
  }

  /** Writes an archive of at most `target` bytes, at most the share `within` below it, to `path`. */
  async reach(target: number, path: string, within = tolerance): Promise<Attempt> {
    const inCodes = target * (1 - within / 3) - (this.#besides ?? target * usuallyBesides);
    const perOctave = this.weights / 8;
    this.#search = { target, within, inCodes, coarser: 1, perOctave, before: undefined, round: 0 };
    // Layers are looked at again and again only for a size that is nearly right.
    const isAsked = asksForSequence(this.#work.request);
    const atOnce = await this.#approach(this.#search, path, false, isAsked ? mostRounds / 2 : mostRounds);
    const best = isAsked ? await this.#approach(this.#search, path, true, mostRounds) : atOnce;
    if (!best) throw new UsageError(`No candidate of at most ${Math.round(target)} bytes was found.`);
    return best;
  }

  /**
   * Writes the archive that was reached last again, each layer rounded for what rounded ones before it give, to `path`; nothing where
   * none of these is that small.
   */
  async reachInSequence(path: string): Promise<Attempt | undefined> {
    return this.#search && (await this.#approach(this.#search, path, true, mostRounds / 2));
  }

  /** Goes on with a search until an archive is near enough; the nearest one that is small enough. */
  async #approach(search: Search, path: string, isInSequence: boolean, most: number): Promise<Attempt | undefined> {
    const { target, within } = search;
    const trial = join(this.#bench.folder, 'trial.fwz');
    let best: Attempt | undefined;
    for (let tried = 0; tried < most; tried++) {
      const attempt = await this.write(search.inCodes, search.coarser, trial, isInSequence);
      search.round++;
      const { bytesOut } = attempt.report;
      if (bytesOut <= target && bytesOut > (best?.report.bytesOut ?? 0)) {
        await rename(trial, path);
        best = attempt;
      }
      const isNear = Math.abs(bytesOut - target * (1 - within / 2)) <= (target * within) / 2;
      if (isNear) break;
      // There is nothing finer than the numbers themselves, so that an archive may stay below what was asked for.
      if (best && search.coarser <= finest) break;
      this.#move(search, bytesOut);
    }
    return best;
  }

  /** Asks for more or less after an archive of `bytes`. */
  #move(search: Search, bytes: number): void {
    const { target, within, coarser, before } = search;
    const tooMany = bytes - target * (1 - within / 3);
    // Prices move sizes in jumps where tensors nearly vanish; steps do not.
    if (search.round <= 2) search.inCodes -= tooMany;
    else {
      const octaves = before ? Math.log2(coarser / before.coarser) : 0;
      if (before && octaves !== 0) {
        const found = (before.bytes - bytes) / octaves;
        search.perOctave = Math.min(this.weights / 6, Math.max(this.weights / 48, found));
      }
      search.before = { coarser, bytes };
      search.coarser = Math.max(finest, coarser * 2 ** (tooMany / search.perOctave));
    }
    if (search.inCodes <= 0)
      throw new UsageError(
        `"${this.#bench.model.name}" cannot be made as small as ${Math.round(target)} bytes: what is not in its matrices takes more.`,
      );
  }

  /** Writes an archive whose codes of matrices take about `inCodes` bytes, with steps `coarser` than those that fit. */
  async write(inCodes: number, coarser: number, path: string, isInSequence: boolean): Promise<Attempt> {
    const chosen = fitSteps(
      this.#weighed.map(({ curve }) => curve),
      inCodes,
    );
    const matrices = this.#weighed.map(({ tensor, spread, turnsUpTo = 0, pricing, isLearned }, place) => {
      const { step = 1, by } = chosen[place] ?? {};
      const own = Math.fround(step * coarser);
      const told = stepsFor(own > turnsUpTo ? { ...spread, direction: undefined } : spread, own);
      return by ? { ...tensor, by } : { ...tensor, pricing, isLearned, told };
    });
    const vectors = this.#vectors.map(({ tensor, step }) => ({ ...tensor, told: stepsFor(even, step) }));
    const tensors = [...matrices, ...vectors];
    const { report, tensors: written } = await this.#archive(tensors, path, isInSequence);
    const errors = new Map(report.tensors.map(({ name, approximation }) => [name, approximation?.loss.relativeL2]));
    const candidate = {
      number: this.candidates.length + 1,
      bytes: report.bytesOut,
      predictedDamage: chosen.reduce((sum, { damage }) => sum + damage, 0),
      tensors: tensors.flatMap((tensor, place) => {
        const { count, twins = [] } = tensor;
        const { bits = 0, method = 'grid' } = written[place] ?? {};
        const about =
          'by' in tensor
            ? { bits: (8 * (chosen[place]?.bytes ?? 0)) / count, step: 0, method: tensor.by.method }
            : { bits, step: tensor.told.steps.reduce((most, one) => Math.max(most, one), 0), method };
        // What is stored once is shared by all that it stands for.
        return [tensor, ...twins].map(({ name }) => {
          const relativeError = errors.get(name);
          const error = relativeError === undefined ? {} : { relativeError };
          return { name, count, ...about, bits: about.bits / timesIn(tensor), ...error };
        });
      }),
    };
    this.candidates.push(candidate);
    if (coarser === 1) this.#besides = report.bytesOut - inCodes;
    await this.#tell(candidate);
    return { report, candidate };
  }

  /** Writes the archive of tensors that are rounded to these steps, or takes that which an earlier run wrote. */
  async #archive(tensors: readonly RoundedTensor[], path: string, isInSequence: boolean): Promise<Written> {
    const { cache, files, copies, copied, model, inputs, graph } = this.#bench;
    const { request, context, reporter } = this.#work;
    const { without, threads, memoryBytes } = request;
    const pruning = without === 'pruning' ? undefined : request.pruning;
    const how = {
      options: { feedback: without !== 'feedback', pruning },
      repair: without !== 'repair',
    };
    const preset = without === 'contexts' ? 'balanced' : 'smallest';
    const key = keyOf(JSON.stringify([how, preset, isInSequence]), ...tensors.flatMap(causesOf));
    const before = await this.#kept.take(key);
    if (before) {
      await copyFile(before.path, path);
      return before.known;
    }
    const kept = join(cache, 'rounded');
    const rounded = await this.#bench.ask('round', {
      ...how,
      ...{ files: files.map(({ source }) => source.name), copies, folder: cache, tensors, kept },
      sequence: isInSequence ? { ...inputs, original: model.onnx ?? '', copy: graph } : undefined,
    });
    const prepared = {
      path: copied,
      tensors: tensors.flatMap(({ twins = [], ...tensor }, place) => {
        const told = rounded[place]?.books;
        const own = told ? { ...tensor, told } : tensor;
        return [own, ...twins.map((twin) => ({ ...own, ...twin }))];
      }),
    };
    const archived = { input: model.opened, output: path, approximate: {}, overwrite: true, preset } as const;
    let report: CompressReport | undefined;
    for await (const event of compress({ ...archived, prepared, threads, memoryBytes }, context)) {
      if (event.type === 'finished') report = event.report;
      if (event.type === 'progress') reporter.progress(event.phase, event.bytesDone, event.bytesTotal, event.bytesOut);
    }
    if (!report) throw new FeatherweightError('INTERNAL', 'A candidate was written without a report.');
    const written = {
      report,
      tensors: rounded.map(({ bits, books }, place) => {
        const tensor = tensors[place];
        const isOnTrellis = tensor !== undefined && 'told' in tensor && tensor.told.direction !== undefined;
        return { bits, method: books ? 'codebook' : isOnTrellis ? 'trellis' : 'grid' };
      }),
    };
    await this.#kept.put(key, written, (to) => copyFile(path, to));
    await new KeptWork(kept).clear();
    return written;
  }

  /** Forgets what was only kept for a run that goes on with this one. */
  async forget(): Promise<void> {
    await this.#kept.clear();
  }

  /** Notes how good a candidate proved to be. */
  async measured({ candidate: { number } }: Attempt, { metrics }: EvaluationReport): Promise<void> {
    const place = number - 1;
    const candidate = this.candidates[place];
    if (!candidate) return;
    this.candidates[place] = { ...candidate, metrics };
    await this.#tell(this.candidates[place]);
  }

  async #tell(candidate: Candidate): Promise<void> {
    this.#work.reporter.emit({ type: 'candidate', candidate });
    const { model, task } = this.#bench;
    const row = { model: await model.sha256, task: task?.sha256, ...candidate };
    await appendFile(join(this.#work.request.cacheFolder, 'candidates.jsonl'), `${JSON.stringify(row)}\n`);
  }
}

/** How many tensors its numbers are those of. */
function timesIn({ twins = [] }: Pick<FoundTensor, 'twins'>): number {
  return 1 + twins.length;
}

/** What is in the codes of matrices and vectors of a candidate, in bytes. */
export function sizeInCodes({ tensors }: Candidate): number {
  return tensors.reduce((sum, { bits, count }) => sum + (bits * count) / 8, 0);
}

/** So fine that nothing is lost where weights are few: about nine bits. */
function fineStep(values: Float32Array): number {
  const least = values.reduce((most, value) => Math.min(most, value), Infinity);
  const step = rootMeanSquare(values) / 256;
  // Variances are divided by, so small ones matter as much as large ones.
  return Math.fround(least > 0 ? Math.min(step, least / 16) : step) || 1;
}
