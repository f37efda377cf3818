import { limits } from '../../limits.ts';
import { fixedEntries, growingEntries } from './arrays.ts';
import type { Hdf5File } from './file.ts';
import { childrenOf } from './groups.ts';
import { numberAt, recordsOf } from './records.ts';

/** A dataset that is cut into chunks, as its layout says. */
export interface Chunks {
  /** Elements of a chunk along each axis. */
  readonly shape: readonly number[];
  /** Where the bytes of each chunk that was written are, in the order of the index. */
  readonly ranges: readonly { readonly offset: number; readonly byteLength: number }[];
}

const indexTypes = { single: 1, implicit: 2, fixedArray: 3, growingArray: 4, tree: 5 };
/** Bytes of parameters between the type of an index and its address. */
const parameterBytes: Readonly<Record<number, number>> = { 3: 1, 4: 5, 5: 6 };

/** Reads the chunks that a layout of version 3 with its body from `at` on tells: by a version 1 B-tree. Throws MalformedFileError. */
export async function readOldChunks(file: Hdf5File, at: number): Promise<Chunks | undefined> {
  const { fields, addressBytes } = file;
  const rank = await fields.unsigned(at, 1, 'the rank of a chunk');
  const tree = await file.address(at + 1, 'the chunks of a dataset');
  if (tree === undefined || rank < 2 || rank > limits.rank) return undefined;
  const shape: number[] = [];
  for (let axis = 0; axis < rank - 1; axis++)
    shape.push(await fields.unsigned(at + 1 + addressBytes + 4 * axis, 4, 'the shape of a chunk'));
  const ranges = [];
  for await (const { key, child } of childrenOf(file, tree, 8 + 8 * rank)) {
    if (ranges.length === limits.tensors) fields.fail(`more than ${limits.tensors} chunks`, key);
    ranges.push({ offset: child, byteLength: await fields.unsigned(key, 4, 'the length of a chunk') });
  }
  return { shape, ranges };
}

/**
 * The same for a layout of version 4, whose chunks are not compressed, of a dataset of `extents`: one chunk, chunks one behind
 * another, or those of an array of either kind or a version 2 B-tree.
 */
export async function readChunks(
  file: Hdf5File,
  at: number,
  extents: readonly number[],
  itemBytes: number,
): Promise<Chunks | undefined> {
  const { fields, addressBytes } = file;
  const rank = await fields.unsigned(at + 1, 1, 'the rank of a chunk');
  const extentBytes = await fields.unsigned(at + 2, 1, 'the width of an extent');
  if (rank < 2 || rank > limits.rank || extentBytes > 8) return undefined;
  const shape: number[] = [];
  for (let axis = 0; axis < rank - 1; axis++)
    shape.push(await numberAt(file, at + 3 + axis * extentBytes, extentBytes, 'the shape of a chunk'));
  const byteLength = shape.reduce((product, extent) => product * extent, itemBytes);
  const typeAt = at + 3 + rank * extentBytes;
  const type = await fields.unsigned(typeAt, 1, 'the index of chunks');
  const readTypes: readonly number[] = Object.values(indexTypes);
  if (!readTypes.includes(type)) return undefined;
  const index = await file.address(typeAt + 1 + (parameterBytes[type] ?? 0), 'the chunks of a dataset');
  const offsets: number[] = [];
  const add = (offset: number | undefined): void => {
    if (offsets.length === limits.tensors) fields.fail(`more than ${limits.tensors} chunks`, at);
    if (offset !== undefined) offsets.push(offset);
  };
  if (index === undefined) return { shape, ranges: [] };
  if (type === indexTypes.single) add(index);
  else if (type === indexTypes.implicit) {
    const count = extents.reduce((product, extent, axis) => product * Math.ceil(extent / (shape[axis] ?? 1)), 1);
    if (!(count * byteLength <= fields.size))
      fields.fail(`${count} chunks of ${byteLength} bytes leave the file; they are named`, at);
    for (let chunk = 0; chunk < count; chunk++) add(index + chunk * byteLength);
  } else if (type === indexTypes.tree)
    for await (const record of recordsOf(file, index, addressBytes)) add(await file.address(record, 'a chunk'));
  else {
    const entries = type === indexTypes.fixedArray ? fixedEntries(file, index) : growingEntries(file, index);
    for await (const entry of entries) add(await file.address(entry, 'a chunk'));
  }
  return { shape, ranges: offsets.map((offset) => ({ offset, byteLength })) };
}
