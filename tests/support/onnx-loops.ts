import { bytes, whole, type Bytes } from './onnx.ts';
import { floats, inputOf, int, model, node, numbers, weights } from './onnx-models.ts';

/** Values that are a loop's own, as inputs and outputs of a graph called `name`: its turn, whether it goes on, and what it changes. */
const ports = (name: string, turn: string, on: string, before: Bytes, after: Bytes): Bytes => [
  ...bytes(2, name),
  ...bytes(11, inputOf(turn, 7)),
  ...bytes(11, inputOf(on, 9)),
  ...bytes(11, before),
  ...bytes(12, inputOf(`${on}.next`, 9)),
  ...bytes(12, after),
];
const bodyOf = (body: Bytes): Bytes => [...bytes(1, 'body'), ...bytes(6, body), ...whole(20, 5)];

/** A product of `x` [4, 64] with a matrix, then the body twice, which changes that. */
function twice(body: Bytes, output: Bytes): Uint8Array {
  return model(
    [
      ...floats('first', [64, 64], weights(4096, 14, 0.2)),
      ...numbers('steps', 2),
      ...node('MatMul', ['x', 'first'], 'b'),
      ...node('Loop', ['steps', '', 'b'], 'y', bodyOf(body)),
      ...bytes(11, inputOf('x', 1, 4, 64)),
      ...bytes(12, output),
    ],
    13,
  );
}

/** A product of `x` [4, 64] with a matrix, then twice with another one in a loop; a loop of its own does that if it is `nested`. */
export function loopNetwork(seed = 15, isNested = false): Uint8Array {
  const inner = [
    ...node('Identity', ['go'], 'go.next'),
    ...node('MatMul', ['i', 'again'], 'i.next'),
    ...ports('inner', 'turn', 'go', inputOf('i', 1, 4, 64), inputOf('i.next', 1, 4, 64)),
  ];
  const body = [
    ...floats('again', [64, 64], weights(4096, seed, 0.2)),
    ...node('Identity', ['on'], 'on.next'),
    ...(isNested
      ? node('Loop', ['steps', '', 'h'], 'h.next', bodyOf(inner))
      : node('MatMul', ['h', 'again'], 'h.next')),
    ...ports('body', 'step', 'on', inputOf('h', 1, 4, 64), inputOf('h.next', 1, 4, 64)),
  ];
  return twice(body, inputOf('y', 1, 4, 64));
}

/** A product of `x` [4, 64] with a matrix, then twice what is there put below its product with another one. */
export function growingNetwork(seed: number): Uint8Array {
  const anyFloats = (name: string): Bytes => [...bytes(1, name), ...bytes(2, bytes(1, whole(1, 1)))];
  const body = [
    ...floats('again', [64, 64], weights(4096, seed, 0.2)),
    ...node('Identity', ['on'], 'on.next'),
    ...node('MatMul', ['h', 'again'], 'part'),
    ...node('Concat', ['h', 'part'], 'h.next', int('axis', 0)),
    ...ports('body', 'step', 'on', anyFloats('h'), anyFloats('h.next')),
  ];
  return twice(body, anyFloats('y'));
}

/** Of each row of `x` [3, 64], one after the other, the product with a matrix, added up. */
export function scanNetwork(seed: number, ...attributes: readonly Bytes[]): Uint8Array {
  const body = [
    ...floats('rows', [64, 64], weights(4096, seed, 0.2)),
    ...bytes(1, [
      ...bytes(1, 'row'),
      ...bytes(1, 'rows'),
      ...bytes(2, 'part'),
      ...bytes(3, 'part.MatMul'),
      ...bytes(4, 'MatMul'),
    ]),
    ...node('Add', ['sum', 'part'], 'sum.next'),
    ...node('Identity', ['sum.next'], 'so.far'),
    ...bytes(2, 'body'),
    ...bytes(11, inputOf('sum', 1, 64)),
    ...bytes(11, inputOf('row', 1, 64)),
    ...bytes(12, inputOf('sum.next', 1, 64)),
    ...bytes(12, inputOf('so.far', 1, 64)),
  ];
  const scan = [
    ...bytes(1, 'zero'),
    ...bytes(1, 'x'),
    ...bytes(2, 'last'),
    ...bytes(2, 'y'),
    ...bytes(3, 'scan'),
    ...bytes(4, 'Scan'),
    ...bytes(5, bodyOf(body)),
    ...bytes(5, int('num_scan_inputs', 1)),
    ...attributes.flatMap((each) => bytes(5, each)),
  ];
  return model(
    [
      ...floats('zero', [64], new Float32Array(64)),
      ...bytes(1, scan),
      ...bytes(11, inputOf('x', 1, 3, 64)),
      ...bytes(12, inputOf('y', 1, 3, 64)),
    ],
    13,
  );
}
