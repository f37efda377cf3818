import { mkdir, stat, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { FeatherweightError, toErrorData, UsageError } from '../errors.ts';
import { compress } from '../pipeline/compress.ts';
import type { CompressReport, ProgressEvent } from '../pipeline/events.ts';
import { sha256Of } from '../pipeline/file-digest.ts';
import { openArchive } from '../pipeline/open-archive.ts';
import type { EngineContext } from '../pipeline/requests.ts';
import { verify } from '../pipeline/verify.ts';
import { inputKey, Journal, readJournals, type DoneRecord } from './journal.ts';
import { isInShard } from './plan-order.ts';
import { archivePath, type PlannedModel, type ZooPlan } from './plan.ts';
import { batchReport, type BatchReport, type BatchRow } from './batch-report.ts';
import type { Zoo, ZooModel } from './zoo.ts';

export interface BatchRequest {
  readonly zoo: Zoo;
  readonly plan: ZooPlan;
  /** This machine's share of the work, counted from 1. */
  readonly shard?: { readonly index: number; readonly count: number } | undefined;
  readonly threads?: number | undefined;
  readonly memoryBytes?: number | undefined;
  /** Bytes that stay free on the drive of the output. */
  readonly reserveBytes?: number | undefined;
  /** Moves originals to the trash of the system, once their archive was read back once more. */
  readonly trash?: ((paths: readonly string[]) => Promise<void>) | undefined;
}

export type BatchEvent =
  | { readonly type: 'batch-started'; readonly models: number; readonly bytesTotal: number }
  | { readonly type: 'model-started'; readonly id: string; readonly number: number }
  | {
      readonly type: 'model-progress';
      readonly id: string;
      readonly progress: ProgressEvent;
      readonly bytesDone: number;
    }
  | { readonly type: 'model-finished'; readonly row: BatchRow }
  | { readonly type: 'batch-finished'; readonly report: BatchReport };

const mostIndexBytes = 128 * 2 ** 20;
const usualReserve = 256 * 2 ** 20;

/**
 * Carries a plan out, model by model: whatever fails is told and the others go on; what earlier runs finished is recognised,
 * by the journal or by its bytes, and not done again. So a run that was killed is gone on with by starting it again. Only
 * cancelling, and a journal that cannot be written, end the batch before its end.
 */
export async function* runBatch(
  request: BatchRequest,
  context: EngineContext,
): AsyncGenerator<BatchEvent, void, undefined> {
  const { plan, zoo, shard } = request;
  const batch = new Batch(request, context);
  const name = shard ? `journal-${shard.index}-of-${shard.count}` : 'journal';
  const mine = plan.models.filter((model) => !shard || isInShard(model, shard));
  const bytesTotal = mine.reduce((sum, { archive, bytesNow }) => sum + (archive === undefined ? 0 : bytesNow), 0);
  await mkdir(plan.output, { recursive: true });
  await batch.load();
  await using journal = await Journal.open(plan.output, name);
  yield { type: 'batch-started', models: mine.length, bytesTotal };
  const models = new Map(zoo.models.map((model) => [model.id, model]));
  let bytesDone = 0;
  for (const [number, planned] of mine.entries()) {
    const model = models.get(planned.id);
    if (!model) continue;
    yield { type: 'model-started', id: planned.id, number };
    for await (const event of batch.carryOut(planned, model, journal))
      yield event.type === 'model-progress' ? { ...event, bytesDone: bytesDone + event.bytesDone } : event;
    if (planned.archive !== undefined) bytesDone += planned.bytesNow;
  }
  yield { type: 'batch-finished', report: batchReport(plan, batch.rows) };
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
    this.#context = context;
    this.#signal = context.signal ?? new AbortController().signal;
    this.#planned = new Map(request.plan.models.map((model) => [model.id, model]));
  }

  async load(): Promise<void> {
    for (const record of await readJournals(this.#request.plan.output))
      if (record.type === 'done') this.#done.set(record.id, record);
  }

  async *carryOut(planned: PlannedModel, model: ZooModel, journal: Journal): AsyncGenerator<BatchEvent> {
    const path = archivePath(this.#request.plan, planned);
    if (path === undefined) {
      yield this.#finish(leftAlone(planned));
      return;
    }
    try {
      let done = await this.#recognise(planned, model, path);
      const state = done ? 'earlier' : 'done';
      if (!done) {
        const report = yield* this.#compress(planned, path);
        done = this.#record(planned, model, report);
      }
      if (this.#done.get(planned.id) !== done) await journal.add(done);
      this.#done.set(planned.id, done);
      const note = await this.#replace(planned, model, path, journal);
      yield this.#finish({ ...rowOf(planned, done), state, ...(note !== undefined && { note }) });
    } catch (error) {
      this.#signal.throwIfAborted();
      const { code, message } = toErrorData(error);
      await journal.add({ type: 'failed', id: planned.id, code, message });
      yield this.#finish({ ...leftAlone(planned), state: 'failed', code, note: message });
    }
  }

  #finish(row: BatchRow): BatchEvent {
    this.rows.push(row);
    return { type: 'model-finished', row };
  }

  /** What an earlier run left: by its journal where the input has not changed since, else by sha256 of the input. */
  async #recognise(planned: PlannedModel, model: ZooModel, path: string): Promise<DoneRecord | undefined> {
    const size = await stat(path).then(
      (status) => status.size,
      () => undefined,
    );
    if (size === undefined) return undefined;
    const known = this.#done.get(planned.id);
    if (known?.input === inputKey(model.files) && known.archive === planned.archive && known.bytesOut === size)
      return known;
    await using opened = await openArchive(path, mostIndexBytes);
    const { files, bases } = opened.archive;
    const digests = new Map<string, number>();
    for (const file of model.files) {
      const sha256 = await sha256Of(file.path, this.#signal);
      digests.set(sha256, (digests.get(sha256) ?? 0) + 1);
    }
    if (
      !files.every(({ sha256 }) => digests.has(sha256)) ||
      new Set(files.map(({ sha256 }) => sha256)).size !== digests.size
    )
      throw new UsageError(
        `"${path}" is there already and holds something else. Move it away, or choose another folder.`,
        {
          path,
        },
      );
    return {
      type: 'done',
      id: planned.id,
      input: inputKey(model.files),
      archive: planned.archive ?? '',
      bytesIn: files.reduce((sum, { bytes }) => sum + bytes, 0),
      bytesOut: size,
      sha256: files.length === 1 ? (files[0]?.sha256 ?? '') : '',
      seconds: 0,
      preset: planned.preset,
      files: files.map(({ name, bytes, sha256 }) => ({ name, bytes, sha256 })),
      bases: bases.map(({ name, bytes, sha256 }) => ({ name, bytes, sha256 })),
      basePaths: this.#basesOf(planned).map(({ path: base }) => base),
    };
  }

  async *#compress(planned: PlannedModel, path: string): AsyncGenerator<BatchEvent, CompressReport> {
    const { threads, memoryBytes, plan, reserveBytes = usualReserve } = this.#request;
    await mkdir(dirname(path), { recursive: true });
    const { bavail, bsize } = await statfs(dirname(path));
    if (bavail * bsize < planned.bytesThen + reserveBytes)
      throw new FeatherweightError(
        'DISK_FULL',
        `"${plan.output}" has ${bavail * bsize} bytes free; about ${planned.bytesThen} are needed, and ${reserveBytes} stay free.`,
        { facts: { path: plan.output, free: bavail * bsize, needed: planned.bytesThen } },
      );
    const bases: string[] = [];
    for (const base of this.#basesOf(planned)) {
      const original = await stat(base.path).catch(() => undefined);
      bases.push(original ? base.path : (archivePath(plan, base) ?? base.path));
    }
    const job = compress(
      { input: planned.path, output: path, preset: planned.preset, bases, threads, memoryBytes },
      this.#context,
    );
    for await (const event of job) {
      if (event.type === 'finished') return event.report;
      if (event.type === 'progress')
        yield {
          type: 'model-progress',
          id: planned.id,
          progress: event,
          bytesDone: event.phase === 'prove' ? event.bytesDone : 0,
        };
    }
    throw new Error('A compression ended without its report.');
  }

  #basesOf({ bases }: PlannedModel): PlannedModel[] {
    return bases.flatMap((id) => this.#planned.get(id) ?? []);
  }

  #record(planned: PlannedModel, model: ZooModel, report: CompressReport): DoneRecord {
    return {
      type: 'done',
      id: planned.id,
      input: inputKey(model.files),
      archive: planned.archive ?? '',
      bytesIn: report.bytesIn,
      bytesOut: report.bytesOut,
      sha256: report.sha256,
      seconds: report.seconds.total,
      preset: planned.preset,
      files: report.files.map(({ name, bytes, sha256 }) => ({ name, bytes, sha256 })),
      bases: (report.bases ?? []).map(({ name, bytes, sha256 }) => ({ name, bytes, sha256 })),
      basePaths: this.#basesOf(planned).map(({ path }) => path),
    };
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
    await trash(weights);
    for (const weight of weights) await journal.add({ type: 'replaced', id: planned.id, path: weight });
    return undefined;
  }
}

function leftAlone(planned: PlannedModel): BatchRow {
  const { bytesNow } = planned;
  return { ...told(planned), state: 'skipped', bytesIn: bytesNow, bytesOut: bytesNow, seconds: 0, bases: [] };
}

function rowOf(planned: PlannedModel, done: DoneRecord): Omit<BatchRow, 'state'> {
  const { bytesIn, bytesOut, seconds, sha256, archive, bases } = done;
  const sizes = { bytesIn, bytesOut, seconds, sha256, archive };
  return { ...told(planned), ...sizes, bases: bases.map(({ name }) => name) };
}

/** What a row says of its model whatever became of it. */
function told({ id, name, path, action, reason, equalTo }: PlannedModel) {
  return { id, name, path, action, reason, ...(equalTo !== undefined && { equalTo }) };
}
