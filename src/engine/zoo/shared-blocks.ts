import { execFile } from 'node:child_process';
import { statfs } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { ZooFile } from './zoo.ts';

/** Whether copies that share blocks of the disk (reflinks) were told from others: `none` where no disk of the zoo knows any. */
export type SharedBlocks = 'none' | 'told' | 'untold';

interface Extent {
  /** Bytes of the disk. */
  readonly start: number;
  readonly end: number;
}

/** Btrfs, XFS and bcachefs, as `statfs` calls them: files there may share blocks, and say so. */
const sharing = new Set([0x9123683e, 0x58465342, 0xca451a4e]);
/** The copies of ZFS share blocks too, but nothing tells of them. */
const silent = 0x2fc12fc1;
const leastBytes = 2 ** 16;
const mostFiles = 20_000;
const filesAtOnce = 64;
const mostOutput = 2 ** 26;
const patience = 60_000;
const run = promisify(execFile);

/**
 * How many bytes of each file lie in blocks that an earlier file of the same size and disk has as well, by identity; only what is not
 * zero. `filefrag` of e2fsprogs tells where they lie, since Node cannot; without it, and on systems that have no such tool, nothing is
 * told. Files below 64 KiB are taken as they are.
 */
export async function findSharedBlocks(
  files: readonly ZooFile[],
  signal: AbortSignal,
): Promise<{ readonly how: SharedBlocks; readonly bytes: Map<string, number> }> {
  const bytes = new Map<string, number>();
  if (process.platform === 'win32') return { how: 'none', bytes };
  const alike = Map.groupBy(
    files.filter((file) => file.bytes >= leastBytes),
    (file) => `${deviceOf(file)} ${file.bytes}`,
  );
  const groups = [...alike.values()].filter((group) => group.length > 1);
  const kinds = new Map<string, SharedBlocks>();
  for (const [first] of groups)
    if (first && !kinds.has(deviceOf(first))) kinds.set(deviceOf(first), await kindOf(first.path));
  const candidates = groups.filter(([first]) => first && kinds.get(deviceOf(first)) === 'told');
  const isUntold = [...kinds.values()].includes('untold');
  if (candidates.length === 0) return { how: isUntold ? 'untold' : 'none', bytes };
  if (candidates.flat().length > mostFiles) return { how: 'untold', bytes };
  try {
    const extents = await extentsOf(candidates.flat(), signal);
    for (const group of candidates) {
      const seen: Extent[] = [];
      for (const { path, identity } of group) {
        const own = extents.get(path) ?? [];
        const shared = own.reduce((sum, extent) => sum + overlap(extent, seen), 0);
        if (shared > 0) bytes.set(identity, shared);
        seen.push(...own);
      }
    }
  } catch {
    signal.throwIfAborted();
    return { how: 'untold', bytes: new Map() };
  }
  return { how: isUntold ? 'untold' : 'told', bytes };
}

async function kindOf(path: string): Promise<SharedBlocks> {
  if (process.platform === 'darwin') return 'untold';
  const { type } = await statfs(path).catch(() => ({ type: 0 }));
  return sharing.has(type) ? 'told' : type === silent ? 'untold' : 'none';
}

function deviceOf({ identity }: ZooFile): string {
  return identity.slice(0, identity.indexOf(':'));
}

async function extentsOf(files: readonly ZooFile[], signal: AbortSignal): Promise<ReadonlyMap<string, Extent[]>> {
  const found = new Map<string, Extent[]>();
  for (let start = 0; start < files.length; start += filesAtOnce) {
    const paths = files.slice(start, start + filesAtOnce).map(({ path }) => path);
    const options = { signal, timeout: patience, maxBuffer: mostOutput, env: { ...process.env, LC_ALL: 'C' } };
    const { stdout } = await run('filefrag', ['-v', ...paths], options);
    for (const [path, extents] of parseExtents(stdout)) found.set(path, extents);
  }
  return found;
}

const header = /^File size of (.+) is (\d+) \(\d+ blocks? of (\d+) bytes\)$/;
const row = /^\s*\d+:\s+(\d+)\.\.\s*\d+:\s+(\d+)\.\.\s*\d+:\s+(\d+):.*?([a-z_,]*)$/;

/** Where the shared bytes of files lie, by path, from what `filefrag -v` says. The last block of a file counts as far as that goes. */
export function parseExtents(text: string): ReadonlyMap<string, Extent[]> {
  const files = new Map<string, Extent[]>();
  let extents: Extent[] = [];
  let [size, unit] = [0, 0];
  for (const line of text.split('\n')) {
    const [, path, bytes, blockBytes] = header.exec(line) ?? [];
    if (path !== undefined) {
      [size, unit] = [Number(bytes), Number(blockBytes)];
      files.set(path, (extents = []));
      continue;
    }
    const [, logical, physical, length, flags = ''] = row.exec(line) ?? [];
    if (logical === undefined || !flags.split(',').includes('shared')) continue;
    const start = Number(physical) * unit;
    const inFile = Math.min(Number(length) * unit, size - Number(logical) * unit);
    if (inFile > 0) extents.push({ start, end: start + inFile });
  }
  return files;
}

/** Bytes of an extent that lie in any of some others, which may overlap. */
function overlap({ start, end }: Extent, others: readonly Extent[]): number {
  const within = others
    .filter((other) => other.start < end && other.end > start)
    .sort((one, other) => one.start - other.start);
  let [bytes, from] = [0, start];
  for (const other of within) {
    const to = Math.min(end, other.end);
    if (to <= from) continue;
    bytes += to - Math.max(from, other.start);
    from = to;
  }
  return bytes;
}
