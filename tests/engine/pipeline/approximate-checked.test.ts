import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { expect, test } from 'vitest';
import { formatById } from '../../../src/engine/formats/catalog.ts';
import { compress, decideRecipe, restore } from '../../../src/engine/index.ts';
import { memorySource } from '../../../src/engine/io/memory-source.ts';
import { encodeFloats } from '../../../src/engine/tensor/floats.ts';
import { folderWith } from '../../support/folder.ts';
import { formatSamples } from '../../support/format-samples.ts';
import { context, finish } from '../../support/jobs.ts';
import { bell } from '../../support/numbers.ts';
import { npyFile, npyHeader } from '../../support/numpy.ts';
import { storedZip } from '../../support/pytorch.ts';

const grid = { default: { method: 'grid' } };
const array = (): Uint8Array => npyFile(npyHeader("'<f4'", '(64, 64)'), encodeFloats('F32', bell(64 * 64)));

/** Whether every stored member, one behind the other from the start of a zip file, has the CRC-32 that stands before it. */
function isSoundZip(zip: Buffer): boolean {
  let header = 0;
  while (zip.readUInt32LE(header) === 0x04034b50) {
    const start = header + 30 + zip.readUInt16LE(header + 26) + zip.readUInt16LE(header + 28);
    const end = start + zip.readUInt32LE(header + 18);
    if (crc32(zip.subarray(start, end)) !== zip.readUInt32LE(header + 14)) return false;
    header = end;
  }
  return header > 0;
}

test('arrays of an .npz, over which it has checksums, are kept as they are, so that the file can still be read', async () => {
  const folder = await folderWith({ 'a.npz': storedZip({ 'w.npy': array(), 'v.npy': array() }), 'b.npy': array() });
  for (const [name, kept] of [
    ['a.npz', [true, true]],
    ['b.npy', [false]],
  ] as const) {
    const input = join(folder, name);
    const output = join(folder, `${name}.fwz`);
    const decisions = await decideRecipe({ input, recipe: grid });
    expect(decisions.map((decision) => decision.kept?.includes('checksum') ?? false)).toEqual(kept);
    const { report } = await finish(compress({ input, output, approximate: grid }, context()));
    expect(report.tensors.map((tensor) => tensor.kept?.includes('checksum') ?? false)).toEqual(kept);
    expect(report.tensors.map(({ approximation }) => approximation === undefined)).toEqual(kept);
    await finish(restore({ archive: output, output: join(folder, 'back'), overwrite: true }, context()));
    const back = await readFile(join(folder, 'back'));
    if (name === 'a.npz') expect(isSoundZip(back)).toBe(true);
    else expect(Buffer.compare(back, await readFile(input))).not.toBe(0);
  }
});

test('tensors of every .keras sample are checked', async () => {
  for (const { name, bytes } of formatSamples['keras'] ?? []) {
    const layout = await formatById('keras')?.scan(memorySource(bytes, name), { headerBytes: 1_000_000 });
    expect(layout?.tensors.length).toBeGreaterThan(0);
    expect(layout?.tensors.every(({ isChecked }) => isChecked)).toBe(true);
  }
});
