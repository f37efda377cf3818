/** A variable of a checkpoint; `type` is the number of TensorFlow's type. */
export interface Variable {
  readonly name: string;
  readonly type: number;
  readonly shape: readonly number[];
  readonly offset: number;
  readonly bytes: number;
  readonly file?: number;
  /** Whether its entry only says that it was written in slices. */
  readonly isSliced?: boolean;
}

const ascii = (text: string): number[] => [...new TextEncoder().encode(text)];
const u32 = (value: number): number[] => [...new Uint8Array(Uint32Array.of(value).buffer)];
const varint = (value: number): number[] =>
  value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))];
const number = (field: number, value: number): number[] => (value === 0 ? [] : [field * 8, ...varint(value)]);
const message = (field: number, bytes: readonly number[]): number[] => [
  field * 8 + 2,
  ...varint(bytes.length),
  ...bytes,
];

function entry({ type, shape, offset, bytes, file = 0, isSliced = false }: Variable): number[] {
  return [
    ...number(1, type),
    ...message(
      2,
      shape.flatMap((extent) => message(2, number(1, extent))),
    ),
    ...[...number(3, file), ...number(4, offset), ...number(5, bytes), 0x35, ...u32(0)],
    ...(isSliced ? message(7, []) : []),
  ];
}

/** A block of entries, whose keys share their beginnings with those before, and its trailer. */
function block(entries: readonly (readonly [readonly number[], readonly number[]])[], compression = 0): number[] {
  let last: readonly number[] = [];
  const body = entries.flatMap(([key, value]) => {
    let shared = 0;
    while (shared < last.length && shared < key.length && last[shared] === key[shared]) shared += 1;
    last = key;
    const own = key.slice(shared);
    return [...varint(shared), ...varint(own.length), ...varint(value.length), ...own, ...value];
  });
  return [...body, ...u32(0), ...u32(1), compression, ...u32(0)];
}

/** The index of a checkpoint with these variables, two to a block. */
export function checkpointIndex(
  variables: readonly Variable[],
  { files = 1, isBigEndian = false, compression = 0 } = {},
): Uint8Array {
  const header = [...number(1, files), ...number(2, Number(isBigEndian)), ...message(3, number(1, 1))];
  const entries = [
    [[], header] as const,
    ...variables.map((variable) => [ascii(variable.name), entry(variable)] as const),
  ];
  const file: number[] = [];
  const add = (bytes: readonly number[]): number[] => {
    const place = [...varint(file.length), ...varint(bytes.length - 5)];
    file.push(...bytes);
    return place;
  };
  const places: (readonly [readonly number[], readonly number[]])[] = [];
  for (let first = 0; first < entries.length; first += 2) {
    const some = entries.slice(first, first + 2);
    places.push([some.at(-1)?.[0] ?? [], add(block(some, compression))]);
  }
  const footer = [...add(block([])), ...add(block(places))];
  const padding = Array<number>(40 - footer.length).fill(0);
  return Uint8Array.from([...file, ...footer, ...padding, 0x57, 0xfb, 0x80, 0x8b, 0x24, 0x75, 0x47, 0xdb]);
}
