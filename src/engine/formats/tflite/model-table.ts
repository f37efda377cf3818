import { limits } from '../../limits.ts';
import type { TensorRange } from '../../tensor/tensor.ts';
import type { Fields } from '../fields.ts';
import { shown } from '../json-reader.ts';
import { follow, rootTable, tableAt, textAt, vectorAt, type Table, type Vector } from './flatbuffer.ts';
import { dtypeWord } from './types.ts';

/** Numbers of the fields that are read. Source: schema.fbs of TensorFlow Lite. */
const model = { version: 0, subgraphs: 2, description: 3, buffers: 4 };
const subgraph = { tensors: 0 };
const tensor = { shape: 0, type: 1, buffer: 2, name: 3 };
const buffer = { data: 0, offset: 1, size: 2 };

/** What the tables of a file say. */
export interface ModelTable {
  /** One for each buffer with bytes that a tensor refers to, under the name of the first tensor that does. */
  readonly tensors: readonly TensorRange[];
  readonly metadata: Readonly<Record<string, string>>;
}

/** Walks from the root table to the tensors of every subgraph and their buffers. Throws MalformedFileError. */
export async function readModelTable(fields: Fields): Promise<ModelTable> {
  const root = await rootTable(fields);
  const metadata: Record<string, string> = {};
  const version = root.place(model.version);
  if (version !== undefined) metadata['version'] = String(await fields.unsigned(version, 4, 'the version'));
  const description = await textAt(fields, root.place(model.description), 'the description');
  if (description !== '') metadata['description'] = description;
  const buffers = await vectorAt(fields, root.place(model.buffers), 4, 'the list of buffers');
  const subgraphs = await vectorAt(fields, root.place(model.subgraphs), 4, 'the list of subgraphs');
  const ranges = new Map<number, TensorRange>();
  let count = 0;
  for await (const graph of tables(fields, subgraphs, 'a subgraph')) {
    const list = await vectorAt(fields, graph.place(subgraph.tensors), 4, 'the list of tensors');
    count += list.count;
    if (count > limits.tensors) fields.fail(`more than ${limits.tensors} tensors are listed`, list.start);
    for await (const row of tables(fields, list, 'a tensor')) {
      const number = await fieldOf(fields, row, tensor.buffer, 'the buffer of a tensor');
      // Buffer 0 is empty by rule; tensors that are computed have it.
      if (number === 0 || ranges.has(number)) continue;
      const range = await rangeOf(fields, row, number, buffers);
      if (range !== undefined) ranges.set(number, range);
    }
  }
  return { tensors: distinct([...ranges.values()]), metadata };
}

async function rangeOf(fields: Fields, row: Table, number: number, buffers: Vector): Promise<TensorRange | undefined> {
  const name = await textAt(fields, row.place(tensor.name), 'the name of a tensor');
  if (number >= buffers.count)
    fields.fail(`the tensor ${shown(name)} has buffer ${number} of ${buffers.count}, listed`, buffers.start);
  const what = `buffer ${number}`;
  const bytes = await bytesOf(
    fields,
    await tableAt(fields, await follow(fields, buffers.start + 4 * number, what), what),
    what,
  );
  if (bytes.count === 0) return undefined;
  const type = row.place(tensor.type);
  return {
    name: name === '' ? what : name,
    dtype: dtypeWord(type === undefined ? 0 : await fields.unsigned(type, 1, 'the type of a tensor')),
    shape: await shapeOf(fields, row, name),
    offset: bytes.start,
    byteLength: bytes.count,
  };
}

/** The bytes of a buffer: a vector inside the FlatBuffer, or in files above 2 GB a place behind it. */
async function bytesOf(fields: Fields, row: Table, what: string): Promise<Vector> {
  const [offset, size] = [row.place(buffer.offset), row.place(buffer.size)];
  if (offset !== undefined && size !== undefined) {
    const start = await fields.u64(offset, `the offset of ${what}`);
    const count = await fields.u64(size, `the size of ${what}`);
    // 0 and 1 stand for bytes that are inside after all.
    if (start > 1) {
      if (start + count > fields.size)
        fields.fail(`${what} takes bytes ${start} to ${start + count}, outside the file of ${fields.size}, by`, offset);
      return { start, count };
    }
  }
  return vectorAt(fields, row.place(buffer.data), 1, what);
}

async function shapeOf(fields: Fields, row: Table, name: string): Promise<readonly number[]> {
  const { start, count } = await vectorAt(fields, row.place(tensor.shape), 4, 'the shape of a tensor');
  if (count > limits.rank)
    fields.fail(`the tensor ${shown(name)} has ${count} extents; at most ${limits.rank} are allowed`, start);
  const shape: number[] = [];
  for (let axis = 0; axis < count; axis++) {
    const extent = await fields.i32(start + 4 * axis, 'an extent');
    if (extent < 0) fields.fail(`the tensor ${shown(name)} has the extent ${extent}`, start + 4 * axis);
    shape.push(extent);
  }
  return shape;
}

async function fieldOf(fields: Fields, row: Table, field: number, what: string): Promise<number> {
  const place = row.place(field);
  return place === undefined ? 0 : fields.unsigned(place, 4, what);
}

async function* tables(fields: Fields, { start, count }: Vector, what: string): AsyncGenerator<Table> {
  for (let index = 0; index < count; index++)
    yield await tableAt(fields, await follow(fields, start + 4 * index, what), what);
}

/** Writers may let two buffers share their bytes; the first tensor keeps them. */
function distinct(tensors: readonly TensorRange[]): readonly TensorRange[] {
  const places = new Set<string>();
  return tensors.filter(({ offset, byteLength }) => {
    const place = `${offset} ${byteLength}`;
    return !places.has(place) && places.add(place);
  });
}
