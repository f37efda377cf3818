import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MalformedFileError } from '../../../src/engine/errors.ts';
import { detectFormat } from '../../../src/engine/formats/catalog.ts';
import { pytorch } from '../../../src/engine/formats/pytorch/index.ts';
import { readPickle } from '../../../src/engine/formats/pytorch/pickle.ts';
import { memorySource } from '../../../src/engine/io/memory-source.ts';
import { legacyFile, op, pickle, pytorchFile, storage, storedZip, view, widened } from '../../support/pytorch.ts';

const scan = (bytes: Uint8Array) => pytorch.scan(memorySource(bytes, 'sample.pt'), { headerBytes: 1_000_000 });
const told = async (bytes: Uint8Array) =>
  (await scan(bytes)).tensors.map(({ name, dtype, shape }) => [name, dtype, shape]);

describe('storages by the tensors that are views of them', () => {
  test('names are the keys that lead to a tensor, dtypes those of the storages', async () => {
    const half = storage('HalfStorage', '0', 6);
    const root = op.dict(
      op.text('state_dict'),
      op.dict(
        op.text('layer.weight'),
        view(half, 0, [2, 3], [3, 1]),
        op.text('scale'),
        view(storage('DoubleStorage', '1', 1), 0, [], []),
      ),
      op.text('list'),
      op.tuple(op.none, view(storage('BoolStorage', '2', 4), 0, [4], [1])),
    );
    const file = pytorchFile(pickle(root), {
      0: new Uint8Array(12).fill(7),
      1: new Uint8Array(8),
      2: new Uint8Array(4),
    });
    expect(await told(file)).toEqual([
      ['state_dict.layer.weight', 'F16', [2, 3]],
      ['state_dict.scale', 'F64', []],
      ['list.1', 'BOOL', [4]],
    ]);
    const [first] = (await scan(file)).tensors;
    expect([...file.subarray(first?.offset, (first?.offset ?? 0) + (first?.byteLength ?? 0))]).toEqual(
      Array(12).fill(7),
    );
  });

  test('a storage of many views has the shape of one that is all of it, else it is flat', async () => {
    const shared = storage('FloatStorage', '0', 6);
    const root = op.dict(
      ...[op.text('part'), view(shared, 3, [3], [1])],
      ...[op.text('turned'), view(shared, 0, [3, 2], [1, 3])],
      ...[op.text('all'), view(shared, 0, [2, 3], [3, 1])],
      ...[op.text('piece'), view(storage('LongStorage', '1', 4), 1, [2], [1])],
    );
    expect(await told(pytorchFile(pickle(root), { 0: new Uint8Array(24), 1: new Uint8Array(32) }))).toEqual([
      ['all', 'F32', [2, 3]],
      ['piece', 'I64', [4]],
    ]);
  });

  test('an untyped storage has the dtype of its tensor', async () => {
    const root = op.dict(
      op.text('w'),
      view(storage('UntypedStorage', '0', 4), 0, [4], [1], op.global('torch', 'float8_e5m2')),
    );
    expect(await told(pytorchFile(pickle(root), { 0: new Uint8Array(4) }))).toEqual([['w', 'F8_E5M2', [4]]]);
  });

  test('the scales of a quantized tensor are tensors of their own', async () => {
    const params = op.tuple(
      op.global('torch', 'per_channel_affine'),
      view(storage('DoubleStorage', '1', 2), 0, [2], [1]),
      view(storage('LongStorage', '2', 2), 0, [2], [1]),
      op.int(0),
    );
    const root = op.dict(
      op.text('w'),
      op.reduce(
        op.global('torch._utils', '_rebuild_qtensor'),
        op.tuple(
          storage('QInt8Storage', '0', 6),
          op.int(0),
          op.tuple(op.int(2), op.int(3)),
          op.tuple(op.int(3), op.int(1)),
          params,
        ),
      ),
    );
    const data = { 0: new Uint8Array(6), 1: new Uint8Array(16), 2: new Uint8Array(16) };
    expect(await told(pytorchFile(pickle(root), data))).toEqual([
      ['w', 'I8', [2, 3]],
      ['w.1', 'F64', [2]],
      ['w.2', 'I64', [2]],
    ]);
  });

  test('storages that no tensor names, and those of a big-endian file, are kept by their keys', async () => {
    const root = pickle(op.dict(op.text('w'), view(storage('FloatStorage', '0', 1), 0, [1], [1])));
    expect(await told(pytorchFile(root, { 0: new Uint8Array(4), 1: new Uint8Array(3) }))).toEqual([
      ['w', 'F32', [1]],
      ['data/1', 'storage', [3]],
    ]);
    const big = storedZip({
      'a/data.pkl': root,
      'a/byteorder': new TextEncoder().encode('big'),
      'a/data/0': new Uint8Array(4),
    });
    expect(await told(big)).toEqual([['data/0', 'storage', [4]]]);
  });

  test('a pickle that cannot be followed costs names and types only', async () => {
    const { tensors, notices } = await scan(pytorchFile(Uint8Array.of(0x80, 2, 0xff), { 0: new Uint8Array(4) }));
    expect(tensors).toMatchObject([{ name: 'data/0', dtype: 'storage', byteLength: 4 }]);
    expect(notices[0]?.message).toMatch(/unknown opcode 0xff.*no names and types/);
  });

  test('ZIP64 places and sizes are read', async () => {
    const root = pickle(op.dict(op.text('w'), view(storage('FloatStorage', '0', 2), 0, [2], [1])));
    const file = pytorchFile(root, { 0: new Uint8Array(8), 1: new Uint8Array(5) });
    expect(await scan(widened(file))).toEqual(await scan(file));
    await expect(scan(widened(file).slice(0, -100))).rejects.toThrow(MalformedFileError);
  });

  test('compressed storages stay raw and are told', async () => {
    const file = storedZip({ 'a/data.pkl': pickle(op.none), 'a/data/0': new Uint8Array(1000) }, 6);
    const { tensors, notices } = await scan(file);
    expect(tensors).toEqual([]);
    expect(notices.map(({ message }) => message).join()).toMatch(/"a\/data\/0" is compressed/);
  });

  test('a file from before PyTorch 1.6 that cannot be followed is recognised and kept as bytes', async () => {
    const bytes = Uint8Array.from('\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.', (character) => character.charCodeAt(0));
    expect(detectFormat(bytes, 'model.bin')).toBe(pytorch);
    expect(await scan(bytes)).toMatchObject({
      tensors: [],
      notices: [{ message: expect.stringMatching(/before 1\.6/) as unknown }],
    });
  });
});

