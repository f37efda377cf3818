import { mkdir, stat, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Archive, ArchivedTensor } from '../archive/archive.ts';
import { DamagedArchiveError, FeatherweightError, UsageError } from '../errors.ts';
import { OutputFile } from '../io/output-file.ts';
import { approximateFileName } from './approximate/name.ts';
import { safeArchiveNames } from '../models/index.ts';
import { Crew } from '../workers/crew.ts';
import { AssemblyLine } from './assembly-line.ts';
import { openBases, refuseBase, type Bases, type RestoreArchive } from './bases.ts';
import { DecodePass } from './decode-pass.ts';
import { DigestFeed, emptyDigest, modelDigest } from './digests.ts';
import type { FileReport, JobEvent, RestoreReport } from './events.ts';
import { runJob, type Reporter } from './job.ts';
import { openArchive, type OpenArchive } from './open-archive.ts';
import type { EngineContext, PauseGate, RestoreRequest } from './requests.ts';
import { machineFacts, peakRssBytes, planResources } from './resources.ts';
import { Stopwatch } from './stopwatch.ts';

/**
 * Restores the files of an archive, or the bytes of one tensor. A file gets its name only after the sha256 of what was
 * written equals that of the original.
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

/** One thing to write: a whole file, or a tensor's range of it. */
interface Goal {
  readonly path: string;
  readonly name: string;
  readonly format: string;
  readonly file: number;
  readonly offset: number;
  readonly length: number;
  /** What the digest of the bytes must begin with. */
  readonly sha256: string;
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
  const { output, goals } =
    request.tensor === undefined ? await fileGoals(archive, request) : tensorGoal(archive, request, request.tensor);
  const bytesTotal = goals.reduce((sum, { length }) => sum + length, 0);
  const resources = planResources(request, { bytes: bytesTotal, tensors: archive.tensors.length });
  reporter.emit({ type: 'started', command: 'restore', name: archive.name, bytesTotal });
  await requireSpace(archive, goals, output);
  const folder = (await isFolder(output)) ? output : dirname(output);
  await using bases = await openBases(opened, request, {
    folder,
    signal,
    restore: restoreArchive(request, context, signal),
  });
  for (const { path } of goals) await refuseBase(path, bases.needed, signal);
  watch.end('scan');

  const startCrew = (): Promise<Crew> => Crew.start(context.spawnWorker, resources, ['files']);
  await using crew = await startCrew();
  let done = 0;
  const decoded = (bytes: number): void => reporter.progress('restore', (done += bytes), bytesTotal, done);
  const files: FileReport[] = [];
  for (const goal of goals) {
    const sha256 = await restoreGoal(goal, opened, crew, {
      decoded,
      flushing: (bytes) => reporter.progress('flush', 0, bytes, done),
      signal,
      pause: context.pause,
      overwrite: request.overwrite ?? false,
      slotBytes: resources.slotBytes,
      bases,
      startCrew,
    });
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
    notices: [],
  };
}

/** The digest of the originals that an approximate archive was made of. */
function sourceDigest({ files }: Archive, sources: readonly string[]): string {
  return modelDigest(files.map(({ name }, file) => ({ name, sha256: sources[file] ?? '' })));
}

interface RestoreJob {
  readonly decoded: (bytes: number) => void;
  readonly flushing: (bytes: number) => void;
  readonly signal: AbortSignal;
  readonly pause: PauseGate | undefined;
  readonly overwrite: boolean;
  readonly slotBytes: number;
  readonly bases: Bases;
  /** A second crew, when the first has failed. */
  readonly startCrew: () => Promise<Crew>;
}

/** Writes one thing; the digest of what was written. */
async function restoreGoal(goal: Goal, opened: OpenArchive, crew: Crew, job: RestoreJob): Promise<string> {
  await using output = await OutputFile.create(goal.path, {
    overwrite: job.overwrite,
    inputs: [opened.source.identity],
  });
  await output.truncate(goal.length);
  let sha256: string;
  try {
    // The digest of all bytes proves more than the checksums of the blocks; those only tell where the damage is.
    sha256 = await decodeGoal(goal, opened, crew, job, { checks: false, output });
  } catch (error) {
    if (error instanceof FeatherweightError && error.code === 'DAMAGED') await nameDamage(goal, opened, job);
    throw error;
  }
  job.signal.throwIfAborted();
  job.flushing(goal.length);
  await output.commit();
  return sha256;
}

/** Reads everything again, block by block; throws when a block is to blame. */
async function nameDamage(goal: Goal, opened: OpenArchive, job: RestoreJob): Promise<void> {
  await using crew = await job.startCrew();
  await decodeGoal(goal, opened, crew, { ...job, decoded: () => undefined }, { checks: true });
}

