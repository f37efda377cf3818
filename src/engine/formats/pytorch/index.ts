import { MalformedFileError } from '../../errors.ts';
import type { ByteSource } from '../../io/source.ts';
import { limits } from '../../limits.ts';
import { byteLengthOf, dtypeInfo, isDType } from '../../tensor/dtype.ts';
import type { TensorRange } from '../../tensor/tensor.ts';
import type { FileLayout, Format, ScanLimits } from '../format.ts';
import { noticeList, type NoticeList } from '../notice-list.ts';
import { freeName, sortRanges, type TakenNames } from '../ranges.ts';
import { listZip, type ZipMember } from '../zip.ts';
import { legacyStart, readLegacy } from './legacy.ts';
import { readPickle } from './pickle.ts';
import { findStorages, type Storage } from './storages.ts';

const localNameStart = 30;

/** What `torch.save` writes: a zip file with a pickle and one member for each storage. Nothing is ever unpickled. */
export const pytorch: Format = {
  id: 'pytorch',
  title: 'PyTorch',
  extensions: ['.pt', '.pth', '.ckpt', '.bin'],
  detect(head, fileName) {
    const start = String.fromCharCode(...head);
    if (start.startsWith(legacyStart)) return true;
    if (!start.startsWith('PK\x03\x04')) return false;
    const nameLength = (head[26] ?? 0) + 256 * (head[27] ?? 0);
    const name = start.slice(localNameStart, localNameStart + nameLength);
    return /\/(data\.pkl|\.format_version|version|byteorder)$/.test(name) || /\.(pt|pth|ckpt|bin)$/i.test(fileName);
  },
  scan,
};

async function scan(source: ByteSource, { headerBytes }: ScanLimits): Promise<FileLayout> {
  const notices = noticeList();
  const head = new Uint8Array(Math.min(legacyStart.length, source.size));
  await source.read(0, head);
  const layout = { format: pytorch.id, metadata: {} };
  const most = Math.min(headerBytes, limits.pickleBytes);
  if (String.fromCharCode(...head) === legacyStart) {
    const tensors = sortRanges(source, await legacyTensors(source, most, notices));
    return { ...layout, tensors, notices: notices.all() };
  }
  const members = await listZip(source, headerBytes);
  const storages = new Map<string, Storage>();
  const little = await isLittleEndian(source, members);
  for (const folder of ['data', 'constants'])
    for (const [key, storage] of await storagesOf(source, members, `${folder}.pkl`, most, notices))
      storages.set(`${folder}/${key}`, storage);
  const names = new Map<string, number>();
  const tensors: TensorRange[] = [];
  for (const member of members) {
    const [, place] = /(?:^|\/)((?:data|constants)\/[^/]+)$/.exec(member.name) ?? [];
    if (place === undefined) continue;
    if (!member.stored)
      notices.add('packed', `The storage "${member.name}" is compressed already and kept as it is.`, member.offset);
    else tensors.push(rangeOf(member, place, little ? storages.get(place) : undefined, names));
  }
  return { ...layout, tensors: sortRanges(source, tensors), notices: notices.all() };
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

async function storagesOf(
  source: ByteSource,
  members: readonly ZipMember[],
  suffix: string,
  most: number,
  notices: NoticeList,
): Promise<ReadonlyMap<string, Storage>> {
  const member = members.find(({ name }) => name === suffix || name.endsWith(`/${suffix}`));
  if (member === undefined) return new Map();
  if (!member.stored || member.byteLength > most) {
    notices.add(
      'pickle',
      `Its "${suffix}" is compressed or above ${most} bytes, so its tensors have no names and types.`,
    );
    return new Map();
  }
  const bytes = new Uint8Array(member.byteLength);
  await source.read(member.offset, bytes);
  try {
    return findStorages(readPickle(bytes, source.name));
  } catch (error) {
    if (!(error instanceof MalformedFileError)) throw error;
    notices.add('pickle', `${error.message} Its tensors have no names and types.`);
    return new Map();
  }
}

async function isLittleEndian(source: ByteSource, members: readonly ZipMember[]): Promise<boolean> {
  const member = members.find(({ name }) => name.endsWith('/byteorder'));
  if (member === undefined || member.byteLength !== 3) return true;
  const bytes = new Uint8Array(3);
  await source.read(member.offset, bytes);
  return String.fromCharCode(...bytes) !== 'big';
}

/** A storage under the name and shape of the tensor that is all of it; else flat, under the name of its first part. */
function rangeOf(
  { offset, byteLength }: Pick<ZipMember, 'offset' | 'byteLength'>,
  place: string,
  storage: Storage | undefined,
  names: TakenNames,
): TensorRange {
  const dtype = storage?.dtype ?? 'storage';
  if (!isDType(dtype)) return { name: freeName(place, names), dtype, shape: [byteLength], offset, byteLength };
  const views = storage?.views ?? [];
  const whole = views.find(
    (view) => view.contiguous && view.offset === 0 && byteLengthOf(dtype, view.shape) === byteLength,
  );
  if (whole !== undefined)
    return { name: freeName(whole.name || place, names), dtype, shape: whole.shape, offset, byteLength };
  const width = dtypeInfo(dtype).bits / 8;
  const shape = [Math.floor(byteLength / width)];
  return {
    name: freeName(views[0]?.name || place, names),
    dtype: byteLength % width === 0 ? dtype : `${dtype}?`,
    shape,
    offset,
    byteLength,
  };
}
