import { join, resolve } from 'node:path';
import { FeatherweightError } from '../../../engine/errors.ts';
import { sha256Of } from '../../../engine/io/file-digest.ts';
import { openModel } from '../../../engine/models/index.ts';
import { engineVersion } from '../../../engine/pipeline/job/resources.ts';
import type { Reporter } from '../../../engine/pipeline/job/job.ts';
import type { EvaluationContext } from '../../evaluate.ts';
import { writeSingle } from '../allocate/single.ts';
import type { Progress } from '../bench.ts';
import { learnedInputs } from '../calibrate/learned-inputs.ts';
import { fit } from '../fit.ts';
import { prepareModel } from '../../models/prepare.ts';
import { judgeArchive, requireDistance } from '../judge.ts';
import type { AblationReport, AblationRow, CandidateEvent, FitReport, Tried, TrialEvent } from '../report.ts';
import type { FitRequest } from '../request.ts';
import { keyOf } from '../round/kept-work.ts';
import { KeptTrials } from './kept-trials.ts';

export type Change = Pick<AblationRow, 'part' | 'change'>;

/** What one fit of an ablation came to; `sha256` is of the model as it will be restored. */
export interface Trial extends Tried {
  readonly sha256: string;
}

/** What is kept of the fit itself, with the sha256 of its archive. */
interface KeptWhole {
  readonly report: FitReport;
  readonly archive: string;
}

interface TrialWork {
  readonly request: FitRequest;
  readonly context: EvaluationContext & { readonly signal: AbortSignal };
  readonly reporter: Reporter<AblationReport, CandidateEvent | TrialEvent>;
  /** For archives that are thrown away. */
  readonly folder: string;
  /** How many fits there are at most. */
  readonly most: number;
}

/** What is asked that changes nothing of what fits come to. */
const ofNoMatter: ReadonlySet<string> = new Set<keyof FitRequest>([
  'input',
  'output',
  'overwrite',
  'cacheFolder',
  'threads',
  'memoryBytes',
]);

/** The fits of an ablation, one after another; what an earlier run of the same came to is not done again. */
export class Trials {
  readonly #work: TrialWork;
  readonly #kept: KeptTrials;
  readonly #rest: readonly number[];
  /** How layers of the fit were rounded, and are in all that it is compared with. */
  #inSequence = false;
  #number = 0;
  #left: number;
  /** Seconds of the fits that were not taken from an earlier run, the first one aside, which learns what all need. */
  readonly #seconds: number[] = [];

  private constructor(work: TrialWork, kept: KeptTrials, rest: readonly number[]) {
    [this.#work, this.#kept, this.#rest, this.#left] = [work, kept, rest, work.most];
  }

  static async open(work: TrialWork): Promise<Trials> {
    const { request, context } = work;
    const { inputs, task, rest } = await learnedInputs(request);
    const { files } = await openModel(resolve(request.input));
    const digests: string[] = [];
    for (const { path } of files) digests.push(await sha256Of(path, context.signal));
    const asked = Object.entries(request).filter(([name]) => !ofNoMatter.has(name));
    const learned = [task?.sha256, task?.folder, inputs.places, inputs.seed];
    const key = keyOf(JSON.stringify([engineVersion, asked, learned]), ...digests);
    const kept = await KeptTrials.open(join(request.cacheFolder, 'ablations', `${key}.jsonl`));
    return new Trials(work, kept, rest);
  }

  /** The fit itself, told with its candidates. */
  async whole(): Promise<FitReport> {
    const { request, context } = this.#work;
    this.#begin({ part: 'everything', change: 'with' });
    const before = this.#kept.take('whole') as KeptWhole | undefined;
    const there = before && (await sha256Of(before.report.output, context.signal).catch(() => undefined));
    const isKept = before !== undefined && there === before.archive;
    // What parts are worth is told of the fit, whatever comes nearer.
    const single = request.single === 'none' ? 'none' : 'beside';
    const report = isKept ? before.report : await this.#fit({ ...request, single }, true);
    const whole: KeptWhole = { report, archive: await sha256Of(report.output, context.signal) };
    if (!isKept) await this.#kept.keep('whole', whole);
    this.#inSequence = report.inSequence;
    return report;
  }

  /** A fit with a change, of about so many bytes or of what was asked for. */
  async fit(change: Change, changed: Partial<FitRequest>, bytes?: number): Promise<Trial> {
    const { request, folder } = this.#work;
    const target = bytes === undefined ? request.target : { bytes };
    return await this.#once(change, bytes, async () => {
      const usual = { inSequence: this.#inSequence, overwrite: true, single: 'none' } as const;
      const asked = { ...request, ...usual, output: join(folder, 'part.fwz'), ...changed, target };
      const { bytesOut, sha256, evaluation } = await this.#fit(asked, false);
      return { bytes: bytesOut, sha256, distance: requireDistance(evaluation) };
    });
  }

  /** The best single method of the catalog at about so many bytes. */
  async single(methods: FitReport['methods'], bytes: number): Promise<Trial> {
    const { request, context, reporter, folder } = this.#work;
    const progress: Progress = (phase, done, total) => reporter.progress(phase, done, total, 0);
    return await this.#once({ part: 'everything', change: 'without' }, bytes, async () => {
      const output = join(folder, 'single.fwz');
      const { opened } = await prepareModel(request.input, folder, context);
      const single = await writeSingle(methods, bytes, output, { ...request, input: opened }, context);
      if (!single) throw new FeatherweightError('UNSUPPORTED', `No single method comes to about ${bytes} bytes.`);
      const distance = requireDistance(await judgeArchive(output, this.#rest, request, context, progress));
      return { bytes: single.report.bytesOut, sha256: '', distance };
    });
  }

  /** So many of those that may have come will not. */
  spare(fits: number): void {
    this.#left -= fits;
  }

  async forget(): Promise<void> {
    await this.#kept.forget();
  }

  async #once(change: Change, bytes: number | undefined, work: () => Promise<Trial>): Promise<Trial> {
    this.#begin(change);
    const name = `${change.change} ${change.part} ${bytes === undefined ? 'as asked' : Math.round(bytes)}`;
    const before = this.#kept.take(name) as Trial | undefined;
    if (before) return before;
    const start = performance.now();
    const trial = await work();
    this.#seconds.push((performance.now() - start) / 1000);
    await this.#kept.keep(name, trial);
    return trial;
  }

  #begin(change: Change): void {
    this.#number++;
    this.#left--;
    const mean = this.#seconds.reduce((sum, one) => sum + one, 0) / this.#seconds.length;
    const secondsLeft = this.#seconds.length > 0 ? mean * (this.#left + 1) : undefined;
    const told = { number: this.#number, left: this.#left, ...(secondsLeft !== undefined && { secondsLeft }) };
    this.#work.reporter.emit({ type: 'trial', ...change, ...told });
  }

  async #fit(request: FitRequest, tellsCandidates: boolean): Promise<FitReport> {
    const { context, reporter } = this.#work;
    for await (const event of fit(request, context)) {
      if (event.type === 'finished') return event.report;
      if (event.type === 'progress') reporter.progress(event.phase, event.bytesDone, event.bytesTotal, event.bytesOut);
      else if (event.type !== 'candidate' || tellsCandidates) reporter.emit(event);
    }
    throw new FeatherweightError('INTERNAL', 'A fit ended without a report.');
  }
}
