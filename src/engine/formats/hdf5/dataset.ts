import { limits } from '../../limits.ts';
import type { TensorRange } from '../../tensor/tensor.ts';
import { shown } from '../json-reader.ts';
import type { NoticeList } from '../notice-list.ts';
import { readChunks, readOldChunks } from './chunks.ts';
import { datatypeAt } from './datatype.ts';
import type { Hdf5File } from './file.ts';
import { messageTypes, type Message } from './object-header.ts';

/** The ranges of one dataset: one where it lies together, one for each chunk where it is cut. */
export type Dataset = readonly Omit<TensorRange, 'name'>[];

const layouts = { compact: 0, contiguous: 1, chunked: 2 };

/** Whether an object whose header has these messages is a dataset. */
export function isDataset(messages: readonly Message[]): boolean {
  return messages.some(({ type }) => type === messageTypes.layout);
}

/** Finds the bytes of the dataset called `name`. What is compressed or laid out in a way that is not read becomes a notice. */
export async function readDataset(
  file: Hdf5File,
  messages: readonly Message[],
  name: string,
  notices: NoticeList,
): Promise<Dataset> {
  const { fields } = file;
  const find = (wanted: number): Message | undefined => messages.find(({ type }) => type === wanted);
  const [layout, space, type] = [find(messageTypes.layout), find(messageTypes.dataspace), find(messageTypes.datatype)];
  if (layout === undefined || space === undefined || type === undefined || layout.shared || space.shared) return [];
  const shape = await shapeAt(file, space.start, name);
  const { dtype, bytes: itemBytes } = await datatypeAt(fields, type);
  const version = await fields.unsigned(layout.start, 1, 'a layout');
  const kind = await fields.unsigned(layout.start + 1, 1, 'a layout');
  const skip = (reason: string): Dataset => {
    notices.add(reason, `The dataset ${shown(name)} is ${reason} and kept as it is.`, layout.start);
    return [];
  };
  if (version < 3 || version > 5) return skip(`laid out in version ${version}`);
  const at = layout.start + 2;
  if (kind === layouts.compact) {
    const byteLength = await fields.unsigned(at, 2, 'the length of a dataset');
    if (at + 2 + byteLength > layout.end) fields.fail(`the dataset ${shown(name)} leaves its object header`, at);
    return [{ dtype, shape, offset: at + 2, byteLength }];
  }
  if (kind === layouts.contiguous) {
    const offset = await file.address(at, 'a dataset');
    const byteLength = await file.length(at + file.addressBytes, 'the length of a dataset');
    // Never written, or in another file.
    return offset === undefined ? [] : [{ dtype, shape, offset, byteLength }];
  }
  if (kind !== layouts.chunked) return skip(`laid out in the unknown way ${kind}`);
  if (find(messageTypes.filters) !== undefined) return skip('compressed already');
  const chunks = version === 3 ? await readOldChunks(file, at) : await readChunks(file, at, shape, itemBytes);
  if (chunks === undefined) return skip('cut into chunks in a way that is not read');
  const expected = chunks.shape.reduce((product, extent) => product * extent, itemBytes);
  return chunks.ranges.map(({ offset, byteLength }) => ({
    dtype: byteLength === expected ? dtype : `${dtype}?`,
    shape: chunks.shape,
    offset,
    byteLength,
  }));
}

async function shapeAt({ fields, lengthBytes }: Hdf5File, at: number, name: string): Promise<readonly number[]> {
  const version = await fields.unsigned(at, 1, 'a shape');
  const rank = await fields.unsigned(at + 1, 1, 'a rank');
  if (rank > limits.rank) fields.fail(`the dataset ${shown(name)} has ${rank} extents`, at);
  const first = at + (version === 1 ? 8 : 4);
  const shape: number[] = [];
  for (let axis = 0; axis < rank; axis++) {
    const place = first + axis * lengthBytes;
    const extent =
      lengthBytes === 4 ? await fields.unsigned(place, 4, 'an extent') : await fields.u64(place, 'an extent');
    if (!Number.isSafeInteger(extent)) fields.fail(`the dataset ${shown(name)} has the extent ${extent}`, place);
    shape.push(extent);
  }
  return shape;
}
