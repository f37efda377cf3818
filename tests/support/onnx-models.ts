import { attribute, bytes, externalTensor, initializer, tensor, varint, whole, type Bytes } from './onnx.ts';

/** Numbers that look like weights and are the same in every run. */
export function weights(count: number, seed: number, size = 0.5): Float32Array {
  let state = seed * 2654435761 + 12345;
  const next = (): number => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
  return Float32Array.from({ length: count }, () => size * (next() + next() + next() - 1.5));
}

export const rawBytes = (values: Float32Array): Uint8Array => new Uint8Array(values.buffer, 0, values.byteLength);
export const floats = (name: string, dims: readonly number[], values: Float32Array): Bytes =>
  initializer(tensor({ name, dims, raw: rawBytes(values) }));
export const numbers = (name: string, ...values: number[]): Bytes =>
  initializer(
    tensor({ name, dims: [values.length], type: 7, raw: new Uint8Array(BigInt64Array.from(values, BigInt).buffer) }),
  );

export const node = (operator: string, inputs: readonly string[], output: string, ...attributes: Bytes[]): Bytes =>
  bytes(1, [
    ...inputs.flatMap((input) => bytes(1, input)),
    ...bytes(2, output),
    ...bytes(3, `${output}.${operator}`),
    ...bytes(4, operator),
    ...attributes.flatMap((each) => bytes(5, each)),
  ]);
export const int = (name: string, value: number): Bytes => [...bytes(1, name), ...whole(3, value), ...whole(20, 2)];
export const ints = (name: string, ...values: number[]): Bytes => [
  ...bytes(1, name),
  ...bytes(
    8,
    values.flatMap((each) => [...varint(each)]),
  ),
  ...whole(20, 7),
];
export const constant = (output: string, dims: readonly number[], values: Float32Array): Bytes =>
  node('Constant', [], output, [...attribute('value', 5, tensor({ dims, raw: rawBytes(values) })), ...whole(20, 4)]);
export const inputOf = (name: string, type: number, ...shape: number[]): Bytes => [
  ...bytes(1, name),
  ...bytes(
    2,
    bytes(1, [
      ...whole(1, type),
      ...bytes(
        2,
        shape.flatMap((extent) => bytes(1, whole(1, extent))),
      ),
    ]),
  ),
];

export function model(graph: Bytes, version: number): Uint8Array {
  return Uint8Array.from([
    ...whole(1, 7),
    ...bytes(2, 'tests'),
    ...bytes(7, [...graph, ...bytes(2, 'main')]),
    ...bytes(8, whole(2, version)),
    ...bytes(14, [...bytes(1, 'licence'), ...bytes(2, 'CC0')]),
  ]);
}

/** A branch that multiplies `from` by a matrix of its own, as an attribute of an If. */
const branch = (name: string, from: string, seed: number): Bytes => [
  ...bytes(1, name),
  ...bytes(6, [
    ...constant(`${name}.w`, [64, 64], weights(4096, seed, 0.1)),
    ...node('MatMul', [from, `${name}.w`], `${name}.out`),
    ...bytes(2, name),
    ...bytes(12, inputOf(`${name}.out`, 1, 4, 64)),
  ]),
  ...whole(20, 5),
];

/**
 * A network with a weight of each kind: convolution, depthwise and transposed convolution, Gemm, MatMul by an initializer, by
 * a Constant and by a transposed one, an embedding, a mask, and a Constant inside a branch. Inputs: `x` [1, 3, 8, 8],
 * `ids` [4], `flag` [1]; output `y` [4, 64]. Attributes and inputs as operators of `version` (9 or 13) have them.
 */
