import type { IndexBuilder } from '../../archive/index-builder.ts';
import type { ByteSource } from '../../io/source.ts';
import type { TensorRange } from '../../tensor/tensor.ts';
import type { BaseModelFile } from '../bases/base-models.ts';
import { matchTensors, type BasePlace, type Places } from '../bases/match-tensors.ts';
import type { InnerBaseFile } from '../inner-base/encode.ts';
import type { PlacedRun } from '../cut/blueprint.ts';
import { findDuplicates, type ScannedFile } from '../cut/duplicates.ts';
import type { OpenReference } from './plans-ahead.ts';

const comparedBytes = 2 ** 20;

/**
 * Finds the bytes of base files that streams may be coded against, by number of the stream: of a file that is a copy of a base
 * file the same place in that; else a tensor's equal where there is one, else the tensor of the same name, dtype and shape, else
 * the next unclaimed one of that dtype and shape. Bases that are used are added to the index. Nothing here says that it pays;
 * that is measured.
 */
export async function findReferences({
  files,
  runs,
  bases,
  builder,
  signal,
}: {
  readonly files: readonly ScannedFile[];
  readonly runs: readonly (readonly PlacedRun[])[];
  readonly bases: readonly (BaseModelFile | InnerBaseFile)[];
  readonly builder: IndexBuilder;
  readonly signal: AbortSignal;
}): Promise<ReadonlyMap<number, OpenReference>> {
  const references = new Map<number, OpenReference>();
  if (bases.length === 0) return references;
  const copies: (number | undefined)[] = [];
  for (const { source } of files) copies.push(await findCopied(source, bases, signal));
  const places = matchTensors(files, bases);
  await preferEquals(places, files, bases, signal);
  const numbers = new Map<number, number>();
  for (const [file, { layout }] of files.entries()) {
    const tensors = layout?.tensors ?? [];
    const matched = places[file] ?? new Map<number, BasePlace>();
    const copied = copies[file];
    for (const run of runs[file] ?? []) {
      if (run.isReference) continue;
      const place = copied === undefined ? placeOfRun(run, tensors, matched) : { base: copied, offset: run.offset };
      const base = place && bases[place.base];
      if (!base || place.offset < 0 || place.offset + run.length > base.source.size) continue;
      let number = numbers.get(place.base);
      if (number === undefined) {
        number = builder.addBase(
          'inner' in base ? base : { name: base.name, bytes: base.source.size, sha256: await base.sha256() },
        );
        numbers.set(place.base, number);
      }
      references.set(run.streamNumber, {
        base: number,
        offset: place.offset,
        descriptor: base.source.descriptor,
        isInner: 'inner' in base,
      });
    }
  }
  return references;
}

/** The base file with the very bytes of `source`, if there is one. */
async function findCopied(
  source: ByteSource,
  bases: readonly BaseModelFile[],
  signal: AbortSignal,
): Promise<number | undefined> {
  for (const [number, base] of bases.entries())
    if (!('inner' in base) && base.source.size === source.size && (await isEqual(source, base.source, signal)))
      return number;
  return undefined;
}

/** Whether two files of one size are equal; reads no further than to where they differ. */
async function isEqual(one: ByteSource, other: ByteSource, signal: AbortSignal): Promise<boolean> {
  const [left, right] = [new Uint8Array(comparedBytes), new Uint8Array(comparedBytes)];
  for (let done = 0; done < one.size; done += comparedBytes) {
    signal.throwIfAborted();
    const length = Math.min(comparedBytes, one.size - done);
    const [a, b] = [left.subarray(0, length), right.subarray(0, length)];
    await one.read(done, a);
    await other.read(done, b);
    if (Buffer.compare(a, b) !== 0) return false;
  }
  return true;
}

/** Whatever a tensor is called: one with the same bytes is the best base that there can be. */
async function preferEquals(
  places: Places,
  files: readonly ScannedFile[],
  bases: readonly BaseModelFile[],
  signal: AbortSignal,
): Promise<void> {
  const candidates: ScannedFile[] = bases.map((base) => ({
    source: base.source,
    layout: { format: '', tensors: 'inner' in base ? [] : base.tensors, metadata: {}, notices: [] },
  }));
  const equals = await findDuplicates([...candidates, ...files], signal, () => undefined);
  files.forEach((_, file) => {
    for (const [offset, place] of equals[bases.length + file] ?? [])
      if (place.file < bases.length) places[file]?.set(offset, { base: place.file, offset: place.offset });
  });
}

/** One place for all tensors of a run: they must lie as far from one another in the base as here. */
function placeOfRun(
  run: PlacedRun,
  tensors: readonly TensorRange[],
  matched: ReadonlyMap<number, BasePlace>,
): BasePlace | undefined {
  let place: BasePlace | undefined;
  // A piece of an approximated tensor may begin within it.
  const next = firstFrom(tensors, run.offset);
  const { offset: start = 0, byteLength: bytes = 0 } = tensors[next - 1] ?? {};
  for (let at = start + bytes > run.offset ? next - 1 : next; at < tensors.length; at++) {
    const tensor = tensors[at];
    if (!tensor || tensor.offset >= run.offset + run.length) break;
    if (tensor.byteLength === 0) continue;
    const found = matched.get(tensor.offset);
    if (!found) return undefined;
    const offset = found.offset + run.offset - tensor.offset;
    if (place && (place.base !== found.base || place.offset !== offset)) return undefined;
    place = { base: found.base, offset };
  }
  return place;
}

/** The first tensor that begins at `offset` or behind it. */
function firstFrom(tensors: readonly TensorRange[], offset: number): number {
  let [low, high] = [0, tensors.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((tensors[middle]?.offset ?? 0) < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}
