import { join } from 'node:path';
import type { Archive } from '../archive/archive.ts';
import { Journal, journalKey, readLeftover } from '../archive/journal.ts';
import { DamagedArchiveError, FeatherweightError } from '../errors.ts';
import { OutputFile } from '../io/output-file.ts';
import { Crew } from '../workers/crew.ts';
import { AssemblyLine } from './job/assembly-line.ts';
import { openBases, refuseBase, type Bases, type RestoreArchive } from './bases/bases.ts';
import { DecodePass } from './decode/decode-pass.ts';
import { DigestFeed, emptyDigest, modelDigest } from './job/digests.ts';
import type { FileReport, JobEvent, RestoreReport } from './job/events.ts';
import { withInnerBase } from './inner-base/decode.ts';
import { isToBeKept, runJob, StaleWorkError, type Reporter } from './job/job.ts';
import { openArchive, type OpenArchive } from '../archive/open-archive.ts';
import type { EngineContext, PauseGate, RestoreRequest } from './job/requests.ts';
import { machineFacts, peakRssBytes, planResources, workFor } from './job/resources.ts';
import {
  findReached,
  folderOf,
  goalsOf,
  makeFolders,
  requireSpace,
  unfinishedPath,
  type Goal,
} from './restore-goals.ts';
import { Stopwatch } from './job/stopwatch.ts';

/**
 * Restores the files of an archive, or the bytes of one tensor. A file gets its name only after the sha256 of what was
 * written equals that of the original. What is there already and equal is left as it is; of a file that a stopped run left
 * unfinished, the part that its journal tells is read back instead of decoded, and counts only with that same sha256.
 */
export function restore(
  request: RestoreRequest,
  context: EngineContext,
): AsyncGenerator<JobEvent<RestoreReport>, void, undefined> {
  return runJob(context.signal, (reporter, signal) => run(request, context, reporter, signal));
}

/** How the archive of a base is restored, within the same bounds. */
export function restoreArchive(
  { threads, memoryBytes, bases }: Pick<RestoreRequest, 'threads' | 'memoryBytes' | 'bases'>,
  { spawnWorker }: EngineContext,
  signal: AbortSignal,
): RestoreArchive {
  return async (archive, output, within) => {
    const request = { archive, output: join(output, ''), threads, memoryBytes, bases, within };
    for await (const event of restore(request, { spawnWorker, signal }))
      if (event.type === 'finished') return event.report.bases ?? [];
    return [];
  };
}

async function run(
  request: RestoreRequest,
  context: EngineContext,
  reporter: Reporter<RestoreReport>,
  signal: AbortSignal,
): Promise<RestoreReport> {
  const watch = new Stopwatch();
  await using opened = await openArchive(request.archive, planResources(request).headerBytes * 2);
  const { archive } = opened;
  const { output, goals } = await goalsOf(archive, request);
  const bytesTotal = goals.reduce((sum, { length }) => sum + length, 0);
  const resources = planResources(request, workFor(bytesTotal, archive.tensors));
  reporter.emit({ type: 'started', command: 'restore', name: archive.name, bytesTotal });
  const reached: ReadonlyMap<Goal, string> = request.overwrite ? new Map() : await findReached(goals, signal);
  const ahead = goals.filter((goal) => !reached.has(goal));
  await using folders = new AsyncDisposableStack();
  folders.use(await makeFolders(ahead));
  await requireSpace(archive, ahead, output);
  await using given = await openBases(opened, request, {
    folder: await folderOf(output),
    signal,
    restore: restoreArchive(request, context, signal),
  });
  for (const { path } of goals) await refuseBase(path, given.needed, signal);
  watch.end('scan');

  const startCrew = (): Promise<Crew> => Crew.start(context.spawnWorker, resources, ['files']);
  await using crew = await startCrew();
  await using owner = new AsyncDisposableStack();
  const means = { crew, slotBytes: resources.slotBytes, signal, folder: await folderOf(output) };
  const bases = await withInnerBase(given, opened, ahead, means, owner);
  let done = 0;
  const decoded = (bytes: number): void => reporter.progress('restore', (done += bytes), bytesTotal, done);
  const notices = reached.size > 0 ? [`${reached.size} of ${goals.length} were there already, and are equal.`] : [];
  for (const message of notices) reporter.emit({ type: 'notice', message });
  const job = {
    ...{ decoded, signal, bases, startCrew, batchBytes: resources.batchBytes, overwrite: request.overwrite ?? false },
    flushing: (bytes: number) => reporter.progress('flush', 0, bytes, done),
    goneOnWith: (message: string) => reporter.emit({ type: 'notice', message }),
    pause: context.pause,
    isToBeKept: (error: unknown) => isToBeKept(error, context),
  };
  const files: FileReport[] = [];
  for (const goal of goals) {
    const known = reached.get(goal);
    if (known !== undefined) decoded(goal.length);
    const sha256 = known ?? (await restoreGoal(goal, opened, crew, job));
    files.push({ name: goal.name, format: goal.format, bytes: goal.length, sha256 });
  }
  watch.end('restore');

  return {
    command: 'restore',
    input: request.archive,
    output,
    ...(request.tensor !== undefined && { tensor: request.tensor }),
    bytesIn: archive.size,
    bytesOut: bytesTotal,
    sha256: modelDigest(files),
    files,
    ...(archive.approximation && { approximateOf: sourceDigest(archive, archive.approximation.sources) }),
    ...(bases.needed.length > 0 && { bases: bases.needed }),
    seconds: watch.seconds(),
    peakRssBytes: peakRssBytes(),
    threads: resources.threads,
    memoryBytes: resources.memoryBytes,
    machine: machineFacts(),
    notices,
  };
}

