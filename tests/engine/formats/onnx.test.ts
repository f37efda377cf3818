import { describe, expect, test } from 'vitest';
import { MalformedFileError } from '../../../src/engine/errors.ts';
import { onnx } from '../../../src/engine/formats/onnx/index.ts';
import { dataTypes } from '../../../src/engine/formats/onnx/types.ts';
import { memorySource } from '../../../src/engine/io/memory-source.ts';
import type { ByteSource } from '../../../src/engine/io/source.ts';
import { openModel, scanModel } from '../../../src/engine/models/index.ts';
import { corpusPath, hasModelCorpus } from '../../support/models.ts';
import {
  attribute,
  bytes,
  externalTensor,
  initializer,
  node,
  onnxFile,
  tensor,
  varint,
  whole,
  type Bytes,
} from '../../support/onnx.ts';

const scan = (file: Uint8Array, headerBytes = 1_000_000) =>
  onnx.scan(memorySource(file, 'sample.onnx'), { headerBytes });
const raw = (...values: number[]) => Uint8Array.from(values);
const contentOf = async (file: Uint8Array) =>
  Object.fromEntries(
    (await scan(file)).tensors.map(({ name, offset, byteLength }) => [
      name,
      [...file.slice(offset, offset + byteLength)],
    ]),
  );

