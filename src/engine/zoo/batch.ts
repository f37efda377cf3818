import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { toErrorData } from '../errors.ts';
import { withSuffix } from '../io/long-name.ts';
import { makeFolder } from '../io/make-folder.ts';
import { compress } from '../pipeline/compress.ts';
import type { CompressReport, ProgressEvent } from '../pipeline/job/events.ts';
import type { EngineContext } from '../pipeline/job/requests.ts';
import { verify } from '../pipeline/verify.ts';
import { archived, batchReport, leftAlone, type BatchReport, type BatchRow } from './batch-report.ts';
import { finishedNow, recogniseFinished } from './finished.ts';
import { Journal, readJournals, type DoneRecord } from './journal.ts';
import { Pace } from './pace.ts';
import { isInShard } from './plan-order.ts';
import { archivePath, takenMeanwhile, type PlannedModel, type ZooPlan } from './plan.ts';
import { replacedEarlier } from './replaced.ts';
import { withRoom, type RoomWanted, type WaitingEvent } from './room.ts';
import { sizeOf } from './size-of.ts';
import type { Zoo, ZooModel } from './zoo.ts';

export interface BatchRequest {
  readonly zoo: Zoo;
  readonly plan: ZooPlan;
  /** This machine's share of the work, counted from 1. */
  readonly shard?: { readonly index: number; readonly count: number } | undefined;
  /** Ids of the models to do; default: all. */
  readonly only?: ReadonlySet<string> | undefined;
  readonly threads?: number | undefined;
  readonly memoryBytes?: number | undefined;
  /** Bytes that stay free on the drive of the output; default: 256 MiB, but at most a tenth of it. */
  readonly reserveBytes?: (() => number) | undefined;
  /** How often a full drive is looked at. */
  readonly pollMilliseconds?: number | undefined;
  /** Moves originals to the trash of the system, once their archive was read back once more. */
  readonly trash?: ((paths: readonly string[]) => Promise<void>) | undefined;
}

export interface BatchProgress {
  readonly type: 'model-progress';
  readonly id: string;
  readonly progress: ProgressEvent;
  /** Bytes of the model that are proved, of so many. */
  readonly modelDone: number;
  readonly modelTotal: number;
  /** Bytes of all models that are proved. */
  readonly bytesDone: number;
  /** Bytes that were worked on, per second, and how long the batch takes at that; absent until it can be told. */
  readonly rate?: number;
  readonly secondsLeft?: number;
}

export type BatchEvent =
  | { readonly type: 'batch-started'; readonly models: number; readonly bytesTotal: number }
  | { readonly type: 'model-started'; readonly id: string; readonly number: number }
  | BatchProgress
  | WaitingEvent
  | { readonly type: 'model-finished'; readonly row: BatchRow }
  | { readonly type: 'batch-finished'; readonly report: BatchReport };

type ModelEvent = Extract<BatchEvent, { type: 'waiting' | 'model-finished' }> | WorkingEvent;
type WorkingEvent = Pick<BatchProgress, 'type' | 'id' | 'progress'>;

const usualPoll = 2000;

/**
 * Carries a plan out, model by model: whatever fails is told and the others go on; what earlier runs finished is recognised,
 * by the journal or by its bytes, and not done again. So a run that was killed is gone on with by starting it again. While the
 * drive is full it waits, with what is proved kept, and goes on by itself. Only cancelling, and a journal that cannot be
 * written, end the batch before its end.
 */
