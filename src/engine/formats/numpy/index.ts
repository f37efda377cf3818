import type { ByteSource } from '../../io/source.ts';
import { limits } from '../../limits.ts';
import type { TensorRange } from '../../tensor/tensor.ts';
import type { FileLayout, Format, ScanLimits } from '../format.ts';
import { noticeList } from '../notice-list.ts';
import { sortRanges } from '../ranges.ts';
import { listZip } from '../zip.ts';
import { magic, readArray } from './header.ts';

const localNameStart = 30;

/** NumPy arrays: one in an .npy file, several in the zip file that .npz is. */
export const numpy: Format = {
  id: 'numpy',
  title: 'NumPy',
  extensions: ['.npy', '.npz'],
  detect(head, fileName) {
    const start = String.fromCharCode(...head);
    if (start.startsWith(magic) || /\.np[yz]$/i.test(fileName)) return true;
    const nameLength = (head[26] ?? 0) + 256 * (head[27] ?? 0);
    return start.startsWith('PK\x03\x04') && start.slice(localNameStart, localNameStart + nameLength).endsWith('.npy');
  },
  scan,
};

async function scan(source: ByteSource, { headerBytes }: ScanLimits): Promise<FileLayout> {
  const notices = noticeList();
  const most = Math.min(headerBytes, limits.headerBytes);
  const head = new Uint8Array(Math.min(4, source.size));
  await source.read(0, head);
  const tensors: TensorRange[] = [];
  if (String.fromCharCode(...head) === 'PK\x03\x04')
    for (const { name, stored, offset, byteLength } of await listZip(source, most)) {
      const array = { name: name.replace(/\.npy$/, ''), start: offset, byteLength };
      if (!stored) notices.add('packed', `The array "${array.name}" is compressed already and kept as it is.`, offset);
      else if (name.endsWith('.npy'))
        tensors.push({ ...(await readArray(source, array, notices, most)), isChecked: true });
    }
  else tensors.push(await readArray(source, { name: 'array', start: 0, byteLength: source.size }, notices, most));
  return { format: numpy.id, tensors: sortRanges(source, tensors), metadata: {}, notices: notices.all() };
}
