import type { ByteSource } from '../../io/source.ts';
import { limits } from '../../limits.ts';
import { byteLengthOf, isDType, type DType } from '../../tensor/dtype.ts';
import type { TensorRange } from '../../tensor/tensor.ts';
import { openFields, type Fields } from '../fields.ts';
import type { FileLayout, Format } from '../format.ts';
import { noticeList } from '../notice-list.ts';
import { freeName, sortRanges } from '../ranges.ts';
import { readValue, type Value } from './message.ts';

/** JAX's words for what we have a dtype for; others are kept as they are and coded as bytes. */
const dtypeOf: ReadonlyMap<string, DType> = new Map([
  ['float32', 'F32'],
  ['float64', 'F64'],
  ['float16', 'F16'],
  ['bfloat16', 'BF16'],
  ['float8_e4m3fn', 'F8_E4M3'],
  ['float8_e4m3fnuz', 'F8_E4M3FNUZ'],
  ['float8_e5m2', 'F8_E5M2'],
  ['float8_e5m2fnuz', 'F8_E5M2FNUZ'],
  ['float8_e8m0fnu', 'F8_E8M0'],
  ['int8', 'I8'],
  ['int16', 'I16'],
  ['int32', 'I32'],
  ['int64', 'I64'],
  ['uint8', 'U8'],
  ['uint16', 'U16'],
  ['uint32', 'U32'],
  ['uint64', 'U64'],
  ['bool', 'BOOL'],
  ['complex64', 'C64'],
  ['complex128', 'C128'],
]);

/** The extension types that hold numbers: an array, and a number of NumPy as an array without extents. */
const arrayTypes: ReadonlySet<number | undefined> = new Set([1, 3]);

/** What `flax.serialization` writes: maps in MessagePack, whose leaves are arrays. */
export const flax: Format = {
  id: 'flax',
  title: 'Flax',
  extensions: ['.msgpack'],
  // MessagePack has no magic word; Flax's own checkpoints have no extension.
  detect: (head, fileName) =>
    /\.msgpack$/i.test(fileName) || (/(^|[\\/])checkpoint_\d+$/.test(fileName) && isMap(head[0] ?? 0)),
  scan,
};

function isMap(first: number): boolean {
  return (first >= 0x80 && first < 0x90) || first === 0xde || first === 0xdf;
}

async function scan(source: ByteSource): Promise<FileLayout> {
  const fields = openFields(source, 'message');
  const notices = noticeList();
  const names = new Map<string, number>();
  const tensors: TensorRange[] = [];
  const end = await walk(0, '', 0);
  if (source.size > end) notices.add('tail', `${source.size - end} bytes follow the message.`, end);
  return { format: flax.id, tensors: sortRanges(source, tensors), metadata: {}, notices: notices.all() };

  /** Looks through the value at `at`, to which `path` leads; where the next one begins. */
  async function walk(at: number, path: string, depth: number): Promise<number> {
    if (depth > limits.jsonDepth) fields.fail(`values nested deeper than ${limits.jsonDepth}`, at);
    const value = await readValue(fields, at);
    const { kind, length, start } = value;
    if (kind === 'map') return walkMap(value, path, depth);
    if (kind === 'list') {
      let next = start;
      for (let index = 0; index < length; index++) next = await walk(next, join(path, String(index)), depth + 1);
      return next;
    }
    if (kind === 'extension' && arrayTypes.has(value.number)) await add(value, path);
    return start + length;
  }

  async function walkMap({ length, start }: Value, path: string, depth: number): Promise<number> {
    let next = start;
    for (let index = 0; index < length; index++) {
      const key = await readValue(fields, next);
      if (key.kind !== 'text' && key.kind !== 'plain') fields.fail('a key that is no text', next);
      const word = key.kind === 'text' ? await fields.text(key.start, key.length, 'a key') : String(key.number ?? '?');
      next = await walk(key.start + key.length, join(path, word), depth + 1);
    }
    return next;
  }

  async function add(value: Value, path: string): Promise<void> {
    if (tensors.length === limits.tensors) fields.fail(`more than ${limits.tensors} arrays`, value.start);
    const array = await readArray(fields, value);
    tensors.push({ name: freeName(path || 'array', names), ...array });
  }
}

/** An array is a message of its own: a list of its extents, its type and its bytes. */
async function readArray(fields: Fields, { start, length }: Value): Promise<Omit<TensorRange, 'name'>> {
  const end = start + length;
  const bad = (): never => fields.fail('an array that is no list of extents, type and bytes', start);
  const list = await readValue(fields, start);
  if (list.kind !== 'list' || list.length !== 3) bad();
  const extents = await readValue(fields, list.start);
  if (extents.kind !== 'list') bad();
  if (extents.length > limits.rank) fields.fail(`an array of ${extents.length} extents`, start);
  const shape: number[] = [];
  let at = extents.start;
  for (let axis = 0; axis < extents.length; axis++) {
    const extent = await readValue(fields, at);
    shape.push(extent.number !== undefined && extent.kind === 'plain' ? extent.number : bad());
    at = extent.start + extent.length;
  }
  const type = await readValue(fields, at);
  if (type.kind !== 'text') bad();
  const word = (await fields.text(type.start, type.length, 'the type of an array')) || '?';
  const bytes = await readValue(fields, type.start + type.length);
  if (bytes.kind !== 'bytes' || bytes.start + bytes.length !== end) bad();
  const dtype = dtypeOf.get(word) ?? word;
  const isWhole = !isDType(dtype) || byteLengthOf(dtype, shape) === bytes.length;
  return { dtype: isWhole ? dtype : `${dtype}?`, shape, offset: bytes.start, byteLength: bytes.length };
}

function join(path: string, word: string): string {
  return path === '' ? word : `${path.slice(0, limits.nameBytes * 4)}.${word}`;
}
