import { describe, expect, test } from 'vitest';
import { MalformedFileError } from '../../../src/engine/errors.ts';
import { tfjs } from '../../../src/engine/formats/tfjs/index.ts';
import { memorySource } from '../../../src/engine/io/memory-source.ts';

const scan = (json: unknown) =>
  tfjs.scan(
    memorySource(new TextEncoder().encode(typeof json === 'string' ? json : JSON.stringify(json)), 'model.json'),
    {
      headerBytes: 1_000_000,
    },
  );
const weight = (name: string, dtype: string, shape: number[], stored?: string) => ({
  name,
  shape,
  dtype,
  ...(stored && { quantization: { dtype: stored, scale: 0.1, min: -1 } }),
});

test('weights stand one behind the other, quantized ones in their own type, groups apart', async () => {
  const { external, metadata, notices, tensors } = await scan({
    format: 'graph-model',
    generatedBy: '2.0',
    convertedBy: null,
    modelTopology: { node: [{ name: 'x' }] },
    weightsManifest: [
      {
        paths: ['./a.bin', 'sub/b.bin'],
        weights: [
          weight('w', 'float32', [2, 3]),
          weight('q', 'float32', [5], 'uint8'),
          weight('h', 'float32', [], 'float16'),
        ],
      },
      {
        paths: ['c.bin'],
        weights: [weight('w', 'int32', [1]), weight('flag', 'bool', [2]), weight('z', 'complex64', [1])],
      },
    ],
  });
  const group = { location: 'a.bin', continued: ['sub/b.bin'] };
  const other = { location: 'c.bin', continued: [] };
  expect(external).toEqual([
    { name: 'w', dtype: 'F32', shape: [2, 3], offset: 0, byteLength: 24, ...group },
    { name: 'q', dtype: 'U8', shape: [5], offset: 24, byteLength: 5, ...group },
    { name: 'h', dtype: 'F16', shape: [], offset: 29, byteLength: 2, ...group },
    { name: 'w #2', dtype: 'I32', shape: [1], offset: 0, byteLength: 4, ...other },
    { name: 'flag', dtype: 'BOOL', shape: [2], offset: 4, byteLength: 2, ...other },
    { name: 'z', dtype: 'C64', shape: [1], offset: 6, byteLength: 8, ...other },
  ]);
  expect([metadata, notices, tensors]).toEqual([{ format: 'graph-model', generatedBy: '2.0' }, [], []]);
});

test('what stands behind a weight of texts cannot be placed and is told', async () => {
  const weights = [weight('a', 'int32', [1]), weight('words', 'string', [3]), weight('b', 'int32', [1])];
  const { external, notices } = await scan([{ weights, paths: ['a.bin'] }]);
  expect(external?.map(({ name }) => name)).toEqual(['a']);
  expect(notices[0]?.message).toMatch(/"words" of type "string"/);
});

describe('is refused', () => {
  test.each<[string, unknown, RegExp]>([
    ['no JSON', '[{"weights": [', /the end where/],
    ['a negative extent', [{ paths: ['a'], weights: [weight('w', 'bool', [-1])] }], /whole number/],
    ['65 extents', [{ paths: ['a'], weights: [weight('w', 'bool', Array<number>(65).fill(1))] }], /64 extents/],
    ['a path that is no text', [{ paths: [1] }], /"1" where/],
    ['weights times files', [{ paths: Array(9000).fill('a'), weights: Array(3000).fill({}) }], /3000 weights in 9000/],
  ])('%s', async (_, json, message) => {
    await expect(scan(json)).rejects.toThrow(MalformedFileError);
    await expect(scan(json)).rejects.toThrow(message);
  });
});