/** The digest of the originals that an approximate archive was made of. */
function sourceDigest({ files }: Archive, sources: readonly string[]): string {
  return modelDigest(files.map(({ name }, file) => ({ name, sha256: sources[file] ?? '' })));
}

interface RestoreJob {
  readonly decoded: (bytes: number) => void;
  readonly flushing: (bytes: number) => void;
  readonly goneOnWith: (message: string) => void;
  readonly signal: AbortSignal;
  readonly pause: PauseGate | undefined;
  readonly overwrite: boolean;
  readonly batchBytes: number;
  readonly bases: Bases;
  /** Whether what was written stays for a later run, after this failure. */
  readonly isToBeKept: (error: unknown) => boolean;
  /** A second crew, when the first has failed. */
  readonly startCrew: () => Promise<Crew>;
}

/** Writes one thing, going on with what a stopped run left of it; the digest of what was written. */
async function restoreGoal(goal: Goal, opened: OpenArchive, crew: Crew, job: RestoreJob): Promise<string> {
  try {
    return await writeGoal(goal, opened, crew, job, true);
  } catch (error) {
    if (!(error instanceof StaleWorkError)) throw error;
    job.decoded(-goal.length);
    job.goneOnWith(`What an earlier run left of "${goal.name}" is not right; it was thrown away.`);
    return writeGoal(goal, opened, crew, job, false);
  }
}

async function writeGoal(
  goal: Goal,
  opened: OpenArchive,
  crew: Crew,
  job: RestoreJob,
  mayResume: boolean,
): Promise<string> {
  const partial = unfinishedPath(goal);
  const key = journalKey({ archive: opened.source.identity, goal });
  const left = mayResume ? await readLeftover(partial, key) : undefined;
  await using output = await OutputFile.create(goal.path, {
    overwrite: job.overwrite,
    inputs: [opened.source.identity],
    resumeBytes: left?.blocks.reduce((sum, { storedLength }) => sum + storedLength, 0),
  });
  const { resumedBytes } = output;
  const resumed = resumedBytes > 0 ? left : undefined;
  await using journal = await Journal.start(partial, { key, resumed, inputs: [opened.source.identity] });
  output.onFlush(() => journal.checkpoint());
  await output.truncate(goal.length);
  if (resumed) job.goneOnWith(`${resumedBytes} bytes that an earlier run wrote are gone on with.`);
  let sha256: string;
  try {
    // The digest of all bytes proves more than the checksums of the blocks; those only tell where the damage is.
    sha256 = await decodeGoal(goal, opened, crew, job, {
      ...{ checks: false, output, resumedBytes },
      wrote: (bytes, batch) => journal.proved((resumed?.blocks.length ?? 0) + batch, writtenRow(bytes)),
    });
    if (!sha256.startsWith(goal.sha256)) throw resumed ? new StaleWorkError() : wrongBytes(goal, sha256);
    job.signal.throwIfAborted();
  } catch (error) {
    if (journal.hasBlocks && job.isToBeKept(error)) {
      output.keep();
      journal.keep();
    }
    if (error instanceof FeatherweightError && error.code === 'DAMAGED') await nameDamage(goal, opened, job);
    throw error;
  }
  job.flushing(goal.length);
  await output.commit();
  return sha256;
}

/** A journal's row for bytes of a restored file, which have neither a checksum nor a codec of their own. */
function writtenRow(storedLength: number): Parameters<Journal['proved']>[1] {
  return { storedLength, crc32: 0, codec: '', usesReference: false };
}

function wrongBytes({ name, sha256 }: Goal, found: string): DamagedArchiveError {
  return new DamagedArchiveError(
    `"${name}" was restored with sha256 ${found}; its original had ${sha256}. It was not given its name.`,
    { name, found, expected: sha256 },
  );
}

/** Reads everything again, block by block; throws when a block is to blame. */
async function nameDamage(goal: Goal, opened: OpenArchive, job: RestoreJob): Promise<void> {
  await using crew = await job.startCrew();
  await decodeGoal(goal, opened, crew, { ...job, decoded: () => undefined }, { checks: true });
}

/** Decodes one thing, to a file where there is one; the sha256 of all its bytes. */
async function decodeGoal(
  goal: Goal,
  { archive, source }: OpenArchive,
  crew: Crew,
  { signal, pause, decoded, batchBytes, bases }: RestoreJob,
  means: {
    readonly checks: boolean;
    readonly output?: OutputFile;
    /** The bytes that the output begins with. */
    readonly resumedBytes?: number;
    readonly wrote?: (bytes: number, batch: number) => void;
  },
): Promise<string> {
  const { checks, output, resumedBytes = 0, wrote } = means;
  const line = new AssemblyLine(crew, signal, pause);
  const pass = new DecodePass({
    archive,
    descriptor: source.descriptor,
    line,
    decoded: (bytes, batch) => {
      if (batch !== undefined) {
        wrote?.(bytes, batch);
        output?.wrote(bytes);
      }
      decoded(bytes);
    },
    batchBytes,
    checks,
    bases,
  });
  let found = emptyDigest;
  const digests = new DigestFeed(
    crew,
    { key: 0, bytes: goal.length },
    { firstKey: 0, ranges: [] },
    { fileDigest: (_, sha256) => (found = sha256), tensorDigest: () => undefined },
  );
  await line.fill(async () => {
    if (output) await pass.addWritten(resumedBytes, digests, output);
    await pass.addRange(goal, digests, output, resumedBytes);
  });
  return found;
}