export function smallNetwork(version: 9 | 13): Uint8Array {
  const mask = Float32Array.from({ length: 4096 }, (_, index) => (index % 64 > Math.floor(index / 64) ? -1e9 : 0));
  return model(
    [
      ...floats('conv', [16, 3, 3, 3], weights(432, 1)),
      ...floats('depthwise', [16, 1, 7, 7], weights(784, 2, 0.2)),
      ...floats('up', [16, 48, 2, 2], weights(3072, 3, 0.1)),
      ...floats('gemm', [64, 48], weights(3072, 4, 0.2)),
      ...floats('bias', [64], weights(64, 5)),
      ...floats('matrix', [64, 64], weights(4096, 6, 0.2)),
      ...floats('turned', [64, 64], weights(4096, 7, 0.2)),
      ...floats('words', [50, 64], weights(3200, 8)),
      ...floats('mask', [64, 64], mask),
      ...(version === 13 ? numbers('axes', 2, 3) : []),
      ...node('Conv', ['x', 'conv'], 'c1', ints('pads', 1, 1, 1, 1)),
      ...node('Conv', ['c1', 'depthwise'], 'c2', int('group', 16), ints('pads', 3, 3, 3, 3)),
      ...node('Relu', ['c2'], 'c3'),
      ...node('ConvTranspose', ['c3', 'up'], 'c4', ints('strides', 2, 2)),
      ...node('GlobalAveragePool', ['c4'], 'c5'),
      ...(version === 13 ? node('Squeeze', ['c5', 'axes'], 'c6') : node('Squeeze', ['c5'], 'c6', ints('axes', 2, 3))),
      ...node('Gemm', ['c6', 'gemm', 'bias'], 'g', int('transB', 1)),
      ...node('Gather', ['words', 'ids'], 'w'),
      ...node('Add', ['w', 'g'], 'a'),
      ...node('MatMul', ['a', 'matrix'], 'b'),
      ...node('Transpose', ['turned'], 'turned.t', ints('perm', 1, 0)),
      ...node('MatMul', ['b', 'turned.t'], 'd0'),
      ...constant('second', [64, 64], weights(4096, 9, 0.2)),
      ...node('MatMul', ['d0', 'second'], 'd'),
      ...node('Transpose', ['d'], 'd.t'),
      ...node('MatMul', ['d', 'd.t'], 'scores'),
      ...node('Gather', ['mask', 'ids'], 'rows'),
      ...node('Transpose', ['rows'], 'columns'),
      ...node('Gather', ['columns', 'ids'], 'seen'),
      ...node('Add', ['scores', 'seen'], 'masked'),
      ...node('Softmax', ['masked'], 'shares', int('axis', 1)),
      ...node('MatMul', ['shares', 'd'], 'e'),
      ...node('If', ['flag'], 'y', branch('then_branch', 'e', 10), branch('else_branch', 'e', 11)),
      ...bytes(11, inputOf('x', 1, 1, 3, 8, 8)),
      ...bytes(11, inputOf('ids', 7, 4)),
      ...bytes(11, inputOf('flag', 9, 1)),
      ...bytes(12, inputOf('y', 1, 4, 64)),
    ],
    version,
  );
}

/** A product of `x` [4, 64] with a matrix, then with one of two in branches of `flag` [1]. */
export function branchNetwork(): Uint8Array {
  return model(
    [
      ...floats('first', [64, 64], weights(4096, 14, 0.2)),
      ...node('MatMul', ['x', 'first'], 'b'),
      ...node('If', ['flag'], 'y', branch('then_branch', 'b', 10), branch('else_branch', 'b', 11)),
      ...bytes(11, inputOf('x', 1, 4, 64)),
      ...bytes(11, inputOf('flag', 9, 1)),
      ...bytes(12, inputOf('y', 1, 4, 64)),
    ],
    13,
  );
}

/** Products of `x` [1, 8] with so many matrices, one after the other: `h1` to the last; every `seed` gives other matrices. */
export function deepNetwork(layers: number, seed: number): Uint8Array {
  const nodes = Array.from({ length: layers }, (_, at) => [
    ...floats(
      `w${at + 1}`,
      [8, 8],
      weights(64, seed, 1).map((weight, place) => weight * 0.01 + (place % 9 === 0 ? 1 : 0)),
    ),
    ...node('MatMul', [at === 0 ? 'x' : `h${at}`, `w${at + 1}`], `h${at + 1}`),
  ]);
  return model(
    [...nodes.flat(), ...bytes(11, inputOf('x', 1, 1, 8)), ...bytes(12, inputOf(`h${layers}`, 1, 1, 8))],
    13,
  );
}

/** A product of two matrices in another file, `weights.bin`. */
export function externalNetwork(): { readonly file: Uint8Array; readonly data: Uint8Array } {
  const [first, second] = [weights(4096, 12, 0.2), weights(4096, 13, 0.2)];
  const data = new Uint8Array(2 * first.byteLength);
  data.set(rawBytes(first));
  data.set(rawBytes(second), first.byteLength);
  const part = (name: string, offset: number): Bytes =>
    initializer(externalTensor(name, [64, 64], { location: 'weights.bin', offset: String(offset), length: '16384' }));
  const file = model(
    [
      ...part('w1', 0),
      ...part('w2', first.byteLength),
      ...node('MatMul', ['x', 'w1'], 'h'),
      ...node('MatMul', ['h', 'w2'], 'y'),
      ...bytes(11, inputOf('x', 1, 4, 64)),
      ...bytes(12, inputOf('y', 1, 4, 64)),
    ],
    13,
  );
  return { file, data };
}
