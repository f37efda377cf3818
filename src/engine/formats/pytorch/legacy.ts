import { MalformedFileError } from '../../errors.ts';
import type { ByteSource } from '../../io/source.ts';
import { dtypeInfo, isDType } from '../../tensor/dtype.ts';
import { openFields } from '../fields.ts';
import { shown } from '../json-reader.ts';
import { readPickleFrom, type PickleValue } from './pickle.ts';
import { findStorages, type Storage } from './storages.ts';

/**
 * How a file of `torch.save` before version 1.6 begins: a pickle of the number 0x1950a86a20f9469cfc6c, of protocol 2 unless another was
 * asked for; since protocol 4 in a frame.
 */
const legacyStart = /^\x80[\x02-\x05](\x95[^]{8})?\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19/;

/** Bytes in which {@link isLegacy} finds it. */
export const legacyHeadBytes = 32;

/** Whether a file that begins so was written before version 1.6, or as then. */
export function isLegacy(head: Uint8Array): boolean {
  return legacyStart.test(String.fromCharCode(...head.subarray(0, legacyHeadBytes)));
}

/** The storages of such a file and where their bytes are. */
export type LegacyStorages = readonly {
  readonly storage: Storage;
  readonly offset: number;
  readonly byteLength: number;
}[];

const pickleCount = 5;
const objectPickle = 3;
const firstRead = 1_000_000;

/** Bytes of an element for types without a dtype of ours. */
const widths: ReadonlyMap<string | undefined, number> = new Map([
  [undefined, 1],
  ['ComplexDoubleStorage', 16],
  ['QUInt4x2Storage', 1],
  ['QUInt2x4Storage', 1],
]);

/**
 * Finds the storages behind the pickles, of which at most `most` bytes are read. Throws MalformedFileError unless the last
 * storage ends where the file does: only then is it certain that all widths were right.
 */
export async function readLegacy(source: ByteSource, most: number): Promise<LegacyStorages> {
  const { value: object, keys, end } = await readPickles(source, most);
  const storages = findStorages(object);
  const fields = openFields(source, 'file');
  const found: { storage: Storage; offset: number; byteLength: number }[] = [];
  let at = end;
  for (const key of keys) {
    const storage = storages.get(key) ?? fields.fail(`the storage ${shown(key)}, which nothing refers to, is`, at);
    const width =
      (storage.isUntyped ? 1 : widthOf(storage.dtype)) ??
      fields.fail(`a storage of the unknown type ${shown(storage.dtype ?? '')} is`, at);
    const count = await fields.u64(at, 'the length of a storage');
    const [offset, byteLength] = [at + 8, count * width];
    if (!(byteLength <= fields.size - offset))
      fields.fail(`the storage ${shown(key)} of ${count} × ${width} bytes leaves the file; it is`, at);
    found.push({ storage, offset, byteLength });
    at = offset + byteLength;
  }
  if (at !== fields.size) fields.fail('the last storage does not end with the file but', at);
  return found;
}

function widthOf(dtype: string | undefined): number | undefined {
  return dtype !== undefined && isDType(dtype) ? dtypeInfo(dtype).bits / 8 : widths.get(dtype);
}

interface Pickles {
  readonly value: PickleValue;
  readonly keys: readonly string[];
  readonly end: number;
}

async function readPickles(source: ByteSource, most: number): Promise<Pickles> {
  for (let length = Math.min(firstRead, most, source.size); ; length = Math.min(most, source.size)) {
    const bytes = new Uint8Array(length);
    await source.read(0, bytes);
    try {
      return followPickles(bytes, source.name);
    } catch (error) {
      if (!(error instanceof MalformedFileError) || length === Math.min(most, source.size)) throw error;
    }
  }
}

function followPickles(bytes: Uint8Array, file: string): Pickles {
  let end = 0;
  const values: PickleValue[] = [];
  while (values.length < pickleCount) {
    const next = readPickleFrom(bytes, file, end);
    values.push(next.value);
    end = next.end;
  }
  const [value, list] = values.slice(objectPickle);
  if (value === undefined || list?.kind !== 'list')
    throw new MalformedFileError(`"${file}": there is no list of storages at byte ${end}.`, { file });
  const keys = new Set(list.items.map((item) => (item.kind === 'text' ? item.text : '')));
  return { value, keys: [...keys], end };
}
