import { expect, test } from 'vitest';
import { memorySource } from '../../../src/engine/io/memory-source.ts';
import { readGraph, typicalInputs, type OnnxTensor } from '../../../src/engine/onnx/index.ts';
import { bytes, initializer, onnxFile, tensor, whole, type Bytes } from '../../support/onnx.ts';

const floats = (...numbers: number[]): Uint8Array => new Uint8Array(Float32Array.from(numbers).buffer);
const weights = (name: string, dims: readonly number[], ...numbers: number[]): Bytes =>
  initializer(tensor({ name, dims, raw: floats(...numbers) }));
const step = (operator: string, output: string, ...inputs: string[]): Bytes =>
  bytes(1, [...inputs.flatMap((input) => bytes(1, input)), ...bytes(2, output), ...bytes(4, operator)]);
const picture = (channels: number): Bytes => {
  const extents = [1, channels, 8, 8].flatMap((extent) => bytes(1, whole(1, extent)));
  return bytes(11, [...bytes(1, 'x'), ...bytes(2, bytes(1, [...whole(1, 1), ...bytes(2, extents)]))]);
};

async function meansIn(...graph: Bytes[]): Promise<Record<string, number[]>> {
  const source = memorySource(onnxFile(graph.flat()));
  const read = async ({ data }: OnnxTensor): Promise<Float32Array | undefined> => {
    if (data.kind !== 'inline') return undefined;
    const content = new Uint8Array(data.byteLength);
    await source.read(data.offset, content);
    return new Float32Array(content.buffer);
  };
  const found = await typicalInputs(await readGraph(source), read, new AbortController().signal);
  return Object.fromEntries([...found].map(([{ name }, means]) => [name, [...means]]));
}

test('follows means through convolutions and rectifiers to the weights behind them', async () => {
  const { first, second } = await meansIn(
    picture(1),
    weights('first', [2, 1, 1, 1], 1, 0),
    weights('bias', [2], 3, -2),
    weights('second', [1, 2, 1, 2], 1, 1, 1, 1),
    step('Conv', 'a', 'x', 'first', 'bias'),
    step('Relu', 'b', 'a'),
    step('Conv', 'c', 'b', 'second'),
  );
  expect(Math.abs(first?.[0] ?? 1)).toBeLessThan(0.1);
  expect(second).toHaveLength(4);
  // Grey between −1 and 1 plus 3 passes the rectifier as it is; −2 becomes nothing.
  expect(second?.[0]).toBeCloseTo(3 + (first?.[0] ?? 0), 5);
  expect(second?.[1]).toBe(second?.[0]);
  expect(second?.slice(2)).toEqual([0, 0]);
});

test('knows nothing behind operators that it does not know, and of inputs that are no pictures', async () => {
  const convolutions = [
    weights('first', [1, 1, 1, 1], 1),
    weights('second', [1, 1, 1, 1], 1),
    step('Conv', 'a', 'x', 'first'),
    step('Softmax', 'b', 'a'),
    step('Conv', 'c', 'b', 'second'),
  ];
  expect(Object.keys(await meansIn(picture(1), ...convolutions))).toEqual(['first']);
  expect(await meansIn(picture(64), ...convolutions)).toEqual({});
});
