import type { Archive, ArchivedTensor } from '../../archive/archive.ts';
import type { InnerPart } from '../../archive/inner-base.ts';

/** A run of a file that is to be decoded. */
export interface FileRun {
  readonly file: number;
  readonly offset: number;
  readonly length: number;
}

type Part = InnerPart<ArchivedTensor>;

/** What these runs take of the base that an archive makes of itself, by the tensor, or slice of one, that it is made of. */
export function innerNeeds(
  archive: Archive,
  ranges: readonly FileRun[],
): ReadonlyMap<ArchivedTensor, ReadonlySet<Part>> {
  const needed = new Map<ArchivedTensor, Set<Part>>();
  for (const range of ranges)
    for (const { part } of partsOf(archive, range)) {
      const members = needed.get(part.tensor);
      if (members) members.add(part);
      else needed.set(part.tensor, new Set([part]));
    }
  return needed;
}

/** The parts of that base that blocks of a run are coded against, and where in the file what is begins. */
export function* partsOf(
  archive: Archive,
  { file, offset, length }: FileRun,
): Generator<{ readonly fileOffset: number; readonly part: Part }> {
  const { inner, bases } = archive;
  if (inner.length === 0) return;
  for (const { block, start, fileOffset } of archive.pieces(file, offset, length)) {
    const { reference } = block;
    if (reference?.base !== bases.length) continue;
    const first = fileOffset - start - reference.offset;
    for (const part of partsWithin(inner, reference.offset, block.length))
      yield { fileOffset: Math.max(fileOffset, first + part.start), part };
  }
}

/** Bytes that making this base takes on disk, with the tensor that is decoded for it. */
export function innerBytes(archive: Archive, ranges: readonly FileRun[]): number {
  let [largest, all] = [0, 0];
  for (const [{ byteLength }, parts] of innerNeeds(archive, ranges)) {
    largest = Math.max(largest, byteLength);
    all += parts.size * byteLength;
  }
  return all + largest;
}

/** Parts that stand one behind another, as far as they hold some bytes. */
function partsWithin(parts: readonly Part[], offset: number, length: number): readonly Part[] {
  let [low, high] = [0, parts.length];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((parts[middle]?.start ?? 0) <= offset) low = middle;
    else high = middle;
  }
  const found: Part[] = [];
  for (let place = low; place < parts.length; place++) {
    const part = parts[place];
    if (!part || part.start >= offset + length) break;
    found.push(part);
  }
  return found;
}
