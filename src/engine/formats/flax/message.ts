import type { Fields } from '../fields.ts';

/** One value of a MessagePack message: where what belongs to it begins. */
export interface Value {
  readonly kind: 'map' | 'list' | 'text' | 'bytes' | 'extension' | 'plain';
  /** Pairs of a map, values of a list, bytes of anything else. */
  readonly length: number;
  /** The first byte behind its head: of its bytes, or of its first value. */
  readonly start: number;
  /** Of an extension, the number of its type; of a whole number from 0 on that is exact, itself. */
  readonly number: number | undefined;
}

type Kind = Value['kind'];

/** What the first byte says where it stands for itself, from 0xc4 on: kind, and bytes of the length or of the number behind it. */
const heads: Readonly<Record<number, readonly [Kind, number]>> = {
  0xc4: ['bytes', 1],
  0xc5: ['bytes', 2],
  0xc6: ['bytes', 4],
  0xc7: ['extension', 1],
  0xc8: ['extension', 2],
  0xc9: ['extension', 4],
  0xd9: ['text', 1],
  0xda: ['text', 2],
  0xdb: ['text', 4],
  0xdc: ['list', 2],
  0xdd: ['list', 4],
  0xde: ['map', 2],
  0xdf: ['map', 4],
};
/** Values without a length: nothing, truth values, numbers; with the bytes behind the first. */
const plain: Readonly<Record<number, number>> = {
  0xc0: 0,
  0xc2: 0,
  0xc3: 0,
  0xca: 4,
  0xcb: 8,
  0xcc: 1,
  0xcd: 2,
  0xce: 4,
  0xcf: 8,
  0xd0: 1,
  0xd1: 2,
  0xd2: 4,
  0xd3: 8,
};
const firstNumber = 0xcc;
const firstFixedExtension = 0xd4;
const lastFixedExtension = 0xd8;

/** Reads the head of the value at `at`; its bytes are inside the file. Throws MalformedFileError. */
export async function readValue(fields: Fields, at: number): Promise<Value> {
  const first = await fields.unsigned(at, 1, 'a value');
  if (first < 0x80) return { kind: 'plain', length: 0, start: at + 1, number: first };
  if (first < 0x90) return inside({ kind: 'map', length: first & 15, start: at + 1, number: undefined });
  if (first < 0xa0) return inside({ kind: 'list', length: first & 15, start: at + 1, number: undefined });
  if (first < 0xc0) return inside({ kind: 'text', length: first & 31, start: at + 1, number: undefined });
  if (first >= 0xe0) return { kind: 'plain', length: 0, start: at + 1, number: undefined };
  if (first >= firstFixedExtension && first <= lastFixedExtension)
    return extension(at + 1, 2 ** (first - firstFixedExtension));
  const [kind, width] = heads[first] ?? [];
  if (kind !== undefined && width !== undefined) {
    const length = await wholeNumber(at + 1, width);
    if (kind === 'extension') return extension(at + 1 + width, length);
    return inside({ kind, length, start: at + 1 + width, number: undefined });
  }
  const length = plain[first] ?? fields.fail(`the first byte of a value is 0x${first.toString(16)}`, at);
  const number = first >= firstNumber ? await wholeNumber(at + 1, length) : undefined;
  return inside({ kind: 'plain', length, start: at + 1, number: Number.isSafeInteger(number) ? number : undefined });

  async function extension(typeAt: number, length: number): Promise<Value> {
    const number = await fields.unsigned(typeAt, 1, 'the type of an extension');
    return inside({ kind: 'extension', length, start: typeAt + 1, number });
  }

  /** Big-endian; read as unsigned, since no negative number is asked for. */
  async function wholeNumber(place: number, width: number): Promise<number> {
    let value = 0;
    for (const byte of await fields.bytes(place, width, 'a number')) value = value * 256 + byte;
    return value;
  }

  /** Each value of a list takes a byte or more, each pair two. */
  function inside(value: Value): Value {
    const least = value.kind === 'map' ? 2 * value.length : value.length;
    if (least > fields.size - value.start)
      fields.fail(`a length of ${value.length}, where ${fields.size - value.start} bytes follow, is`, at);
    return value;
  }
}
