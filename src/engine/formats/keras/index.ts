import { MalformedFileError } from '../../errors.ts';
import type { ByteSource } from '../../io/source.ts';
import type { TensorRange } from '../../tensor/tensor.ts';
import type { FileLayout, Format, ScanLimits } from '../format.ts';
import { checkedLength } from '../hdf5/index.ts';
import { findDatasets } from '../hdf5/tree.ts';
import { noticeList } from '../notice-list.ts';
import { freeName, sortRanges } from '../ranges.ts';
import { sliceSource } from '../slice.ts';
import { listZip } from '../zip.ts';

const localNameStart = 30;

/** What Keras 3 saves: a zip file with a description and, in HDF5, the weights. */
export const keras: Format = {
  id: 'keras',
  title: 'Keras',
  extensions: ['.keras'],
  detect(head, fileName) {
    const start = String.fromCharCode(...head);
    if (!start.startsWith('PK\x03\x04')) return false;
    const nameLength = (head[26] ?? 0) + 256 * (head[27] ?? 0);
    const first = start.slice(localNameStart, localNameStart + nameLength);
    return first === 'metadata.json' || first.endsWith('.weights.h5') || /\.keras$/i.test(fileName);
  },
  scan,
};

async function scan(source: ByteSource, { headerBytes }: ScanLimits): Promise<FileLayout> {
  const notices = noticeList();
  const names = new Map<string, number>();
  const tensors: TensorRange[] = [];
  for (const { name, stored, offset, byteLength } of await listZip(source, headerBytes)) {
    if (!name.endsWith('.h5')) continue;
    if (!stored) {
      notices.add('packed', `The weights "${name}" are compressed already and kept as they are.`, offset);
      continue;
    }
    try {
      const found = await findDatasets(sliceSource(source, offset, byteLength), notices);
      const placed = found.map((tensor) => checkedLength({ ...tensor, offset: offset + tensor.offset }));
      sortRanges(source, placed);
      tensors.push(
        ...placed.map((tensor) => ({ ...tensor, name: freeName(tensor.name, names), isChecked: true as const })),
      );
    } catch (error) {
      if (!(error instanceof MalformedFileError)) throw error;
      notices.add('hdf5', `${error.message} Its tensors are not told.`, offset);
    }
  }
  return { format: keras.id, tensors: sortRanges(source, tensors), metadata: {}, notices: notices.all() };
}
