/** An array, or with the type 3 a number of NumPy. */
export class FlaxArray {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data: Uint8Array;
  readonly type: number;

  constructor(dtype: string, shape: readonly number[], data: Uint8Array, type = 1) {
    this.dtype = dtype;
    this.shape = shape;
    this.data = data;
    this.type = type;
  }
}

/** A value as `flax.serialization` writes it: a map, a list, a text, a whole number, or an array. */
export type FlaxValue = number | string | readonly FlaxValue[] | { readonly [key: string]: FlaxValue } | FlaxArray;

const ascii = (text: string): number[] => [...new TextEncoder().encode(text)];
const u16 = (value: number): number[] => [value >> 8, value & 255];
const u32 = (value: number): number[] => [...u16(value >>> 16), ...u16(value & 0xffff)];

function encode(value: FlaxValue): number[] {
  if (typeof value === 'number') return value < 128 ? [value] : [0xce, ...u32(value)];
  if (typeof value === 'string') {
    const bytes = ascii(value);
    return bytes.length < 32 ? [0xa0 + bytes.length, ...bytes] : [0xd9, bytes.length, ...bytes];
  }
  if (value instanceof FlaxArray) {
    const { dtype, shape, data, type } = value;
    const inner = [0x93, ...encode(shape), ...encode(dtype), 0xc6, ...u32(data.length), ...data];
    return [0xc8, ...u16(inner.length), type, ...inner];
  }
  if (Array.isArray(value)) return [0x90 + value.length, ...(value as readonly FlaxValue[]).flatMap(encode)];
  const pairs = Object.entries(value as Readonly<Record<string, FlaxValue>>);
  return [0xde, ...u16(pairs.length), ...pairs.flatMap(([key, item]) => [...encode(key), ...encode(item)])];
}

/** The file of a value; arrays have fewer than 64 KiB. */
export const flaxFile = (value: FlaxValue): Uint8Array => Uint8Array.from(encode(value));