async function decodeGoal(
  goal: Goal,
  { archive, source }: OpenArchive,
  crew: Crew,
  { signal, pause, decoded, slotBytes, bases }: RestoreJob,
  { checks, output }: { readonly checks: boolean; readonly output?: OutputFile },
): Promise<string> {
  const line = new AssemblyLine(crew, signal, pause);
  const pass = new DecodePass({
    archive,
    descriptor: source.descriptor,
    line,
    decoded: (bytes) => {
      output?.wrote(bytes);
      decoded(bytes);
    },
    slotBytes,
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
  await line.fill(() => pass.addRange(goal, digests, output));
  if (!found.startsWith(goal.sha256))
    throw new DamagedArchiveError(
      `"${goal.name}" was restored with sha256 ${found}; its original had ${goal.sha256}. It was not given its name.`,
      { name: goal.name, found, expected: goal.sha256 },
    );
  return found;
}

async function fileGoals(archive: Archive, request: RestoreRequest): Promise<{ output: string; goals: Goal[] }> {
  const names = safeArchiveNames(archive.files.map(({ name }) => name));
  const [first] = names;
  const only = first !== undefined && archive.approximation ? approximateFileName(first, archive.approximation) : first;
  const folder = dirname(request.archive);
  let output: string;
  let paths: string[];
  if (names.length === 1 && only !== undefined) {
    output = request.output ?? join(folder, only);
    if (await isFolder(output)) output = join(output, only);
    paths = [output];
  } else {
    output = request.output ?? join(folder, folderName(request.archive));
    paths = names.map((name) => join(output, ...name.split('/')));
  }
  for (const path of new Set(paths.map(dirname))) await mkdir(path, { recursive: true });
  const goals = archive.files.map(({ name, format, bytes, sha256 }, file) => ({
    path: paths[file] ?? '',
    name,
    format,
    file,
    offset: 0,
    length: bytes,
    sha256,
  }));
  await refuseExisting(paths, request.overwrite ?? false);
  return { output, goals };
}

/** All of them before any work is done: nobody should learn of the last one an hour later. */
async function refuseExisting(paths: readonly string[], overwrite: boolean): Promise<void> {
  if (overwrite) return;
  for (const path of paths) {
    const exists = await stat(path).then(
      () => true,
      () => false,
    );
    if (exists)
      throw new UsageError(`"${path}" exists already. Choose another place, or ask for it to be replaced.`, { path });
  }
}

function tensorGoal(archive: Archive, request: RestoreRequest, wanted: string): { output: string; goals: Goal[] } {
  const matches = archive.tensors.filter(
    ({ name, file }) => name === wanted || `${archive.files[file]?.name ?? ''}:${name}` === wanted,
  );
  const [tensor] = matches;
  if (!tensor) throw new UsageError(`The archive has no tensor "${wanted}".`, { tensor: wanted });
  if (matches.length > 1)
    throw new UsageError(
      `${matches.length} tensors are called "${wanted}"; write FILE:${wanted}. They are in: ${listFiles(archive, matches)}.`,
      {
        tensor: wanted,
      },
    );
  // A tensor's name comes from somebody else's file and is never used as a file name.
  const output = request.output ?? join(dirname(request.archive), `${folderName(request.archive)}.tensor.bin`);
  const { file, offset, byteLength, sha256 } = tensor;
  return {
    output,
    goals: [{ path: output, name: wanted, format: tensor.dtype, file, offset, length: byteLength, sha256 }],
  };
}

function listFiles(archive: Archive, tensors: readonly ArchivedTensor[]): string {
  return tensors.map(({ file }) => archive.files[file]?.name ?? '').join(', ');
}

function folderName(archivePath: string): string {
  const base = archivePath.replace(/^.*[\\/]/, '');
  return base.toLowerCase().endsWith('.fwz') ? base.slice(0, -4) : `${base}.restored`;
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false;
  }
}

/** A block that is coded in so few bytes may be a hole; it is not counted. */
const holeStoredBytes = 64;

/** Throws `DISK_FULL` before the work when the bytes cannot fit. */
async function requireSpace(archive: Archive, goals: readonly Goal[], output: string): Promise<void> {
  let needed = 0;
  for (const { file, offset, length } of goals) {
    for (const piece of archive.pieces(file, offset, length))
      if (piece.block.storedLength > holeStoredBytes) needed += piece.length;
  }
  const folder = (await isFolder(output)) ? output : dirname(output);
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  if (free < needed)
    throw new FeatherweightError(
      'DISK_FULL',
      `"${folder}" has ${free} bytes free; ${needed} are needed. Nothing was written. Free some space or choose another place.`,
      { facts: { path: folder, free, needed } },
    );
}