export async function* runBatch(
  request: BatchRequest,
  context: EngineContext,
): AsyncGenerator<BatchEvent, void, undefined> {
  const { plan, zoo, shard, only } = request;
  const mine = plan.models.filter((model) => (!shard || isInShard(model, shard)) && (!only || only.has(model.id)));
  const bytesTotal = mine.reduce((sum, { archive, bytesNow }) => sum + (archive === undefined ? 0 : bytesNow), 0);
  const batch = new Batch(request, context);
  await using journal = yield* batch.open(shard ? `journal-${shard.index}-of-${shard.count}` : 'journal');
  yield { type: 'batch-started', models: mine.length, bytesTotal };
  const models = new Map(zoo.models.map((model) => [model.id, model]));
  const pace = new Pace();
  let [bytesDone, worked] = [0, 0];
  for (const [number, planned] of mine.entries()) {
    const model = models.get(planned.id);
    if (!model) continue;
    yield { type: 'model-started', id: planned.id, number };
    let modelDone = 0;
    for await (const event of batch.carryOut(planned, model, journal)) {
      if (event.type === 'waiting') pace.rest();
      if (event.type !== 'model-progress') {
        yield event;
        continue;
      }
      if (event.progress.phase === 'prove') modelDone = event.progress.bytesDone;
      pace.mark(worked + modelDone);
      const { rate } = pace;
      const done = bytesDone + modelDone;
      const left = rate !== undefined && { rate, secondsLeft: Math.max(0, bytesTotal - done) / rate };
      yield { ...event, modelDone, modelTotal: planned.bytesNow, bytesDone: done, ...left };
    }
    worked += modelDone;
    if (planned.archive !== undefined) bytesDone += planned.bytesNow;
  }
  const gone = shard || only ? [] : await replacedEarlier(plan, await readJournals(plan.output));
  yield { type: 'batch-finished', report: batchReport(plan, [...batch.rows, ...gone]) };
}

class Batch {
  readonly rows: BatchRow[] = [];
  readonly #request: BatchRequest;
  readonly #context: EngineContext;
  readonly #signal: AbortSignal;
  readonly #done = new Map<string, DoneRecord>();
  readonly #planned: ReadonlyMap<string, PlannedModel>;

  constructor(request: BatchRequest, context: EngineContext) {
    this.#request = request;
    this.#context = { ...context, keepsWork: true };
    this.#signal = context.signal ?? new AbortController().signal;
    this.#planned = new Map(request.plan.models.map((model) => [model.id, model]));
  }

  /** Learns what earlier runs did, and opens the journal of this one. */
  async *open(name: string): AsyncGenerator<WaitingEvent, Journal> {
    const { output } = this.#request.plan;
    await makeFolder(output);
    for (const record of await readJournals(output)) if (record.type === 'done') this.#done.set(record.id, record);
    return yield* this.#patiently(() => Journal.open(output, name));
  }

  async *carryOut(planned: PlannedModel, model: ZooModel, journal: Journal): AsyncGenerator<ModelEvent> {
    const path = archivePath(this.#request.plan, planned);
    if (path === undefined) {
      yield this.#finish(leftAlone(planned));
      return;
    }
    try {
      let meanwhile: number | undefined;
      const room = this.#room(async () => {
        if ((await sizeOf(path)) !== undefined) return 0;
        meanwhile ??= await takenMeanwhile(planned, await this.#basePaths(planned), this.#signal);
        return meanwhile + (await this.#bytesLeft(planned, path));
      });
      const row = yield* withRoom(room, () => this.#archive(planned, model, path, journal));
      yield this.#finish(row);
    } catch (error) {
      this.#signal.throwIfAborted();
      const { code, message } = toErrorData(error);
      yield* this.#patiently(() => journal.add({ type: 'failed', id: planned.id, code, message }));
      yield this.#finish({ ...leftAlone(planned), state: 'failed', code, note: message });
    }
  }

  #finish(row: BatchRow): ModelEvent {
    this.rows.push(row);
    return { type: 'model-finished', row };
  }

  /** Writes something small, however long the drive is full. */
  #patiently<Result>(write: () => Promise<Result>): AsyncGenerator<WaitingEvent, Result> {
    return withRoom(
      this.#room(() => Promise.resolve(0)),
      async function* () {
        return await write();
      },
    );
  }

