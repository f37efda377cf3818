import { MalformedFileError } from '../../errors.ts';
import type { ByteSource } from '../../io/source.ts';
import { limits } from '../../limits.ts';
import { byteLengthOf, dtypeInfo, isDType, type DType } from '../../tensor/dtype.ts';
import type { TensorRange } from '../../tensor/tensor.ts';
import type { NoticeList } from '../notice-list.ts';
import { freeName, type TakenNames } from '../ranges.ts';
import { sliceSource } from '../slice.ts';
import { findZipStart, listZip, type ZipMember } from '../zip.ts';
import { readExported, type ExportedTensor } from './exported.ts';
import { readPickle } from './pickle.ts';
import { findStorages, type Storage } from './storages.ts';

/** What is common to all zip files in one file. */
export interface Reading {
  readonly headerBytes: number;
  readonly pickleBytes: number;
  readonly notices: NoticeList;
  readonly names: TakenNames;
}

const storageName = /(?:^|\/)((?:data|constants)\/(?![^/]*\.json$)[^/]+)$/;
const weightName = /(?:^|\/)(data\/(?:weights|constants)\/[^/]+)$/;
const zipStart = 'PK\x03\x04';

/**
 * The tensors of a file that is a zip file, or several one behind another as a distributed checkpoint has them, one for each
 * tensor. Throws MalformedFileError.
 */
export async function readArchives(source: ByteSource, reading: Reading): Promise<readonly TensorRange[]> {
  const zips: { readonly start: number; readonly end: number }[] = [];
  // Only its end tells where a zip file begins.
  for (let end = source.size; end > 0 || zips.length === 0;) {
    const start = await findZipStart(sliceSource(source, 0, end));
    zips.push({ start, end });
    if (zips.length > limits.tensors)
      throw new MalformedFileError(`"${source.name}" is more than ${limits.tensors} zip files.`, { file: source.name });
    end = start;
  }
  const tensors: TensorRange[] = [];
  for (const { start, end } of zips.reverse())
    for (const tensor of await readArchive(sliceSource(source, start, end - start), reading))
      tensors.push({ ...tensor, offset: start + tensor.offset });
  return tensors;
}

/** The tensors of one zip file; with `isOuter`, also those of what `torch.save` wrote inside it. */
async function readArchive(source: ByteSource, reading: Reading, isOuter = true): Promise<readonly TensorRange[]> {
  const { headerBytes, notices, names } = reading;
  const members = await listZip(source, headerBytes);
  const storages = new Map<string, Storage>();
  const little = await isLittleEndian(source, members);
  for (const folder of ['data', 'constants'])
    for (const [key, storage] of await storagesOf(source, members, `${folder}.pkl`, reading))
      storages.set(`${folder}/${key}`, storage);
  const exported = await exportedOf(source, members, reading);
  const tensors: TensorRange[] = [];
  for (const member of members) {
    const { name, stored, offset, byteLength } = member;
    const weight = exported.get(name);
    const [, place] = (weight ? weightName : storageName).exec(name) ?? [];
    if (isOuter && stored && (await isInner(source, member))) {
      for (const tensor of await readArchive(sliceSource(source, offset, byteLength), reading, false))
        tensors.push({ ...tensor, offset: offset + tensor.offset });
    } else if (place === undefined) continue;
    else if (!stored) notices.add('packed', `The storage "${name}" is compressed already and kept as it is.`, offset);
    else if (weight) tensors.push(exportedRange(member, little ? weight : { ...weight, dtype: 'storage' }, names));
    else tensors.push(rangeOf(member, place, little ? storages.get(place) : undefined, names));
  }
  return tensors;
}

/** Whether a member of an exported program is itself what `torch.save` writes. */
async function isInner(source: ByteSource, { name, offset, byteLength }: ZipMember): Promise<boolean> {
  if (!name.endsWith('.pt') && !weightName.test(name)) return false;
  const head = new Uint8Array(Math.min(zipStart.length, byteLength));
  await source.read(offset, head);
  return String.fromCharCode(...head) === zipStart;
}

async function exportedOf(
  source: ByteSource,
  members: readonly ZipMember[],
  { pickleBytes, notices }: Reading,
): Promise<ReadonlyMap<string, ExportedTensor>> {
  try {
    return await readExported(source, members, pickleBytes);
  } catch (error) {
    if (!(error instanceof MalformedFileError)) throw error;
    notices.add('exported', `${error.message} Its weights are kept as they are.`);
    return new Map();
  }
}

async function storagesOf(
  source: ByteSource,
  members: readonly ZipMember[],
  suffix: string,
  { pickleBytes: most, notices }: Reading,
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

function exportedRange(
  { offset, byteLength }: ZipMember,
  { name, dtype, shape }: ExportedTensor,
  names: TakenNames,
): TensorRange {
  const range = { name: freeName(name || 'weight', names), offset, byteLength };
  if (!isDType(dtype)) return { ...range, dtype, shape };
  if (byteLengthOf(dtype, shape) === byteLength) return { ...range, dtype, shape };
  return flat(range, dtype);
}

/** A storage under the name and shape of the tensor that is all of it; else flat, under the name of its first part. */
export function rangeOf(
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
  return flat({ name: freeName(views[0]?.name || place, names), offset, byteLength }, dtype);
}

function flat(range: Pick<TensorRange, 'name' | 'offset' | 'byteLength'>, dtype: DType): TensorRange {
  const width = dtypeInfo(dtype).bits / 8;
  return {
    ...range,
    dtype: range.byteLength % width === 0 ? dtype : `${dtype}?`,
    shape: [Math.floor(range.byteLength / width)],
  };
}