describe('where tensors are', () => {
  test('initializers, Constant nodes, other attributes, subgraphs, functions, training graphs and sparse tensors', async () => {
    const constant = (output: string, value: number) =>
      node('Constant', output, attribute('value', 5, tensor({ name: 'value', type: 2, dims: [1], raw: raw(value) })));
    const file = onnxFile(
      [
        ...initializer(tensor({ name: 'w', type: 2, dims: [2], raw: raw(1, 2) })),
        ...constant('c', 3),
        ...node('Custom', 'y', attribute('table', 5, tensor({ type: 2, raw: raw(4) }))),
        ...node(
          'If',
          'z',
          attribute('then_branch', 6, constant('inner', 5)),
          attribute('else_branch', 6, constant('inner', 6)),
        ),
        ...node('Scan', 's', attribute('bodies', 11, initializer(tensor({ name: 'deep', type: 2, raw: raw(7) })))),
        ...bytes(15, [
          ...bytes(1, tensor({ name: 'sparse', type: 2, raw: raw(8) })),
          ...bytes(2, tensor({ type: 7, dims: [1, 1], raw: raw(9, 0, 0, 0, 0, 0, 0, 0) })),
        ]),
      ],
      [
        ...bytes(25, bytes(7, constant('f', 10).slice(2))),
        ...bytes(20, bytes(2, initializer(tensor({ name: 't', type: 2, raw: raw(11) })))),
      ],
    );
    expect(await contentOf(file)).toEqual({
      w: [1, 2],
      c: [3],
      'y.table': [4],
      inner: [5],
      'inner #2': [6],
      deep: [7],
      sparse: [8],
      'sparse.indices': [9, 0, 0, 0, 0, 0, 0, 0],
      f: [10],
      t: [11],
    });
  });

  test('every data type is told by its dtype and length', async () => {
    for (const [type, { dtype, bits }] of dataTypes) {
      const data = new Uint8Array(Math.ceil((6 * bits) / 8));
      const { tensors, notices } = await scan(
        onnxFile(initializer(tensor({ name: 'x', type, dims: [2, 3], raw: data }))),
      );
      expect(tensors).toMatchObject([{ dtype, shape: [2, 3], byteLength: data.length }]);
      expect(notices).toEqual([]);
    }
    const { tensors } = await scan(onnxFile(initializer(tensor({ name: 'x', type: 99, dims: [3], raw: raw(1) }))));
    expect(tensors[0]?.dtype).toBe('ONNX_99');
  });

  test('packed typed fields: floats as they are, integers as varints, pieces apart', async () => {
    const floats = new Uint8Array(new Float32Array([1, 2]).buffer);
    const packed = (number: number, data: Bytes | Uint8Array) => ({ more: bytes(number, data), dims: [2] });
    const { tensors } = await scan(
      onnxFile([
        ...initializer(tensor({ name: 'f', type: 1, ...packed(4, floats) })),
        ...initializer(tensor({ name: 'd', type: 11, ...packed(10, new Uint8Array(16)) })),
        ...initializer(tensor({ name: 'i', type: 7, ...packed(7, [...varint(1), ...varint(-1)]), dims: [1, 2] })),
        ...initializer(tensor({ name: 'h', type: 10, ...packed(5, [...varint(15360), ...varint(0)]) })),
        ...initializer(
          tensor({ name: 'p', type: 1, dims: [2], more: [...bytes(4, floats.slice(4)), ...bytes(4, floats.slice(4))] }),
        ),
      ]),
    );
    expect(tensors.map(({ name, dtype, shape, byteLength }) => [name, dtype, shape, byteLength])).toEqual([
      ['f', 'F32', [2], 8],
      ['d', 'F64', [2], 16],
      ['i', 'I64 as varints', [1, 2], 11],
      ['h', 'F16 as varints', [2], 3],
      ['p', 'F32', [1], 4],
      ['p #2', 'F32', [1], 4],
    ]);
  });

  test('floats of attributes that are not packed, as the onnx package writes them, from sixteen on', async () => {
    const loose = (count: number) => Array.from({ length: count }, () => [7 * 8 + 5, ...raw(1, 2, 3, 4)]).flat();
    const { tensors } = await scan(
      onnxFile([
        ...node('Constant', 'c', [...bytes(1, 'value_floats'), ...loose(16), ...whole(20, 6)]),
        ...node('Trees', 'y', [...bytes(1, 'weights'), ...loose(17), ...whole(20, 6), ...loose(15)]),
      ]),
    );
    expect(tensors.map(({ name, dtype, shape, byteLength }) => [name, dtype, shape, byteLength])).toEqual([
      ['c', 'F32 as fields', [16], 80],
      ['y.weights', 'F32 as fields', [17], 85],
    ]);
  });

  test('tiny whole numbers and flags in one dimension ride along; weights of that size are told', async () => {
    const named = (name: string, type: number, dims: number[], length: number) =>
      initializer(tensor({ name, type, dims, raw: new Uint8Array(length) }));
    const { tensors } = await scan(
      onnxFile([
        ...named('shape', 7, [7], 56),
        ...named('axis', 6, [], 4),
        ...named('flag', 9, [1], 1),
        ...initializer(tensor({ name: 'sizes', type: 7, dims: [2], more: bytes(7, [...varint(1), ...varint(-1)]) })),
        ...node('Constant', 'axes', attribute('value', 5, tensor({ type: 7, dims: [2], raw: new Uint8Array(16) }))),
        ...named('long', 7, [8], 64),
        ...named('table', 7, [1, 2], 16),
        ...named('scale', 1, [], 4),
        ...named('half', 10, [3], 6),
        ...named('zero', 3, [], 1),
      ]),
    );
    expect(tensors.map(({ name }) => name)).toEqual(['long', 'table', 'scale', 'half', 'zero']);
  });

  test('packed and plain dims, scalars and empty tensors', async () => {
    const { tensors } = await scan(
      onnxFile([
        ...initializer([
          ...bytes(1, [...varint(2), ...varint(300)]),
          ...whole(2, 2),
          ...bytes(8, 'packed'),
          ...bytes(9, new Uint8Array(600)),
        ]),
        ...initializer(tensor({ name: 'scalar', raw: raw(0, 0, 0, 0) })),
        ...initializer(tensor({ name: 'empty', dims: [0, 5], raw: raw() })),
      ]),
    );
    expect(tensors.map(({ name, shape, byteLength }) => [name, shape, byteLength])).toEqual([
      ['packed', [2, 300], 600],
      ['scalar', [], 4],
      ['empty', [0, 5], 0],
    ]);
  });

  test('what the model says of itself is told', async () => {
    const pair = (key: string, value: string) => bytes(14, [...bytes(1, key), ...bytes(2, value)]);
    const { metadata } = await scan(
      onnxFile([], [...pair('__proto__', 'x'), ...bytes(8, [...bytes(1, 'ai.custom'), ...whole(2, 3)])]),
    );
    expect(Object.entries(metadata)).toEqual([
      ['ir_version', '8'],
      ['producer_name', 'tests'],
      ['opset', '17'],
      ['__proto__', 'x'],
      ['opset ai.custom', '3'],
    ]);
  });

  test('a length unlike type × dims is told, broken elements get a word that no coder knows', async () => {
    const { tensors, notices } = await scan(onnxFile(initializer(tensor({ name: 'x', dims: [2], raw: raw(1, 2, 3) }))));
    expect(tensors[0]?.dtype).toBe('F32?');
    expect(notices[0]?.message).toMatch(/"x" is 3 bytes long, but F32 \[2\] takes 8/);
  });

  test('tensors in other files are told with place and length', async () => {
    const { tensors, external } = await scan(
      onnxFile([
        ...initializer(externalTensor('a', [2], { location: './w.data', offset: '16', length: '8' })),
        ...initializer(externalTensor('b', [3], { location: 'w.data' })),
      ]),
    );
    expect(tensors).toEqual([]);
    expect(external).toEqual([
      { name: 'a', dtype: 'F32', shape: [2], offset: 16, byteLength: 8, location: 'w.data' },
      { name: 'b', dtype: 'F32', shape: [3], offset: 0, byteLength: 12, location: 'w.data' },
    ]);
  });

  test.each([
    { location: 'w', offset: '-1' },
    { location: 'w', offset: '9007199254740993' },
    { location: 'w', length: '1e3' },
    { offset: '0' },
  ])('a place that cannot be read is told: %j', async (entries) => {
    const { external, notices } = await scan(onnxFile(initializer(externalTensor('a', [2], entries))));
    expect(external).toBeUndefined();
    expect(notices[0]?.message).toMatch(/"a" is in another file/);
  });
});