  #room(bytes: RoomWanted['bytes']): RoomWanted {
    const { plan, reserveBytes: reserve, pollMilliseconds = usualPoll } = this.#request;
    return { folder: plan.output, bytes, reserve, pollMilliseconds, signal: this.#signal };
  }

  async #bytesLeft({ bytesThen }: PlannedModel, path: string): Promise<number> {
    return Math.max(1, bytesThen - ((await sizeOf(withSuffix(path, '.partial'))) ?? 0));
  }

  async *#archive(
    planned: PlannedModel,
    model: ZooModel,
    path: string,
    journal: Journal,
  ): AsyncGenerator<ModelEvent, BatchRow> {
    const sought = { planned, model, path, basePaths: this.#basesOf(planned).map((base) => base.path) };
    const known = this.#done.get(planned.id);
    const earlier = await recogniseFinished(sought, known, this.#signal);
    const done = earlier ?? finishedNow(sought, yield* this.#compress(planned, path));
    if (known !== done) await journal.add(done);
    this.#done.set(planned.id, done);
    const kept = await this.#replace(planned, model, path, journal);
    const note = [...(kept === undefined ? [] : [kept]), ...(done.notices ?? [])].join(' · ');
    const state = earlier ? 'earlier' : 'done';
    return { ...archived(planned, done), state, ...(note !== '' && { note }) };
  }

  async *#compress(planned: PlannedModel, path: string): AsyncGenerator<ModelEvent, CompressReport> {
    const { threads, memoryBytes } = this.#request;
    await makeFolder(dirname(path));
    const bases = await this.#basePaths(planned);
    const job = compress(
      { input: planned.path, output: path, preset: planned.preset, bases, threads, memoryBytes },
      this.#context,
    );
    for await (const event of job) {
      if (event.type === 'finished') return event.report;
      if (event.type === 'progress') yield { type: 'model-progress', id: planned.id, progress: event };
    }
    throw new Error('A compression ended without its report.');
  }

  /** Where its bases are, or their archives. */
  async #basePaths(planned: PlannedModel): Promise<string[]> {
    const { plan } = this.#request;
    const paths: string[] = [];
    for (const base of this.#basesOf(planned)) {
      const isThere = (await stat(base.path).catch(() => undefined)) !== undefined;
      paths.push(isThere ? base.path : (archivePath(plan, base) ?? base.path));
    }
    return paths;
  }

  #basesOf({ bases }: PlannedModel): PlannedModel[] {
    return bases.flatMap((id) => this.#planned.get(id) ?? []);
  }

  /** Says why an original stays, where it should have gone. */
  async #replace(planned: PlannedModel, model: ZooModel, path: string, journal: Journal): Promise<string | undefined> {
    const { trash, plan } = this.#request;
    if (!trash) return undefined;
    if (model.kind === 'hub-snapshot' || model.kind === 'ollama' || model.aliases.length > 0)
      return 'kept: another program, or another name, needs the original';
    const dependants = plan.models.filter(({ bases }) => bases.includes(planned.id));
    const waiting = dependants.filter(({ id }) => !this.#done.has(id));
    if (waiting.length > 0)
      return `kept: ${waiting.map(({ id }) => `"${id}"`).join(', ')} is still to be stored with it`;
    const bases = this.#basesOf(planned).flatMap((base) => [base.path, archivePath(plan, base) ?? []].flat());
    const there: string[] = [];
    for (const base of bases) if (await stat(base).catch(() => undefined)) there.push(base);
    const { threads, memoryBytes } = this.#request;
    const proof = verify({ archive: path, against: planned.path, bases: there, threads, memoryBytes }, this.#context);
    for await (const { type } of proof) if (type === 'finished') break;
    const weights = model.files.slice(0, model.weightFiles).map((file) => file.path);
    // Before it is true, so that a kill in between leaves no archive that nobody knows the original of; it counts once they are gone.
    for (const weight of weights) await journal.add({ type: 'replaced', id: planned.id, path: weight });
    await trash(weights);
    return undefined;
  }
}
