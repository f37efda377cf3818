import { MalformedFileError } from '../../errors.ts';
import type { ByteSource } from '../../io/source.ts';
import { limits } from '../../limits.ts';
import { bigEndian } from '../../tensor/big-endian.ts';
import type { DType } from '../../tensor/dtype.ts';
import type { TensorRange } from '../../tensor/tensor.ts';
import { shown } from '../json-reader.ts';
import type { NoticeList } from '../notice-list.ts';

export const magic = '\x93NUMPY';

/** NumPy's words for what we have a dtype for; others are kept as they are written and coded as bytes. */
const dtypeOf: ReadonlyMap<string, DType> = new Map([
  ['|b1', 'BOOL'],
  ['|u1', 'U8'],
  ['|i1', 'I8'],
  ['<u2', 'U16'],
  ['<i2', 'I16'],
  ['<u4', 'U32'],
  ['<i4', 'I32'],
  ['<u8', 'U64'],
  ['<i8', 'I64'],
  ['<f2', 'F16'],
  ['<f4', 'F32'],
  ['<f8', 'F64'],
  ['<c8', 'C64'],
  ['<c16', 'C128'],
]);

/**
 * Reads the array whose file takes `byteLength` bytes from `start` of `source`: a whole .npy file or a member of an .npz.
 * The header is a Python dictionary as text; it is matched, never evaluated. Throws MalformedFileError.
 */
export async function readArray(
  source: ByteSource,
  { name, start, byteLength }: { readonly name: string; readonly start: number; readonly byteLength: number },
  notices: NoticeList,
  most: number,
): Promise<TensorRange> {
  const fail = (problem: string): never => {
    throw new MalformedFileError(`"${source.name}": the NumPy array ${shown(name)} at byte ${start} ${problem}.`, {
      file: source.name,
      tensor: name,
      offset: start,
    });
  };
  const head = new Uint8Array(Math.min(12, byteLength));
  await source.read(start, head);
  if (head.length < 10 || String.fromCharCode(...head.subarray(0, magic.length)) !== magic)
    fail('does not begin as one');
  const major = head[6] ?? 0;
  if (major < 1 || major > 3) fail(`has the version ${major}; 1 to 3 are read`);
  const prefix = major === 1 ? 10 : 12;
  if (head.length < prefix) fail('is cut short');
  const view = new DataView(head.buffer);
  const length = major === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (length > Math.min(byteLength - prefix, most))
    fail(`has a header of ${length} bytes; ${Math.min(byteLength - prefix, most)} are possible`);
  const bytes = new Uint8Array(length);
  await source.read(start + prefix, bytes);
  const text = new TextDecoder(major === 3 ? 'utf-8' : 'latin1').decode(bytes);
  const word = /'descr' *: *'([^']{1,40})'/.exec(text)?.[1];
  const extents = /'shape' *: *\(([\d, L]*)\)/.exec(text)?.[1];
  if (!/^\{.*\}\s*$/s.test(text) || extents === undefined) return fail('has a header without a shape');
  const shape = extents
    .split(',')
    .map((part) => part.trim().replace(/L$/, ''))
    .filter((part) => part !== '')
    .map(Number);
  if (shape.length > limits.rank || !shape.every((extent) => Number.isSafeInteger(extent)))
    return fail('has an impossible shape');
  const offset = start + prefix + length;
  const left = byteLength - prefix - length;
  const range = { name, shape: /'fortran_order' *: *True/.test(text) ? shape.toReversed() : shape, offset };
  const items = shape.reduce((product, extent) => product * extent, 1);
  const itemBytes = word === undefined ? undefined : itemLength(word);
  if (word === undefined || itemBytes === undefined) return { ...range, dtype: word ?? 'record', byteLength: left };
  const expected = items * itemBytes;
  if (expected > left) return fail(`takes ${expected} bytes, but ${left} are there; the file is cut short`);
  if (expected < left)
    notices.add('tail', `${left - expected} bytes follow the array ${shown(name)}.`, offset + expected);
  return { ...range, dtype: dtypeOfWord(word), byteLength: expected };
}

/** What NumPy calls `=` is the order of the machine that wrote, and those are little-endian. */
function dtypeOfWord(word: string): string {
  const isBig = word.startsWith('>');
  const dtype = dtypeOf.get(word.replace(/^[=>]/, '<'));
  return dtype !== undefined && isBig ? bigEndian(dtype) : (dtype ?? word);
}

/** Bytes of one item; Python objects have none of their own. */
function itemLength(word: string): number | undefined {
  const [, kind = '', count] = /^[<>|=]([biufcSUVmM])(\d{1,9})(\[\w+\])?$/.exec(word) ?? [];
  if (count === undefined) return undefined;
  return kind === 'U' ? 4 * Number(count) : Number(count);
}