describe('files of several zip files', () => {
  const one = (type: string, shape: readonly number[], data: Uint8Array) =>
    pytorchFile(pickle(view(storage(type, '0', data.length), 0, shape, [1])), { 0: data });

  test('a distributed checkpoint has one for each tensor, one behind the other', async () => {
    const [first, second] = [
      one('FloatStorage', [2], new Uint8Array(8).fill(1)),
      one('HalfStorage', [3], new Uint8Array(6).fill(2)),
    ];
    for (const file of [Uint8Array.of(...first, ...second), Uint8Array.of(...widened(first), ...widened(second))]) {
      expect(detectFormat(file.subarray(0, 64), '__0_0.distcp')).toBe(pytorch);
      expect(await told(file)).toEqual([
        ['data/0', 'F32', [2]],
        ['data/0 #2', 'F16', [3]],
      ]);
      const offset = (await scan(file)).tensors[1]?.offset ?? 0;
      expect([...file.subarray(offset, offset + 6)]).toEqual([2, 2, 2, 2, 2, 2]);
    }
  });

  test('bytes that are no zip file between or before them are refused', async () => {
    const file = one('FloatStorage', [2], new Uint8Array(8));
    await expect(scan(Uint8Array.of(...file, 1, 2, 3, ...file))).rejects.toThrow(MalformedFileError);
    await expect(scan(Uint8Array.of(1, 2, 3, ...file))).rejects.toThrow(MalformedFileError);
  });

  test('an exported program tells its weights in a list, and may have what torch.save wrote inside', async () => {
    const json = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
    const entry = (path_name: string, dtype: number, ...extents: number[]) => ({
      ...{ path_name, is_param: true, use_pickle: false },
      tensor_meta: { dtype, sizes: extents.map((as_int) => ({ as_int })), device: { type: 'cpu', index: null } },
    });
    const config = {
      'layer.weight': entry('weight_0', 7, 2, 3),
      'tied.weight': entry('weight_0', 7, 2, 3),
      'layer.bias': entry('weight_1', 13, 5),
      odd: entry('weight_2', 99, 2),
    };
    const file = storedZip({
      'm/data/weights/weight_0': new Uint8Array(24),
      'm/data/weights/weight_1': new Uint8Array(6),
      'm/data/weights/weight_2': new Uint8Array(4),
      'm/data/weights/model_weights_config.json': json({ config }),
      'm/data/constants/model_constants_config.json': json({ config: {} }),
      'm/data/sample_inputs/model.pt': one('LongStorage', [1], new Uint8Array(8)),
      'm/byteorder': new TextEncoder().encode('little'),
    });
    expect(detectFormat(file.subarray(0, 64), 'x')).toBe(pytorch);
    expect(await told(file)).toEqual([
      ['layer.weight', 'F32', [2, 3]],
      ['layer.bias', 'BF16', [3]],
      ['odd', 'TORCH_99', [2]],
      ['data/0', 'I64', [1]],
    ]);
    const broken = storedZip({
      'm/data/weights/weight_0': new Uint8Array(24),
      'm/data/weights/model_weights_config.json': json([]),
    });
    expect(await scan(broken)).toMatchObject({
      tensors: [],
      notices: [{ message: expect.stringMatching(/model_weights_config.*kept as they are/) as unknown }],
    });
  });
});

