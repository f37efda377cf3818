import { createHash } from 'node:crypto';
import type { FileLayout } from '../../formats/format.ts';
import type { ByteSource } from '../../io/source.ts';
import type { TensorRange } from '../../tensor/tensor.ts';
import type { Place } from './cut.ts';

/** Smaller tensors cost less to store again than to look for. */
const leastBytes = 512;
const probeBytes = 4096;
const mostProbes = 8;
const readBytes = 2 ** 20;

export interface ScannedFile {
  readonly source: ByteSource;
  readonly layout: FileLayout | undefined;
}

/**
 * Finds tensors whose bytes equal those of an earlier one, over all files of a model: by length, then by some kilobytes from
 * several places, then by sha256 of the whole, so that only tensors that are very likely equal are read twice. Per file, the
 * place of the first equal tensor by the offset of the later one. `progress` hears of the bytes read for the last step.
 */
export async function findDuplicates(
  files: readonly ScannedFile[],
  signal: AbortSignal,
  progress: (bytesDone: number, bytesTotal: number) => void,
): Promise<ReadonlyMap<number, Place>[]> {
  const likely = await refine(groupByLength(files), probe, signal);
  const bytesTotal = likely.flat().reduce((sum, { tensor }) => sum + tensor.byteLength, 0);
  let bytesDone = 0;
  const read = (bytes: number): void => progress((bytesDone += bytes), bytesTotal);
  return placesOf(files, await refine(likely, (candidate) => digest(candidate, signal, read), signal));
}

/** The same without the last step, for who wants to know soon and may be wrong. */
export async function findLikelyDuplicates(
  files: readonly ScannedFile[],
  signal: AbortSignal,
): Promise<ReadonlyMap<number, Place>[]> {
  return placesOf(files, await refine(groupByLength(files), probe, signal));
}

function placesOf(files: readonly ScannedFile[], groups: readonly Candidate[][]): ReadonlyMap<number, Place>[] {
  const found = files.map(() => new Map<number, Place>());
  for (const [first, ...equals] of groups) {
    if (!first) continue;
    for (const { file, tensor } of equals)
      found[file]?.set(tensor.offset, { file: first.file, offset: first.tensor.offset });
  }
  return found;
}

interface Candidate {
  readonly file: number;
  readonly source: ByteSource;
  readonly tensor: TensorRange;
}

function groupByLength(files: readonly ScannedFile[]): Candidate[][] {
  const groups = new Map<number, Candidate[]>();
  files.forEach(({ source, layout }, file) => {
    for (const tensor of layout?.tensors ?? []) {
      if (tensor.byteLength < leastBytes) continue;
      const group = groups.get(tensor.byteLength);
      if (group) group.push({ file, source, tensor });
      else groups.set(tensor.byteLength, [{ file, source, tensor }]);
    }
  });
  return [...groups.values()].filter((group) => group.length > 1);
}

async function refine(
  groups: readonly Candidate[][],
  fingerprint: (candidate: Candidate) => Promise<string>,
  signal: AbortSignal,
): Promise<Candidate[][]> {
  const finer: Candidate[][] = [];
  for (const group of groups) {
    const parts = new Map<string, Candidate[]>();
    for (const candidate of group) {
      signal.throwIfAborted();
      const key = await fingerprint(candidate);
      const part = parts.get(key);
      if (part) part.push(candidate);
      else parts.set(key, [candidate]);
    }
    finer.push(...[...parts.values()].filter((part) => part.length > 1));
  }
  return finer;
}

async function probe({ source, tensor }: Candidate): Promise<string> {
  const { offset, byteLength } = tensor;
  const hash = createHash('sha256');
  const bytes = new Uint8Array(Math.min(probeBytes, byteLength));
  const places = byteLength > mostProbes * probeBytes ? mostProbes : 1;
  for (let place = 0; place < places; place++) {
    const at = Math.floor(((byteLength - bytes.length) * (2 * place + 1)) / (2 * places));
    await source.read(offset + at, bytes);
    hash.update(bytes);
  }
  return hash.digest('base64');
}

async function digest(
  { source, tensor }: Candidate,
  signal: AbortSignal,
  read: (bytes: number) => void,
): Promise<string> {
  const hash = createHash('sha256');
  const bytes = new Uint8Array(Math.min(readBytes, tensor.byteLength));
  for (let done = 0; done < tensor.byteLength;) {
    signal.throwIfAborted();
    const part = bytes.subarray(0, Math.min(bytes.length, tensor.byteLength - done));
    await source.read(tensor.offset + done, part);
    hash.update(part);
    read(part.length);
    done += part.length;
  }
  return hash.digest('base64');
}
