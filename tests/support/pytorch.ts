import { zipSync, type Zippable } from 'fflate';

/** Opcodes of Python's pickle protocol 2, enough to write what `torch.save` writes and what it never would. */
const ascii = (text: string): number[] => [...new TextEncoder().encode(text)];
const u32 = (value: number): number[] => [...new Uint8Array(Uint32Array.of(value).buffer)];

export const op = {
  text: (value: string) => [...ascii('X'), ...u32(ascii(value).length), ...ascii(value)],
  int: (value: number) => [...ascii('J'), ...u32(value)],
  global: (module: string, name: string) => ascii(`c${module}\n${name}\n`),
  tuple: (...items: number[][]) => [...ascii('('), ...items.flat(), ...ascii('t')],
  dict: (...pairs: number[][]) => [...ascii('}('), ...pairs.flat(), ...ascii('u')],
  reduce: (target: number[], args: number[]) => [...target, ...args, ...ascii('R')],
  none: ascii('N'),
  no: [0x89],
};

/** A pickle of one value. */
export const pickle = (value: number[]): Uint8Array => Uint8Array.from([0x80, 2, ...value, ...ascii('.')]);

export const storage = (type: string, key: string, length: number): number[] => [
  ...op.tuple(op.text('storage'), op.global('torch', type), op.text(key), op.text('cpu'), op.int(length)),
  ...ascii('Q'),
];

/** A call that rebuilds a tensor from a storage, as PyTorch writes it. */
export const view = (
  of: number[],
  offset: number,
  shape: readonly number[],
  strides: readonly number[],
  ...more: number[][]
): number[] =>
  op.reduce(
    op.global('torch._utils', more.length === 0 ? '_rebuild_tensor_v2' : '_rebuild_tensor_v3'),
    op.tuple(
      of,
      op.int(offset),
      op.tuple(...shape.map(op.int)),
      op.tuple(...strides.map(op.int)),
      op.no,
      op.reduce(op.global('collections', 'OrderedDict'), op.tuple()),
      ...more,
    ),
  );

/** A zip file with stored members in this order. */
export function storedZip(members: Readonly<Record<string, Uint8Array>>, level: 0 | 6 = 0): Uint8Array {
  const files: Zippable = {};
  for (const [name, bytes] of Object.entries(members)) files[name] = [bytes, { level, mtime: '1980-01-01' }];
  return zipSync(files);
}

/** What `torch.save` makes of this pickle and these storages. */
export function pytorchFile(root: Uint8Array, storages: Readonly<Record<string, Uint8Array>>): Uint8Array {
  return storedZip({
    'archive/data.pkl': root,
    'archive/byteorder': new TextEncoder().encode('little'),
    ...Object.fromEntries(Object.entries(storages).map(([key, bytes]) => [`archive/data/${key}`, bytes])),
    'archive/version': new TextEncoder().encode('3\n'),
  });
}

/** The same zip file with every size and place in ZIP64 fields, as files above 4 GiB have them. */
export function widened(zip: Uint8Array): Uint8Array {
  const view = new DataView(zip.buffer, zip.byteOffset, zip.byteLength);
  const end = zip.length - 22;
  const [count, start] = [view.getUint16(end + 10, true), view.getUint32(end + 16, true)];
  const u64 = (value: number) => [...new Uint8Array(BigUint64Array.of(BigInt(value)).buffer)];
  const directory: number[] = [];
  for (let at = start; at < end;) {
    const [name = 0, extra = 0, comment = 0] = [28, 30, 32].map((field) => view.getUint16(at + field, true));
    const entry = Uint8Array.from(zip.subarray(at, at + 46));
    const sizes = [24, 20, 42].map((field) => view.getUint32(at + field, true));
    for (const field of [20, 24, 42]) entry.fill(0xff, field, field + 4);
    entry.set([28, 0], 30);
    entry.set([0, 0], 32);
    directory.push(...entry, ...zip.subarray(at + 46, at + 46 + name), 1, 0, 24, 0, ...sizes.flatMap(u64));
    at += 46 + name + extra + comment;
  }
  const end64 = start + directory.length;
  return Uint8Array.from([
    ...zip.subarray(0, start),
    ...directory,
    ...[0x50, 0x4b, 6, 6, ...u64(44), 45, 0, 45, 0, ...u32(0), ...u32(0)],
    ...[...u64(count), ...u64(count), ...u64(directory.length), ...u64(start)],
    ...[0x50, 0x4b, 6, 7, ...u32(0), ...u64(end64), ...u32(1)],
    ...[0x50, 0x4b, 5, 6, 0, 0, 0, 0, ...Array<number>(12).fill(0xff), 0, 0],
  ]);
}

/** What `torch.save` before 1.6 makes of this value and these storages, by key: how many elements and their bytes. */
export function legacyFile(
  value: number[],
  storages: Readonly<Record<string, readonly [number, Uint8Array]>>,
  framed = false,
): Uint8Array {
  const magic = [0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19];
  const keys = [...ascii(']('), ...Object.keys(storages).flatMap(op.text), ...ascii('e')];
  const count = (elements: number) => new Uint8Array(BigUint64Array.of(BigInt(elements)).buffer);
  const start = framed ? [0x80, 4, 0x95, ...count(magic.length + 1)] : [0x80, 2];
  return Uint8Array.from([
    ...[...start, ...magic, ...ascii('.')],
    ...[op.int(1001), op.dict(op.text('little_endian'), op.no), value, keys].flatMap((part) => [...pickle(part)]),
    ...Object.values(storages).flatMap(([elements, bytes]) => [...count(elements), ...bytes]),
  ]);
}
