import { bytes, type Bytes } from './onnx.ts';
import { floats, inputOf, int, ints, model, node, weights } from './onnx-models.ts';

/** Numbers of which the second half of the entries along the first axis repeats the first half. */
export function twice(count: number, inner: number, seed: number, size = 0.5): Float32Array {
  const half = weights((count / 2) * inner, seed, size);
  return Float32Array.from({ length: count * inner }, (_, at) => half[at % half.length] ?? 0);
}

const vector = (name: string, count: number, seed: number, more = 0): Bytes =>
  floats(
    name,
    [count],
    twice(count, 1, seed).map((value) => value + more),
  );

/**
 * A network in which half of all channels repeat others: 12 behind `first`, with a normalization and a depthwise convolution; 10 that
 * a residual branch (`third`) and a gate (`gate`) share; 16 behind `fc1`, which reads several places of each of the 10. Input `x` [1, 3, 8, 8], output `y` [1, 5].
 */
export function repeatingNetwork(): Uint8Array {
  return model(
    [
      ...floats('first', [12, 3, 3, 3], twice(12, 27, 1)),
      ...vector('first.bias', 12, 2),
      ...vector('one.scale', 12, 3, 1),
      ...vector('one.bias', 12, 4),
      ...vector('one.mean', 12, 5),
      ...vector('one.variance', 12, 6, 2),
      ...floats('depth', [12, 1, 3, 3], twice(12, 9, 7)),
      ...floats('second', [10, 12, 1, 1], twice(10, 12, 8)),
      ...vector('second.bias', 10, 9),
      ...floats('third', [10, 10, 1, 1], twice(10, 10, 10)),
      ...floats('gate', [10, 10, 1, 1], twice(10, 10, 11)),
      ...floats('fc1', [16, 160], twice(16, 160, 12, 0.2)),
      ...vector('fc1.bias', 16, 13),
      ...floats('fc2', [5, 16], weights(80, 14)),
      ...floats('fc2.bias', [5], weights(5, 15)),
      ...node('Conv', ['x', 'first', 'first.bias'], 'a', ints('pads', 1, 1, 1, 1)),
      ...node('BatchNormalization', ['a', 'one.scale', 'one.bias', 'one.mean', 'one.variance'], 'a.n'),
      ...node('Relu', ['a.n'], 'a.r'),
      ...node('Conv', ['a.r', 'depth'], 'b', int('group', 12), ints('pads', 1, 1, 1, 1)),
      ...node('Conv', ['b', 'second', 'second.bias'], 'c'),
      ...node('Relu', ['c'], 'c.r'),
      ...node('Conv', ['c.r', 'third'], 'd'),
      ...node('Add', ['c', 'd'], 'e'),
      ...node('GlobalAveragePool', ['e'], 'f'),
      ...node('Conv', ['f', 'gate'], 'f.g'),
      ...node('Sigmoid', ['f.g'], 'f.s'),
      ...node('Mul', ['e', 'f.s'], 'g'),
      ...node('MaxPool', ['g'], 'h', ints('kernel_shape', 2, 2), ints('strides', 2, 2)),
      ...node('Flatten', ['h'], 'i'),
      ...node('Gemm', ['i', 'fc1', 'fc1.bias'], 'j', int('transB', 1)),
      ...node('Relu', ['j'], 'k'),
      ...node('Gemm', ['k', 'fc2', 'fc2.bias'], 'y', int('transB', 1)),
      ...bytes(11, inputOf('x', 1, 1, 3, 8, 8)),
      ...bytes(12, inputOf('y', 1, 1, 5)),
      // Shapes that are declared for values between nodes would be wrong in the smaller graph.
      ...bytes(13, inputOf('a', 1, 1, 12, 8, 8)),
      ...bytes(13, inputOf('j', 1, 1, 16)),
    ],
    13,
  );
}

/** A gated layer as language models have it, between residuals: `x` [1, 4, 8] to `y`; 20 neurons, of which ten repeat the others. */
export function gatedNetwork(): Uint8Array {
  return model(
    [
      ...floats('gate', [20, 8], twice(20, 8, 1)),
      ...floats('up', [20, 8], twice(20, 8, 2)),
      ...floats('down', [20, 8], weights(160, 3)),
      ...node('Transpose', ['gate'], 'gate.t', ints('perm', 1, 0)),
      ...node('Transpose', ['up'], 'up.t', ints('perm', 1, 0)),
      ...node('MatMul', ['x', 'gate.t'], 'a'),
      ...node('Sigmoid', ['a'], 'a.s'),
      ...node('Mul', ['a', 'a.s'], 'b'),
      ...node('MatMul', ['x', 'up.t'], 'c'),
      ...node('Mul', ['b', 'c'], 'd'),
      ...node('MatMul', ['d', 'down'], 'e'),
      ...node('Add', ['x', 'e'], 'y'),
      ...bytes(11, inputOf('x', 1, 1, 4, 8)),
      ...bytes(12, inputOf('y', 1, 1, 4, 8)),
      ...bytes(13, inputOf('gate.t', 1, 8, 20)),
    ],
    13,
  );
}