test('a file of 6 GB is walked without its tensors being read', async () => {
  const length = 3_000_000_000;
  const big = (name: string) => [
    ...whole(1, length),
    ...whole(2, 2),
    ...bytes(8, name),
    ...varint(9 * 8 + 2),
    ...varint(length),
  ];
  const heads = ['first', 'second'].map((name) => {
    const head = big(name);
    return [...varint(5 * 8 + 2), ...varint(head.length + length), ...head];
  });
  const graphLength = heads.reduce((sum, head) => sum + head.length + length, 0);
  const start = [...whole(1, 8), ...varint(7 * 8 + 2), ...varint(graphLength)];
  const pieces = [
    { at: 0, content: [...start, ...(heads[0] ?? [])] },
    { at: start.length + (heads[0]?.length ?? 0) + length, content: heads[1] ?? [] },
  ];
  let read = 0;
  const source: ByteSource = {
    name: 'big.onnx',
    size: start.length + graphLength,
    read(offset, target) {
      read += target.length;
      target.fill(0xff);
      for (const { at, content } of pieces)
        for (const [index, byte] of content.entries()) {
          const place = at + index - offset;
          if (place >= 0 && place < target.length) target[place] = byte;
        }
      return Promise.resolve();
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
  const { tensors } = await onnx.scan(source, { headerBytes: 1_000_000 });
  expect(tensors.map(({ name, byteLength, offset }) => [name, byteLength, offset > 2 ** 31])).toEqual([
    ['first', length, false],
    ['second', length, true],
  ]);
  expect(read).toBeLessThan(100_000);
});

describe('hostile files are refused', () => {
  let nested: Bytes = [];
  for (let depth = 0; depth < 60; depth++) nested = node('If', '', attribute('g', 6, nested));
  const cases: readonly (readonly [string, Uint8Array, RegExp])[] = [
    ['graphs nested in graphs', onnxFile(nested), /nested deeper than 100/],
    [
      'a length that leaves its message',
      Uint8Array.of(0x3a, 0x05, 0x2a, 0x7f, 0, 0, 0),
      /field 5 is said to be 127 bytes long/,
    ],
    ['a length of 2^63', Uint8Array.from([0x3a, ...varint(2n ** 63n)]), /field 7 is said to be 9223372036854776000/],
    ['an endless number', Uint8Array.from({ length: 30 }, () => 0xff), /longer than 10 bytes/],
    ['a number that is cut short', Uint8Array.of(0x08, 0x80), /a number that is cut short/],
    ['the field number 0', Uint8Array.of(0x00, 0x00), /the field number 0/],
    ['a group', Uint8Array.of(0x0b, 0x0c), /the wire type 3/],
    [
      'a negative extent',
      onnxFile(initializer(tensor({ name: 'x', dims: [-1], raw: raw(1) }))),
      /"x" has an extent that is negative/,
    ],
    [
      '65 extents',
      onnxFile(initializer(tensor({ name: 'x', dims: Array.from({ length: 65 }, () => 1) }))),
      /more than 64 extents/,
    ],
    ['65 packed extents', onnxFile(initializer(bytes(1, new Uint8Array(65)))), /a shape has more than 64 numbers/],
    [
      'names above the limit',
      onnxFile(Array.from({ length: 40 }, () => bytes(1, bytes(2, 'x'.repeat(30_000)))).flat()),
      /more than 1000000 bytes/,
    ],
  ];
  test.each(cases)('%s', async (_, file, expected) => {
    await expect(scan(file)).rejects.toThrow(MalformedFileError);
    await expect(scan(file)).rejects.toThrow(expected);
  });
});

describe.skipIf(!hasModelCorpus)('the model corpus', () => {
  // Tensors and bytes as the onnx package counts them, tiny whole numbers in one dimension left out.
  test.each([
    ['austen-lm/model.onnx', 89, 19_344_536],
    ['mnist-cnn/model.onnx', 12, 1_852_200],
    ['ocr/ch_PP-OCRv4_rec_infer.onnx', 309, 10_761_184],
    ['super-resolution/esrgan-thick-x2.onnx', 309, 28_959_876],
    ['vad/silero_vad_v6.onnx', 36, 2_181_152],
  ])('%s has %d tensors of %d bytes', async (name, count, total) => {
    const [scanned] = await scanModel(await openModel(corpusPath(name)), { headerBytes: 10_000_000 });
    const tensors = scanned && 'layout' in scanned ? scanned.layout.tensors : [];
    const stored = tensors.filter(({ dtype }) => !dtype.endsWith('varints'));
    expect(stored.reduce((sum, { byteLength }) => sum + byteLength, 0)).toBe(total);
    expect(tensors).toHaveLength(count);
  });

  test('external data is one model with the file that describes it', async () => {
    const scanned = await scanModel(await openModel(corpusPath('mnist-cnn', 'external-data')), {
      headerBytes: 1_000_000,
    });
    expect(scanned.map(({ file }) => file.name)).toEqual(['model.onnx', 'model.data']);
    const [, data] = scanned;
    expect(data && 'layout' in data && data.layout.tensors.reduce((sum, { byteLength }) => sum + byteLength, 0)).toBe(
      1_852_200,
    );
  });
});
