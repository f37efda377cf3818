import { bigEndian } from '../../tensor/big-endian.ts';
import { isDType, type DType } from '../../tensor/dtype.ts';
import type { Fields } from '../fields.ts';
import type { Message } from './object-header.ts';

/** A type by our dtype or a word of its own, and the bytes of one item. */
export interface Datatype {
  readonly dtype: string;
  readonly bytes: number;
}

const classes = [
  'integer',
  'float',
  'time',
  'text',
  'bits',
  'opaque',
  'record',
  'reference',
  'choice',
  'list',
  'array',
];

/** Our dtypes by size, exponent bits and mantissa bits. */
const floats: ReadonlyMap<string, DType> = new Map([
  ['2 5 10', 'F16'],
  ['2 8 7', 'BF16'],
  ['4 8 23', 'F32'],
  ['8 11 52', 'F64'],
  ['1 5 2', 'F8_E5M2'],
]);

/** Reads a datatype message; a type that has no dtype of ours keeps a word and is coded as bytes. */
export async function datatypeAt(fields: Fields, { start, end, shared }: Message): Promise<Datatype> {
  if (shared || end - start < 8) return { dtype: 'shared type', bytes: 0 };
  const first = await fields.unsigned(start, 1, 'a type');
  const flags = await fields.unsigned(start + 1, 1, 'a type');
  const bytes = await fields.unsigned(start + 4, 4, 'the size of a type');
  const kind = first & 0x0f;
  const big = (flags & 1) !== 0;
  if (kind === 0 && end - start >= 12) {
    const bits = await fields.unsigned(start + 10, 2, 'the bits of a type');
    const letter = (flags & 8) === 0 ? 'U' : 'I';
    const dtype = `${letter}${bits}`;
    if (bits === 8 * bytes && isDType(dtype)) return { dtype: big && bytes > 1 ? bigEndian(dtype) : dtype, bytes };
    return { dtype: `${big ? 'big-endian ' : ''}${letter}${bits} in ${bytes} bytes`, bytes };
  }
  if (kind === 1 && end - start >= 20) {
    const exponentBits = await fields.unsigned(start + 13, 1, 'the exponent of a type');
    const mantissaBits = await fields.unsigned(start + 15, 1, 'the mantissa of a type');
    const known = (flags & 0x40) === 0 ? floats.get(`${bytes} ${exponentBits} ${mantissaBits}`) : undefined;
    if (known === undefined) return { dtype: `float of ${bytes} bytes`, bytes };
    return { dtype: big && bytes > 1 ? bigEndian(known) : known, bytes };
  }
  return { dtype: classes[kind] ?? `HDF5_${kind}`, bytes };
}