describe('a pickle is read, never run', () => {
  test('a call of any function is only noted', () => {
    const evil = pickle(op.reduce(op.global('os', 'system'), op.tuple(op.text('exit 1'))));
    expect(readPickle(evil, 'x')).toMatchObject({ kind: 'call', target: { kind: 'global', name: 'os system' } });
  });

  test('values in circles are looked through once', async () => {
    // A list that holds itself: `]`, memoized, fetched and appended.
    const circle = Uint8Array.from([0x80, 2, 0x5d, 0x71, 0, 0x68, 0, 0x61, 0x2e]);
    expect(await told(pytorchFile(circle, { 0: new Uint8Array(4) }))).toEqual([['data/0', 'storage', [4]]]);
  });

  test('a bomb of references to references is no work', async () => {
    const rounds = Array.from({ length: 200 }, (_, i) => [0x28, 0x68, i, 0x68, i, 0x74, 0x71, i + 1, 0x30]).flat();
    const bomb = Uint8Array.from([0x80, 2, 0x5d, 0x71, 0, 0x30, ...rounds, 0x68, 200, 0x2e]);
    expect(await told(pytorchFile(bomb, { 0: new Uint8Array(4) }))).toEqual([['data/0', 'storage', [4]]]);
  });

  test.each([
    ['values that were not made', [0x52], /takes more values than it made/],
    ['a mark that was not set', [0x74], /from a mark/],
    ['a value that was not kept', [0x68, 9], /recalls the value 9/],
    ['a text of 4 GB', [0x58, 0xff, 0xff, 0xff, 0xff], /cut short/],
    ['no end', [0x4e], /cut short/],
    ['a line without an end', [0x63, 0x61], /line without an end/],
    ['three million lists', Array.from({ length: 3_000_000 }, () => 0x5d), /more than 2000000 values/],
    ['three million memos', [0x4e, ...Array.from({ length: 3_000_000 }, () => 0x94)], /keeps more than 2000000/],
  ])('%s', (_, codes, expected) => {
    expect(() => readPickle(Uint8Array.from([0x80, 2, ...codes]), 'x')).toThrow(MalformedFileError);
    expect(() => readPickle(Uint8Array.from([0x80, 2, ...codes]), 'x')).toThrow(expected);
  });

  test('any bytes are read or refused', () => {
    const opcodes = new TextEncoder().encode('(012FIJKLMNSTUVXB]C)}ltdaesucRiobPQghjpqr.');
    const byte = fc.oneof(fc.constantFrom(...opcodes, 0x80, 0x85, 0x86, 0x87, 0x8c, 0x93, 0x94, 0x0a), fc.nat(255));
    fc.assert(
      fc.property(fc.array(byte, { maxLength: 60 }), (codes) => {
        try {
          readPickle(Uint8Array.from(codes), 'x');
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedFileError);
        }
      }),
      { numRuns: 3000 },
    );
  });
});

