import { rmdir, stat, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Archive, ArchivedTensor } from '../archive/archive.ts';
import { discardLeftover } from '../archive/journal.ts';
import { FeatherweightError, UsageError } from '../errors.ts';
import { withSuffix } from '../io/long-name.ts';
import { knownFolder } from '../io/own-folder.ts';
import { ownSuffix } from '../io/output-file.ts';
import { safeArchiveNames } from '../models/index.ts';
import { approximateFileName } from './approximate/name.ts';
import { sha256Of } from '../io/file-digest.ts';
import { makeFolder } from '../io/make-folder.ts';
import { innerBytes } from './inner-base/needs.ts';
import { openArchive } from '../archive/open-archive.ts';
import type { RestoreRequest } from './job/requests.ts';

const mostIndexBytes = 128 * 2 ** 20;

/** One thing to write: a whole file, or a tensor's range of it. */
export interface Goal {
  readonly path: string;
  readonly name: string;
  readonly format: string;
  readonly file: number;
  readonly offset: number;
  readonly length: number;
  /** What the digest of the bytes must begin with. */
  readonly sha256: string;
}

/** What a request asks for, and where it goes. */
export interface Goals {
  /** The file or folder. */
  readonly output: string;
  readonly goals: readonly Goal[];
}

/** What an unfinished file of {@link restore} is called; no other program gives the name. */
export function unfinishedPath({ path }: Goal): string {
  return withSuffix(path, ownSuffix.suffix);
}

/** Finds out what to write where; writes nothing. */
export function goalsOf(archive: Archive, request: RestoreRequest): Promise<Goals> {
  return request.tensor === undefined ? fileGoals(archive, request) : tensorGoal(archive, request, request.tensor);
}

async function fileGoals(archive: Archive, request: RestoreRequest): Promise<Goals> {
  const names = safeArchiveNames(archive.files.map(({ name }) => name));
  const [first] = names;
  const only = first !== undefined && archive.approximation ? approximateFileName(first, archive.approximation) : first;
  const folder = dirname(request.archive);
  let output: string;
  let paths: string[];
  if (names.length === 1 && only !== undefined) {
    output = await placeOf(request.output ?? folder, only);
    paths = [output];
  } else {
    output = request.output ?? join(folder, folderName(request.archive));
    paths = names.map((name) => join(output, ...name.split('/')));
  }
  const goals = archive.files.map(({ name, format, bytes, sha256 }, file) => ({
    path: paths[file] ?? '',
    name,
    format,
    file,
    offset: 0,
    length: bytes,
    sha256,
  }));
  return { output, goals };
}

/**
 * The goals that are there already, byte for byte, with their sha256. Throws {@link UsageError} where something else is there:
 * before any work is done, because nobody should learn of the last file an hour later.
 */
export async function findReached(goals: readonly Goal[], signal: AbortSignal): Promise<ReadonlyMap<Goal, string>> {
  const reached = new Map<Goal, string>();
  for (const goal of goals) {
    const { path, length } = goal;
    const found = await stat(path).catch(() => undefined);
    if (found === undefined) continue;
    const sha256 = found.isFile() && found.size === length ? await sha256Of(path, signal) : '';
    if (sha256 === '' || !sha256.startsWith(goal.sha256))
      throw new UsageError(`"${path}" exists already. Choose another place, or ask for it to be replaced.`, { path });
    reached.set(goal, sha256);
    await discardLeftover(unfinishedPath(goal), unfinishedPath(goal));
  }
  return reached;
}

/** Bytes on the drive that an earlier run has written for a request already. */
export async function restoredBytes(request: RestoreRequest): Promise<number> {
  await using opened = await openArchive(request.archive, mostIndexBytes);
  let bytes = 0;
  for (const goal of (await goalsOf(opened.archive, request)).goals) bytes += await writtenBytes(goal);
  return bytes;
}

async function writtenBytes(goal: Goal): Promise<number> {
  const found =
    (await stat(unfinishedPath(goal)).catch(() => undefined)) ?? (await stat(goal.path).catch(() => undefined));
  return found ? found.blocks * 512 : 0;
}

/** Removes what a stopped run has left unfinished of a request; finished files stay. */
export async function discardRestored(request: RestoreRequest): Promise<void> {
  await using opened = await openArchive(request.archive, mostIndexBytes);
  for (const goal of (await goalsOf(opened.archive, request)).goals)
    await discardLeftover(unfinishedPath(goal), unfinishedPath(goal));
}

async function tensorGoal(archive: Archive, request: RestoreRequest, wanted: string): Promise<Goals> {
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
  const name = `${folderName(request.archive)}.tensor.bin`;
  const output = await placeOf(request.output ?? dirname(request.archive), name);
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

/** Where one file goes: into an output that is a folder, or ends like one. */
async function placeOf(output: string, name: string): Promise<string> {
  return /[/\\]$/.test(output) || (await isFolder(output)) ? join(output, name) : output;
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

/** Throws `DISK_FULL` before the work when the bytes cannot fit, with what is made beside them meanwhile. */
export async function requireSpace(archive: Archive, goals: readonly Goal[], output: string): Promise<void> {
  let needed = innerBytes(archive, goals);
  for (const goal of goals) {
    let bytes = 0;
    for (const piece of archive.pieces(goal.file, goal.offset, goal.length))
      if (piece.block.storedLength > holeStoredBytes) bytes += piece.length;
    needed += Math.max(0, bytes - (await writtenBytes(goal)));
  }
  const folder = await folderOf(output);
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  if (free < needed)
    throw new FeatherweightError(
      'DISK_FULL',
      `"${knownFolder(folder)}" has ${free} bytes free; ${needed} are needed. Nothing was written. Free some space or choose another place.`,
      { facts: { path: knownFolder(folder), free, needed } },
    );
}

/** Makes the folders that the goals lie in; disposing takes those away again that were made and hold nothing. */
export async function makeFolders(goals: readonly Goal[]): Promise<AsyncDisposable> {
  await using made = new AsyncDisposableStack();
  for (const path of new Set(goals.map((goal) => dirname(goal.path))))
    for (const folder of await makeFolder(path)) made.defer(() => rmdir(folder).catch(() => undefined));
  return made.move();
}

/** The output itself, where it is a folder, or the one it is in. */
export async function folderOf(output: string): Promise<string> {
  return (await isFolder(output)) ? output : dirname(output);
}
