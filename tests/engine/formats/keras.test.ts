import { expect, test } from 'vitest';
import { keras } from '../../../src/engine/formats/keras/index.ts';
import { memorySource } from '../../../src/engine/io/memory-source.ts';
import { newerHdf5 } from '../../support/hdf5.ts';
import { storedZip } from '../../support/pytorch.ts';

const scan = (bytes: Uint8Array) => keras.scan(memorySource(bytes, 'x.keras'), { headerBytes: 1_000_000 });
const about = new TextEncoder().encode('{}');

test('the weights of the HDF5 file inside are found in place', async () => {
  const file = storedZip({ 'metadata.json': about, 'config.json': about, 'model.weights.h5': newerHdf5 });
  const { tensors } = await scan(file);
  expect(tensors.map(({ name, dtype, shape }) => [name, dtype, shape]).sort()).toEqual([
    ['dense/vars/bias', 'F16', [3]],
    ['dense/vars/kernel', 'F32', [2, 3]],
    ['inside', 'U8', [4]],
  ]);
  const { offset = 0 } = tensors.find(({ name }) => name === 'dense/vars/kernel') ?? {};
  expect(
    Array.from({ length: 6 }, (_, index) => new DataView(file.buffer).getFloat32(offset + 4 * index, true)),
  ).toEqual([0, 1, 2, 3, 4, 5]);
});

test('weights that are compressed or broken are told and kept as they are', async () => {
  const packed = await scan(storedZip({ 'metadata.json': about, 'model.weights.h5': newerHdf5 }, 6));
  expect(packed.tensors).toEqual([]);
  expect(packed.notices[0]?.message).toContain('"model.weights.h5" are compressed already');
  const broken = await scan(storedZip({ 'metadata.json': about, 'model.weights.h5': newerHdf5.slice(0, 60) }));
  expect(broken.tensors).toEqual([]);
  expect(broken.notices[0]?.message).toMatch(/Its tensors are not told\.$/);
});
