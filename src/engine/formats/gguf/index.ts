import type { ByteSource } from '../../io/source.ts';
import { limits } from '../../limits.ts';
import type { TensorRange } from '../../tensor/tensor.ts';
import type { FileLayout, Format, ScanLimits } from '../format.ts';
import { shown } from '../json-reader.ts';
import { noticeList, type NoticeList } from '../notice-list.ts';
import { sortRanges } from '../ranges.ts';
import { openCursor, type Cursor } from './cursor.ts';
import { readMetadata } from './metadata.ts';
import { blockTypes } from './types.ts';

const magic = 'GGUF';
const magicNumber = 0x46554747;

/** GGUF, the files of llama.cpp and its kin: a header of metadata and a tensor table, then the tensors. */
export const gguf: Format = {
  id: 'gguf',
  title: 'GGUF',
  extensions: ['.gguf'],
  detect: (head, fileName) =>
    String.fromCharCode(...head.subarray(0, 4)) === magic || fileName.toLowerCase().endsWith('.gguf'),
  scan,
};

/** A row of the tensor table; the offset counts from the start of the data. */
interface TableRow {
  readonly name: string;
  readonly shape: readonly number[];
  readonly type: number;
  readonly offset: number;
}

async function scan(source: ByteSource, { headerBytes }: ScanLimits): Promise<FileLayout> {
  const cursor = openCursor(source, Math.min(headerBytes, limits.headerBytes));
  if ((await cursor.u32('the magic word')) !== magicNumber) cursor.fail('the file does not begin with "GGUF"');
  const version = await cursor.u32('the version');
  if (version !== 2 && version !== 3) cursor.fail(`the version is ${version}; 2 and 3, little-endian, are read`);
  const smallestRow = 24;
  const smallestPair = 13;
  const tensorCount = await cursor.u64(
    'the number of tensors',
    Math.min(limits.tensors, Math.floor(cursor.left / smallestRow)),
  );
  const pairCount = await cursor.u64('the number of metadata pairs', Math.floor(cursor.left / smallestPair));
  const { values, alignment } = await readMetadata(cursor, pairCount);
  const rows = await readTable(cursor, tensorCount);
  const dataStart = Math.ceil(cursor.position / alignment) * alignment;
  const notices = noticeList();
  const tensors = sortRanges(source, place(rows, dataStart, source, notices));
  const last = tensors.at(-1);
  const end = last === undefined ? cursor.position : last.offset + last.byteLength;
  // The writer pads the last tensor as well.
  if (source.size - end >= alignment) notices.add('tail', `${source.size - end} bytes follow the last tensor.`, end);
  return { format: gguf.id, tensors, metadata: values, notices: notices.all() };
}

async function readTable(cursor: Cursor, count: number): Promise<readonly TableRow[]> {
  const rows = new Map<string, TableRow>();
  for (let index = 0; index < count; index++) {
    const what = `tensor ${index}`;
    const name = await cursor.text(`the name of ${what}`);
    if (rows.has(name)) cursor.fail(`the tensor ${shown(name)} stands a second time`);
    const rank = await cursor.u32(`the rank of ${what}`);
    if (rank > limits.rank)
      cursor.fail(`the tensor ${shown(name)} has ${rank} extents; at most ${limits.rank} are allowed`);
    const shape: number[] = [];
    // The file has the fastest extent first.
    for (let axis = 0; axis < rank; axis++) shape.unshift(await cursor.u64(`extent ${axis} of ${what}`));
    const type = await cursor.u32(`the type of ${what}`);
    rows.set(name, { name, shape, type, offset: await cursor.u64(`the offset of ${what}`) });
  }
  return [...rows.values()];
}

function place(
  rows: readonly TableRow[],
  dataStart: number,
  source: ByteSource,
  notices: NoticeList,
): readonly TensorRange[] {
  const starts = [...new Set(rows.map(({ offset }) => offset))].sort((a, b) => a - b);
  const next = new Map(starts.map((start, index) => [start, starts[index + 1]]));
  return rows.map(({ name, shape, type, offset: begin }) => {
    const offset = dataStart + begin;
    const known = blockTypes.get(type);
    const elements = shape.reduce((product, extent) => product * extent, 1);
    if (known !== undefined && elements % known.elements === 0)
      return { name, dtype: known.dtype, shape, offset, byteLength: (elements / known.elements) * known.bytes };
    notices.add(
      'type',
      known === undefined
        ? `The tensor ${shown(name)} has the unknown type ${type}; its bytes up to the next tensor are kept as they are.`
        : `The tensor ${shown(name)} is not made of whole ${known.dtype} blocks of ${known.elements} elements.`,
      offset,
    );
    const end = Math.min(dataStart + (next.get(begin) ?? source.size), source.size);
    return {
      name,
      dtype: known === undefined ? `GGML_${type}` : `${known.dtype}?`,
      shape,
      offset,
      byteLength: end - offset,
    };
  });
}
