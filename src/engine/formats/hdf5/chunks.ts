import { limits } from '../../limits.ts';
import { expectWord, type Hdf5File } from './file.ts';
import { childrenOf } from './groups.ts';
import { numberAt, recordsOf } from './records.ts';

/** A dataset that is cut into chunks, as its layout says. */
export interface Chunks {
  /** Elements of a chunk along each axis. */
  readonly shape: readonly number[];
  /** Where the bytes of each chunk that was written are, in the order of the index. */
  readonly ranges: readonly { readonly offset: number; readonly byteLength: number }[];
}

const indexTypes = { single: 1, implicit: 2, fixedArray: 3, tree: 5 };

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
 * another, or those of an array or a version 2 B-tree. Nothing for the index of datasets that grow along one axis.
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
  const parameters = { [indexTypes.fixedArray]: 1, [indexTypes.tree]: 6 }[type] ?? 0;
  const readTypes: readonly number[] = Object.values(indexTypes);
  if (!readTypes.includes(type)) return undefined;
  const index = await file.address(typeAt + 1 + parameters, 'the chunks of a dataset');
  const offsets: number[] = [];
  const add = (offset: number | undefined): void => {
    if (offsets.length === limits.tensors) fields.fail(`more than ${limits.tensors} chunks`, at);
    if (offset !== undefined) offsets.push(offset);
  };
  const count = extents.reduce((product, extent, axis) => product * Math.ceil(extent / (shape[axis] ?? 1)), 1);
  if (index === undefined) return { shape, ranges: [] };
  if (!(count * byteLength <= fields.size))
    fields.fail(`${count} chunks of ${byteLength} bytes leave the file; they are named`, at);
  if (type === indexTypes.single) add(index);
  else if (type === indexTypes.implicit) for (let chunk = 0; chunk < count; chunk++) add(index + chunk * byteLength);
  else if (type === indexTypes.tree)
    for await (const record of recordsOf(file, index, addressBytes)) add(await file.address(record, 'a chunk'));
  else for await (const entry of entriesOf(file, index)) add(await file.address(entry, 'a chunk'));
  return { shape, ranges: offsets.map((offset) => ({ offset, byteLength })) };
}

/** The places of the addresses in the fixed array whose header is at `at`. Throws MalformedFileError. */
async function* entriesOf(file: Hdf5File, at: number): AsyncGenerator<number> {
  const { fields, addressBytes, lengthBytes } = file;
  await expectWord(file, at, 'FAHD');
  const entryBytes = await fields.unsigned(at + 6, 1, 'the size of an entry');
  const pageBits = await fields.unsigned(at + 7, 1, 'the size of a page');
  const count = await file.length(at + 8, 'the length of an array');
  const block = await file.address(at + 8 + lengthBytes, 'the entries of an array');
  if (block === undefined) return;
  if (entryBytes !== addressBytes || pageBits > 31 || !(count * entryBytes <= fields.size))
    fields.fail(`an array of ${count} entries of ${entryBytes} bytes`, at);
  await expectWord(file, block, 'FADB');
  const pageEntries = 2 ** pageBits;
  const [pages, isPaged] = [Math.ceil(count / pageEntries), count > pageEntries];
  const checksumBytes = 4;
  let place = block + 6 + addressBytes + (isPaged ? Math.ceil(pages / 8) + checksumBytes : 0);
  for (let entry = 0; entry < count; entry++, place += entryBytes) {
    if (isPaged && entry > 0 && entry % pageEntries === 0) place += checksumBytes;
    yield place;
  }
}
