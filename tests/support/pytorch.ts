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
