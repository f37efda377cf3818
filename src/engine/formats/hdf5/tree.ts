import type { ByteSource } from '../../io/source.ts';
import { limits } from '../../limits.ts';
import type { TensorRange } from '../../tensor/tensor.ts';
import { openFields } from '../fields.ts';
import { shown } from '../json-reader.ts';
import type { NoticeList } from '../notice-list.ts';
import { freeName } from '../ranges.ts';
import { isDataset, readDataset } from './dataset.ts';
import { openHdf5 } from './file.ts';
import { membersOf } from './groups.ts';
import { readHeader } from './object-header.ts';

/**
 * Finds the datasets of the HDF5 file that is all of `source`, called by the groups that lead there, joined with slashes. An
 * object with several names has the first. Throws MalformedFileError.
 */
export async function findDatasets(source: ByteSource, notices: NoticeList): Promise<readonly TensorRange[]> {
  const file = await openHdf5(openFields(source, 'HDF5 file'));
  const names = new Map<string, number>();
  const seen = new Set<number>();
  const tensors: TensorRange[] = [];
  await walk(file.root, '', 0);
  return tensors;

  async function walk(header: number, path: string, depth: number): Promise<void> {
    if (seen.has(header)) return;
    seen.add(header);
    if (depth > limits.hdf5Depth) file.fields.fail(`groups nested deeper than ${limits.hdf5Depth}`, header);
    const messages = await readHeader(file, header);
    if (isDataset(messages)) {
      for (const range of await readDataset(file, messages, path, notices)) {
        if (tensors.length === limits.tensors) file.fields.fail(`more than ${limits.tensors} tensors`, header);
        if (range.byteLength > 0) tensors.push({ ...range, name: freeName(path, names) });
      }
      return;
    }
    const skipped = (): void =>
      notices.add('dense', `The group ${shown(path)} has links that are kept in a way that is not read.`, header);
    for (const { name, header: next } of await membersOf(file, messages, skipped))
      await walk(next, path === '' ? name : `${path.slice(0, limits.nameBytes * 4)}/${name}`, depth + 1);
  }
}
