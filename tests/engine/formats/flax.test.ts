import { describe, expect, test } from 'vitest';
import { MalformedFileError } from '../../../src/engine/errors.ts';
import { detectFormat } from '../../../src/engine/formats/catalog.ts';
import { flax } from '../../../src/engine/formats/flax/index.ts';
import { memorySource } from '../../../src/engine/io/memory-source.ts';
import { FlaxArray, flaxFile } from '../../support/flax.ts';

const scan = (bytes: Uint8Array) => flax.scan(memorySource(bytes, 'flax_model.msgpack'), { headerBytes: 1_000_000 });
const array = (dtype: string, shape: readonly number[], bytes: number, fill = 0) =>
  new FlaxArray(dtype, shape, new Uint8Array(bytes).fill(fill));

test('arrays are called by the keys that lead to them, with the types and extents of JAX', async () => {
  const file = flaxFile({
    params: {
      'a layer whose name takes more than 31 bytes': { kernel: array('float32', [2, 3], 24, 7) },
      norm: { scale: array('bfloat16', [4], 8) },
    },
    opt_state: [{ count: new FlaxArray('int32', [], new Uint8Array(4), 3) }, 'adam', array('int4', [2, 2], 4)],
    step: 300,
  });
  const { tensors, notices } = await scan(file);
  expect(tensors.map(({ name, dtype, shape, byteLength }) => [name, dtype, shape, byteLength])).toEqual([
    ['params.a layer whose name takes more than 31 bytes.kernel', 'F32', [2, 3], 24],
    ['params.norm.scale', 'BF16', [4], 8],
    ['opt_state.0.count', 'I32', [], 4],
    ['opt_state.2', 'int4', [2, 2], 4],
  ]);
  const [first] = tensors;
  expect(file.subarray(first?.offset, (first?.offset ?? 0) + 24)).toEqual(new Uint8Array(24).fill(7));
  expect(notices).toEqual([]);
});

test('bytes that are not those of type and extents are coded as bytes; what follows the message is told', async () => {
  const file = flaxFile({ w: array('float32', [3], 11) });
  const { tensors, notices } = await scan(Uint8Array.of(...file, 1, 2));
  expect(tensors).toMatchObject([{ name: 'w', dtype: 'F32?', byteLength: 11 }]);
  expect(notices).toMatchObject([{ message: '2 bytes follow the message.', offset: file.length }]);
});

test('the name tells, and of files without extension the first byte too', () => {
  const file = flaxFile({ w: array('float32', [1], 4) });
  expect(detectFormat(file, 'flax_model.msgpack')).toBe(flax);
  expect(detectFormat(file, 'checkpoint_1000')).toBe(flax);
  expect(detectFormat(new TextEncoder().encode('text'), 'checkpoint_1000').id).toBe('bytes');
  expect(detectFormat(file, 'other').id).toBe('bytes');
});

describe('refused', () => {
  const nested = (depth: number): number[] => [...Array<number>(depth).fill(0x91), 0x01];

  test.each([
    ['a map of four billion pairs', [0xdf, 0xff, 0xff, 0xff, 0xff, 0], /a length of 4294967295, where 1 bytes follow/],
    ['bytes that leave the file', [0x81, 0xa1, 0x77, 0xc6, 0, 0, 1, 0], /a length of 256, where 0 bytes follow/],
    ['the byte that is never used', [0xc1], /0xc1/],
    ['a list as a key', [0x81, 0x91, 0x01, 0x01], /a key that is no text/],
    ['an array that is a number', [0xd4, 1, 5], /no list of extents/],
    ['an array that goes on behind its bytes', [0xc7, 7, 1, 0x93, 0x90, 0xa1, 0x78, 0xc4, 0, 0], /no list of extents/],
    ['a negative extent', [0xc7, 7, 1, 0x93, 0x91, 0xff, 0xa1, 0x78, 0xc4, 0], /no list of extents/],
    ['values nested in values', nested(70), /nested deeper than 64/],
  ])('%s', async (_, bytes, expected) => {
    await expect(scan(Uint8Array.from(bytes))).rejects.toThrow(MalformedFileError);
    await expect(scan(Uint8Array.from(bytes))).rejects.toThrow(expected);
  });
});