describe('hostile zip files are refused', () => {
  const file = pytorchFile(pickle(op.none), { 0: new Uint8Array(8), 1: new Uint8Array(8) });
  const changed = (change: (view: DataView, central: number) => void) => {
    const bytes = file.slice();
    const view = new DataView(bytes.buffer);
    change(view, view.getUint32(bytes.length - 6, true));
    return bytes;
  };
  const cases: readonly (readonly [string, Uint8Array, RegExp])[] = [
    ['cut short', file.slice(0, -1), /end of the zip directory is missing/],
    [
      'a directory outside the file',
      changed((view) => view.setUint32(view.byteLength - 6, 0x7fffffff, true)),
      /must end before/,
    ],
    [
      'a wrong count',
      changed((view) => view.setUint16(view.byteLength - 12, 60000, true)),
      /says 60000 members and lists 5/,
    ],
    [
      'a member above the file',
      changed((view, at) => view.setBigUint64(at + 20, 0x7fffffff7fffffffn, true)),
      /runs into the zip directory/,
    ],
    [
      'a member header elsewhere',
      changed((view, at) => view.setUint32(at + 42, 7, true)),
      /disagree on "archive\/data\.pkl"/,
    ],
    ["a name unlike the member's", changed((view, at) => view.setUint8(at + 46, 0x62)), /disagree on "brchive/],
    [
      'a directory above the limit',
      changed((view) => view.setUint32(view.byteLength - 10, 0x7fffffff, true)),
      /must end before|directory has/,
    ],
  ];
  test.each(cases)('%s', async (_, bytes, expected) => {
    await expect(scan(bytes)).rejects.toThrow(MalformedFileError);
    await expect(scan(bytes)).rejects.toThrow(expected);
  });

  test('two members in one place overlap', async () => {
    const bytes = storedZip({
      'a/data.pkl': pickle(op.none),
      'a/data/0': new Uint8Array(100),
      'a/data/1': new Uint8Array(8),
    });
    const view = new DataView(bytes.buffer);
    const central = view.getUint32(bytes.length - 6, true);
    const second = central + 46 + 'a/data.pkl'.length;
    // The first storage is said to reach into the second.
    for (const field of [20, 24]) view.setUint32(second + field, 140, true);
    await expect(scan(bytes)).rejects.toThrow(/overlap/);
  });

  test('a name twice', async () => {
    const bytes = storedZip({ 'a/data/0': new Uint8Array(8), 'a/data/1': new Uint8Array(8) });
    const text = String.fromCharCode(...bytes).replaceAll('a/data/1', 'a/data/0');
    await expect(scan(Uint8Array.from(text, (character) => character.charCodeAt(0)))).rejects.toThrow(/stands twice/);
  });
});

describe('files from before 1.6', () => {
  const value = op.dict(
    op.text('w'),
    view(storage('FloatStorage', '11', 6), 0, [2, 3], [3, 1]),
    op.text('n'),
    view(storage('LongStorage', '12', 1), 0, [], []),
  );
  const floats = Uint8Array.from({ length: 24 }, (_, index) => index + 1);
  const file = legacyFile(value, { 11: [6, floats], 12: [1, new Uint8Array(8)] });

  test('their storages are found behind the pickles', async () => {
    const { tensors, notices } = await scan(file);
    expect(tensors.map(({ name, dtype, shape }) => [name, dtype, shape])).toEqual([
      ['w', 'F32', [2, 3]],
      ['n', 'I64', []],
    ]);
    const bytes = tensors.map(({ offset, byteLength }) => file.subarray(offset, offset + byteLength));
    expect(bytes).toEqual([floats, new Uint8Array(8)]);
    expect(notices).toEqual([]);
  });

  test('also where another protocol of pickles was asked for', async () => {
    const framed = legacyFile(value, { 11: [6, floats], 12: [1, new Uint8Array(8)] }, true);
    expect(detectFormat(framed.subarray(0, 64), 'x')).toBe(pytorch);
    expect(await told(framed)).toEqual(await told(file));
  });

  test('untyped storages, as of types that came later, are counted in bytes', async () => {
    const half = view(storage('UntypedStorage', '5', 6), 0, [3], [1], op.global('torch', 'uint16'));
    const later = legacyFile(op.dict(op.text('u'), half), { 5: [6, Uint8Array.of(1, 2, 3, 4, 5, 6)] });
    expect(await told(later)).toEqual([['u', 'U16', [3]]]);
  });

  test.each<[string, Uint8Array, RegExp]>([
    ['a byte too many', Uint8Array.of(...file, 0), /does not end with the file/],
    ['a byte too few', file.slice(0, -1), /leaves the file/],
    ['a storage that nothing refers to', legacyFile(value, { 13: [6, floats] }), /"13", which nothing refers to/],
    ['a length near 2^64', legacyFile(value, { 11: [2 ** 63, floats] }), /leaves the file/],
    [
      'a type of unknown width',
      legacyFile(op.dict(op.text('x'), view(storage('OddStorage', '1', 1), 0, [1], [1])), { 1: [1, floats] }),
      /unknown type "OddStorage"/,
    ],
    ['pickles that are cut short', file.slice(0, 40), /cut short/],
  ])('with %s are kept as bytes, and why is told', async (_, bytes, message) => {
    const { tensors, notices } = await scan(bytes);
    expect(tensors).toEqual([]);
    expect(notices.map((notice) => notice.message).join()).toMatch(message);
  });
});
