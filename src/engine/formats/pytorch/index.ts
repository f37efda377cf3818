import { MalformedFileError } from '../../errors.ts';
import type { ByteSource } from '../../io/source.ts';
import { limits } from '../../limits.ts';
import type { TensorRange } from '../../tensor/tensor.ts';
import type { FileLayout, Format, ScanLimits } from '../format.ts';
import { noticeList, type NoticeList } from '../notice-list.ts';
import { sortRanges } from '../ranges.ts';
import { rangeOf, readArchives } from './archives.ts';
import { isLegacy, legacyHeadBytes, readLegacy } from './legacy.ts';

const localNameStart = 30;

/**
 * What `torch.save` writes: a zip file with a pickle and one member for each storage; and what is made of such, distributed
 * checkpoints and exported programs. Nothing is ever unpickled.
 */
export const pytorch: Format = {
  id: 'pytorch',
  title: 'PyTorch',
  extensions: ['.pt', '.pth', '.ckpt', '.bin', '.pt2', '.distcp'],
  detect(head, fileName) {
    if (isLegacy(head)) return true;
    const start = String.fromCharCode(...head);
    if (!start.startsWith('PK\x03\x04')) return false;
    const nameLength = (head[26] ?? 0) + 256 * (head[27] ?? 0);
    const name = start.slice(localNameStart, localNameStart + nameLength);
    return (
      /\/(data\.pkl|\.format_version|version|byteorder)$|\/data\/weights\//.test(name) ||
      /\.(pt|pth|ckpt|bin|pt2|distcp)$/i.test(fileName)
    );
  },
  scan,
};

async function scan(source: ByteSource, { headerBytes }: ScanLimits): Promise<FileLayout> {
  const notices = noticeList();
  const head = new Uint8Array(Math.min(legacyHeadBytes, source.size));
  await source.read(0, head);
  const layout = { format: pytorch.id, metadata: {} };
  const most = Math.min(headerBytes, limits.pickleBytes);
  if (isLegacy(head)) {
    const tensors = sortRanges(source, await legacyTensors(source, most, notices));
    return { ...layout, tensors, notices: notices.all() };
  }
  const reading = { headerBytes, pickleBytes: most, notices, names: new Map<string, number>() };
  const tensors = sortRanges(source, await readArchives(source, reading));
  return { ...layout, tensors, notices: notices.all() };
}

async function legacyTensors(source: ByteSource, most: number, notices: NoticeList): Promise<readonly TensorRange[]> {
  const names = new Map<string, number>();
  try {
    return (await readLegacy(source, most)).map(({ storage, ...place }) =>
      rangeOf(place, `storage/${storage.key}`, storage, names),
    );
  } catch (error) {
    if (!(error instanceof MalformedFileError)) throw error;
    notices.add('legacy', `It was written by PyTorch before 1.6, and its tensors are not told: ${error.message}`);
    return [];
  }
}
