import { createRequire } from 'node:module';
import { readFile } from 'node:fs/promises';
import type { onnx as Messages } from 'onnx-proto';
import { describe, expect, test } from 'vitest';
import { MalformedFileError } from '../../../src/engine/errors.ts';
import { memorySource } from '../../../src/engine/io/memory-source.ts';
import {
  addOutputs,
  edited,
  graphTensors,
  opsetVersion,
  readGraph,
  weightUses,
} from '../../../src/engine/onnx/index.ts';
import { collect } from '../../support/collect.ts';
import { corpusPath, hasModelCorpus } from '../../support/models.ts';
import { attribute, bytes, initializer, node, onnxFile, tensor, varint, whole } from '../../support/onnx.ts';

const { onnx: oracle } = createRequire(import.meta.url)('onnx-proto') as { onnx: typeof Messages };
const read = (file: Uint8Array) => readGraph(memorySource(file, 'sample.onnx'));
const weights = (name: string, ...dims: number[]) =>
  initializer(tensor({ name, dims, raw: new Uint8Array(dims.reduce((product, extent) => product * extent, 4)) }));
const conv = (inputs: readonly string[], output: string, group = 1) =>
  bytes(1, [
    ...inputs.flatMap((input) => bytes(1, input)),
    ...bytes(2, output),
    ...bytes(4, 'Conv'),
    ...bytes(5, [...bytes(1, 'group'), ...whole(3, group)]),
  ]);
const plain = (operator: string, inputs: readonly string[], output: string, ...attributes: number[][]) =>
  bytes(1, [
    ...inputs.flatMap((input) => bytes(1, input)),
    ...bytes(2, output),
    ...bytes(4, operator),
    ...attributes.flatMap((each) => bytes(5, each)),
  ]);
const ints = (name: string, ...values: number[]) => [
  ...bytes(1, name),
  ...bytes(
    8,
    values.flatMap((each) => [...varint(each)]),
  ),
];
const int = (name: string, value: number) => [...bytes(1, name), ...whole(3, value)];

const small = onnxFile([
  ...weights('depthwise', 8, 1, 3, 3),
  ...weights('up', 8, 4, 2, 2),
  ...weights('matrix', 5, 7),
  ...weights('turned', 7, 5),
  ...weights('gemm', 6, 5),
  ...weights('words', 9, 4),
  ...conv(['x', 'depthwise'], 'a', 8),
  ...plain('ConvTranspose', ['a', 'up'], 'b'),
  ...plain('MatMul', ['b', 'matrix'], 'c'),
  ...plain('Transpose', ['turned'], 'turned.t', ints('perm', 1, 0)),
  ...plain('MatMul', ['c', 'turned.t'], 'd'),
  ...plain('Gather', ['words', 'i'], 'e', int('axis', -2)),
  ...plain('Gemm', ['e', 'gemm', 'bias'], 'f', int('transB', 1)),
  ...bytes(12, bytes(1, 'f')),
]);

describe('what the weights are for', () => {
  test('roles, channel axes, depthwise groups and positions, through a Transpose', async () => {
    const found = weightUses(await read(small)).map(({ tensor: { name }, uses, position }) => [
      name,
      uses[0]?.role,
      uses[0]?.channelAxis,
      uses[0]?.sumAxes,
      position,
    ]);
    expect(found).toEqual([
      ['depthwise', 'depthwise', 0, [1, 2, 3], 'first'],
      ['up', 'convolution', 1, [0, 2, 3], 'inner'],
      ['matrix', 'matrix', 1, [0], 'inner'],
      ['turned', 'matrix', 0, [1], 'inner'],
      ['gemm', 'matrix', 0, [1], 'last'],
      ['words', 'embedding', 0, [1], 'none'],
    ]);
  });

  test('Constant nodes in branches, read there and from the graph around', async () => {
    const inner = node('Constant', 'w', attribute('value', 5, tensor({ dims: [3, 2, 1], raw: new Uint8Array(24) })));
    const branch = [...inner, ...plain('Conv', ['x', 'w'], 'y'), ...plain('MatMul', ['y', 'outer'], 'z')];
    const model = await read(
      onnxFile([...weights('outer', 4, 5), ...plain('If', ['c'], 'o', [...attribute('then_branch', 6, branch)])]),
    );
    expect(model.graphs.flatMap(graphTensors).map(({ name }) => name)).toEqual(['outer', 'w']);
    expect(
      weightUses(model).map(({ uses }) => uses.map(({ operator, channelAxis }) => [operator, channelAxis])),
    ).toEqual([[['MatMul', 1]], [['Conv', 0]]]);
  });
});

describe('an edited copy', () => {
  test('has further outputs, and is else what it was', async () => {
    const model = await read(small);
    const copy = edited(memorySource(small), addOutputs(model, ['a', 'c', 'a', 'f', 'nowhere', '']));
    const file = await collect(copy.chunks());
    expect(file.length).toBe(copy.size);
    const expected = oracle.ModelProto.decode(small);
    expected.graph?.output?.push(...['a', 'c'].map((name) => oracle.ValueInfoProto.create({ name })));
    expect(oracle.ModelProto.decode(file).toJSON()).toEqual(expected.toJSON());
  });

  test('without edits is the same bytes', async () => {
    expect(await collect(edited(memorySource(small), []).chunks())).toEqual(small);
  });
});

describe('hostile files', () => {
  test('every truncation is read or refused by name', async () => {
    for (let length = 0; length < small.length; length += 3)
      await read(small.subarray(0, length)).catch((error: unknown) => {
        expect(error).toBeInstanceOf(MalformedFileError);
      });
  });

  test('a bomb of nested graphs is refused', async () => {
    let graph: readonly number[] = [];
    for (let depth = 0; depth < 120; depth++) graph = bytes(1, bytes(5, bytes(6, graph)));
    await expect(read(onnxFile(graph))).rejects.toThrow('nested deeper');
  });
});

describe.runIf(hasModelCorpus)('real models', () => {
  test.each([
    ['vad/silero_vad_v6.onnx', 16],
    ['ocr/ch_PP-OCRv4_rec_infer.onnx', 9],
    ['austen-lm/model.onnx', 13],
  ])('%s has the graph that the protobuf library sees', async (path, opset) => {
    const file = await readFile(corpusPath(path));
    const model = await read(file);
    expect(opsetVersion(model)).toBe(opset);
    const graphs: Messages.IGraphProto[] = [];
    const walk = (graph: Messages.IGraphProto): void => {
      graphs.push(graph);
      for (const { attribute: attributes } of graph.node ?? []) for (const { g } of attributes ?? []) if (g) walk(g);
    };
    walk(oracle.ModelProto.decode(file).graph ?? {});
    expect(
      model.graphs.map(({ nodes, inputs, outputs, initializers }) => ({
        nodes: nodes.map(({ operator, inputs: from, outputs: to }) => [operator, from, to]),
        declared: [...inputs, ...outputs].map(({ name }) => name),
        initializers: initializers.map(({ name, shape }) => [name, shape]),
      })),
    ).toEqual(
      graphs.map(({ node: nodes, input, output, initializer: tensors }) => ({
        nodes: (nodes ?? []).map((each) => [each.opType, each.input, each.output]),
        declared: [...(input ?? []), ...(output ?? [])].map(({ name }) => name),
        initializers: (tensors ?? []).map(({ name, dims }) => [name, (dims ?? []).map(Number)]),
      })),
    );
    const weightsFound = weightUses(model).filter(({ uses }) =>
      uses.some(({ channelAxis }) => channelAxis !== undefined),
    );
    expect(weightsFound.length).toBeGreaterThan(10);
  });
});
