import { tmpdir } from 'node:os';
import type { Archive } from '../archive/archive.ts';
import { DamagedArchiveError, DifferentError, UsageError } from '../errors.ts';
import { Crew } from '../workers/crew.ts';
import { compareWithOriginal } from './decode/against.ts';
import { AssemblyLine } from './job/assembly-line.ts';
import { openBases, type Bases } from './bases/bases.ts';
import { DecodePass } from './decode/decode-pass.ts';
import { DigestFeed, emptyDigest, modelDigest } from './job/digests.ts';
import type { JobEvent, VerifyReport } from './job/events.ts';
import { withInnerBase } from './inner-base/decode.ts';
import { runJob, type Reporter } from './job/job.ts';
import { openArchive, type OpenArchive } from '../archive/open-archive.ts';
import { restoreArchive } from './restore.ts';
import type { EngineContext, PauseGate, VerifyRequest } from './job/requests.ts';
import { machineFacts, peakRssBytes, planResources, workFor } from './job/resources.ts';
import { Stopwatch } from './job/stopwatch.ts';

/**
 * Reads a whole archive and proves it: every block's checksum, every tensor's and every file's sha256 of the decoded bytes,
 * and where asked that the original, or a published sha256, is what it restores to.
 */
export function verify(
  request: VerifyRequest,
  context: EngineContext,
): AsyncGenerator<JobEvent<VerifyReport>, void, undefined> {
  return runJob(context.signal, (reporter, signal) => run(request, context, reporter, signal));
}

async function run(
  request: VerifyRequest,
  context: EngineContext,
  reporter: Reporter<VerifyReport>,
  signal: AbortSignal,
): Promise<VerifyReport> {
  const published = request.sha256?.trim().toLowerCase();
  if (published !== undefined && !/^[0-9a-f]{64}$/.test(published))
    throw new UsageError(`"${request.sha256 ?? ''}" is not a sha256: 64 hexadecimal digits are needed.`);
  const watch = new Stopwatch();
  await using opened = await openArchive(request.archive, planResources(request).headerBytes * 2);
  const { archive } = opened;
  const bytesTotal = archive.files.reduce((sum, { bytes }) => sum + bytes, 0);
  const resources = planResources(request, workFor(bytesTotal, archive.tensors));
  reporter.emit({ type: 'started', command: 'verify', name: archive.name, bytesTotal });
  watch.end('scan');
  await using given = await openBases(opened, request, {
    folder: tmpdir(),
    signal,
    restore: restoreArchive(request, context, signal),
  });
  {
    await using crew = await Crew.start(context.spawnWorker, resources, ['files', 'tensors']);
    let done = 0;
    await using owner = new AsyncDisposableStack();
    const ranges = archive.files.map(({ bytes }, file) => ({ file, offset: 0, length: bytes }));
    const means = { crew, slotBytes: resources.slotBytes, signal, folder: tmpdir() };
    const bases = await withInnerBase(given, opened, ranges, means, owner);
    await verifyFiles(
      opened,
      { crew, bases, batchBytes: resources.batchBytes, signal, pause: context.pause },
      (bytes) => reporter.progress('verify', (done += bytes), bytesTotal, 0),
    );
  }
  const digest = modelDigest(archive.files);
  const proved: VerifyReport['proved'][number][] = ['checksums', 'tensors', 'files'];
  if (request.against !== undefined) {
    proved.push(await compareWithOriginal(archive, request.against, resources.headerBytes, signal));
  }
  if (published !== undefined) {
    if (digest !== published && !archive.files.some(({ sha256 }) => sha256 === published))
      throw new DifferentError(
        `The archive is whole, but it restores to sha256 ${digest}, not to the published ${published}: it holds another file.`,
        { found: digest, expected: published },
      );
    proved.push('published-sha256');
  }
  watch.end('verify');
  return {
    command: 'verify',
    input: request.archive,
    bytesIn: archive.size,
    bytesOut: bytesTotal,
    sha256: digest,
    files: archive.files.map(({ name, format, bytes, sha256 }) => ({ name, format, bytes, sha256 })),
    tensors: archive.tensors.length,
    blocks: archive.blockCount,
    proved,
    seconds: watch.seconds(),
    peakRssBytes: peakRssBytes(),
    threads: resources.threads,
    memoryBytes: resources.memoryBytes,
    machine: machineFacts(),
    notices: [],
  };
}

interface VerifyMeans {
  readonly crew: Crew;
  readonly bases: Bases;
  readonly batchBytes: number;
  readonly signal: AbortSignal;
  readonly pause: PauseGate | undefined;
}

async function verifyFiles(
  { archive, source }: OpenArchive,
  { crew, bases, batchBytes, signal, pause }: VerifyMeans,
  decoded: (bytes: number) => void,
): Promise<void> {
  const line = new AssemblyLine(crew, signal, pause);
  const pass = new DecodePass({
    archive,
    descriptor: source.descriptor,
    line,
    decoded,
    batchBytes,
    checks: true,
    bases,
  });
  const fileDigests = archive.files.map(() => emptyDigest);
  const tensorDigests = archive.tensors.map(() => emptyDigest);
  await line.fill(async () => {
    for (const [file, { bytes }] of archive.files.entries()) {
      const { firstKey, ranges } = tensorsOf(archive, file);
      const digests = new DigestFeed(
        crew,
        { key: file, bytes },
        { firstKey, ranges },
        {
          fileDigest: (key, sha256) => (fileDigests[key] = sha256),
          tensorDigest: (key, sha256) => (tensorDigests[key] = sha256),
        },
      );
      await pass.addRange({ file, offset: 0, length: bytes }, digests);
    }
  });
  archive.files.forEach(({ name, sha256 }, file) => requireDigest(`file "${name}"`, fileDigests[file], sha256));
  archive.tensors.forEach(({ name, sha256 }, tensor) =>
    requireDigest(`tensor "${name}"`, tensorDigests[tensor], sha256),
  );
  if (pass.blocksSeen !== archive.blockCount)
    throw new DamagedArchiveError(`${archive.blockCount - pass.blocksSeen} blocks of the archive belong to no file.`);
}

function tensorsOf(
  archive: Archive,
  file: number,
): { firstKey: number; ranges: readonly Archive['tensors'][number][] } {
  const firstKey = archive.tensors.findIndex((tensor) => tensor.file === file);
  return { firstKey: Math.max(0, firstKey), ranges: archive.tensors.filter((tensor) => tensor.file === file) };
}

function requireDigest(what: string, found: string | undefined, expected: string): void {
  // Of a small tensor the archive has the beginning of the digest alone.
  if (found?.startsWith(expected) !== true)
    throw new DamagedArchiveError(
      `The ${what} restores to sha256 ${found ?? 'nothing'}; the original had ${expected}.`,
      {
        found,
        expected,
      },
    );
}
