import { createHash } from 'node:crypto';
import type { FileLayout } from '../formats/format.ts';
import type { ByteSource } from '../io/source.ts';
import type { TensorRange } from '../tensor/tensor.ts';
import type { Place } from './cut.ts';

/** Smaller tensors cost less to store again than to look for. */
const leastBytes = 512;
const probeBytes = 4096;
const readBytes = 2 ** 20;

export interface ScannedFile {
  readonly source: ByteSource;
  readonly layout: FileLayout | undefined;
}

/**
 * Finds tensors whose bytes equal those of an earlier one, over all files of a model: by length, then by 4 KiB from the
 * middle, then by sha256 of the whole, so that only tensors that are very likely equal are read twice. Per file, the place
 * of the first equal tensor by the offset of the later one.
 */
export async function findDuplicates(
  files: readonly ScannedFile[],
  signal: AbortSignal,
): Promise<ReadonlyMap<number, Place>[]> {
  const found = files.map(() => new Map<number, Place>());
  for (const group of await refine(groupByLength(files), probe, signal)) {
    for (const [first, ...equals] of await refine([group], (tensor) => digest(tensor, signal), signal)) {
      if (!first) continue;
      for (const { file, tensor } of equals)
        found[file]?.set(tensor.offset, { file: first.file, offset: first.tensor.offset });
    }
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
  const bytes = new Uint8Array(Math.min(probeBytes, tensor.byteLength));
  await source.read(tensor.offset + Math.floor((tensor.byteLength - bytes.length) / 2), bytes);
  return createHash('sha256').update(bytes).digest('base64');
}

async function digest({ source, tensor }: Candidate, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  const bytes = new Uint8Array(Math.min(readBytes, tensor.byteLength));
  for (let done = 0; done < tensor.byteLength; done += bytes.length) {
    signal.throwIfAborted();
    const part = bytes.subarray(0, Math.min(bytes.length, tensor.byteLength - done));
    await source.read(tensor.offset + done, part);
    hash.update(part);
  }
  return hash.digest('base64');
}
