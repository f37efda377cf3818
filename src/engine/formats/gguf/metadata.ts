import type { Cursor } from './cursor.ts';

/** What the key-value part of a GGUF header says. */
export interface Metadata {
  /** Every value as text; of a list only how long it is. */
  readonly values: Readonly<Record<string, string>>;
  /** Tensors begin at multiples of it. */
  readonly alignment: number;
}

interface Scalar {
  readonly bytes: number;
  readonly read: (view: DataView) => number | bigint | boolean;
}

const scalars: ReadonlyMap<number, Scalar> = new Map<number, Scalar>([
  [0, { bytes: 1, read: (view) => view.getUint8(0) }],
  [1, { bytes: 1, read: (view) => view.getInt8(0) }],
  [2, { bytes: 2, read: (view) => view.getUint16(0, true) }],
  [3, { bytes: 2, read: (view) => view.getInt16(0, true) }],
  [4, { bytes: 4, read: (view) => view.getUint32(0, true) }],
  [5, { bytes: 4, read: (view) => view.getInt32(0, true) }],
  [6, { bytes: 4, read: (view) => view.getFloat32(0, true) }],
  [7, { bytes: 1, read: (view) => view.getUint8(0) !== 0 }],
  [10, { bytes: 8, read: (view) => view.getBigUint64(0, true) }],
  [11, { bytes: 8, read: (view) => view.getBigInt64(0, true) }],
  [12, { bytes: 8, read: (view) => view.getFloat64(0, true) }],
]);
const stringType = 8;
const listType = 9;
const uint32Type = 4;
const deepestList = 8;

/** Reads `count` key-value pairs. Throws MalformedFileError on a key twice, an unknown type or an impossible length. */
export async function readMetadata(cursor: Cursor, count: number): Promise<Metadata> {
  const values = Object.create(null) as Record<string, string>;
  let alignment = 32;
  for (let index = 0; index < count; index++) {
    const key = await cursor.text(`the key of metadata ${index}`);
    if (Object.hasOwn(values, key))
      cursor.fail(`the metadata key ${JSON.stringify(key.slice(0, 80))} stands a second time`);
    const type = await cursor.u32(`the type of metadata ${index}`);
    const value = await readValue(cursor, type, `metadata ${index}`, 0);
    values[key] = value;
    if (key === 'general.alignment') {
      alignment = Number(value);
      if (type !== uint32Type || alignment === 0 || (alignment & (alignment - 1)) !== 0)
        cursor.fail(`general.alignment is ${value}; a power of two of type 4 is allowed`);
    }
  }
  return { values, alignment };
}

async function readValue(cursor: Cursor, type: number, what: string, depth: number): Promise<string> {
  const scalar = scalars.get(type);
  if (scalar !== undefined) return String(scalar.read(await cursor.bytes(scalar.bytes, what)));
  if (type === stringType) return cursor.text(what);
  if (type !== listType) return cursor.fail(`${what} has the type ${type}; 0 to 12 are known`);
  if (depth === deepestList) return cursor.fail(`${what} is a list nested deeper than ${deepestList}`);
  const itemType = await cursor.u32(`the type of the list ${what}`);
  const item = scalars.get(itemType);
  const smallest = item?.bytes ?? (itemType === stringType ? 8 : 12);
  const length = await cursor.u64(`the length of the list ${what}`, Math.floor(cursor.left / smallest));
  if (item !== undefined) cursor.skip(length, item.bytes, what);
  else if (itemType === stringType) await cursor.skipStrings(length, what);
  else for (let index = 0; index < length; index++) await readValue(cursor, itemType, what, depth + 1);
  return `[${length}]`;
}
