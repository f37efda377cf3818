import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { encodeRecord, znnTypes } from '../../../src/engine/exports/znn/record.ts';
import { exported } from '../../support/exports.ts';
import { folderWith } from '../../support/folder.ts';
import { corpusPath } from '../../support/models.ts';
import { smallNetwork, weights } from '../../support/onnx-models.ts';
import { readZnn } from '../../support/read-znn.ts';

const samples = corpusPath('../interop/znn');
const digits = join(import.meta.dirname, '../../../samples/digits.safetensors');

describe.runIf(existsSync(samples))('the decoder of these tests', () => {
  test('reads what the real tool wrote', async () => {
    const names = (await readdir(samples)).filter((name) => name.endsWith('.bin.znn'));
    expect(names.length).toBeGreaterThan(10);
    for (const name of names) {
      const base = name.includes('delta')
        ? await readFile(join(samples, name.replace('.bin.znn', '.base.bin')))
        : undefined;
      const original = await readFile(join(samples, name.slice(0, -4)));
      expect(Buffer.compare(readZnn(await readFile(join(samples, name)), base), original), name).toBe(0);
    }
  });
});

describe('records', () => {
  const normal = new Uint8Array(weights(150_000, 3).buffer);
  const half = Uint8Array.from(normal.filter((_, index) => index % 4 > 1));
  const numbers = weights(150_000, 4);
  const halves = new Uint8Array(Float16Array.from(numbers).buffer);
  // Bytes as 8-bit floats have them: a sign, few exponents, and even mantissas.
  const bytes = Uint8Array.from(
    numbers,
    (value) => (value < 0 ? 128 : 0) + (new Uint8Array(Float16Array.of(value).buffer)[1]! & 127),
  );
  const noise = Uint8Array.from({ length: 70_000 }, (_, at) => Math.imul(at, 2654435761) >>> 13);
  test.each([
    ['F32', normal, 0.88],
    ['F32', normal.subarray(0, 99_999), 0.88],
    ['BF16', half, 0.75],
    ['BF16', half.subarray(0, 8190), 0.8],
    ['BF16', new Uint8Array(1000), 0.1],
    ['F16', halves, 0.93],
    ['F8_E4M3', bytes, 0.9],
    ['F8_E5M2', bytes.subarray(0, 140_001), 0.9],
    ['F16', noise, 1.01],
    ['F8_E4M3', noise, 1.01],
    ['F32', new Uint8Array(0), 1],
    ['F32', normal.subarray(0, 3), 99],
  ] as const)('%s: the decoder gives the bytes back', (dtype, bytes, share) => {
    const type = znnTypes[dtype];
    if (type === undefined) throw new Error(dtype);
    const record = encodeRecord(bytes, type, { shape: [bytes.length, 70_000] });
    expect(Buffer.compare(readZnn(record), bytes)).toBe(0);
    if (bytes.length > 0) expect(record.length).toBeLessThan(share * bytes.length + 64);
  });

  test('weights of every kind of plane come back', () => {
    // Few and many symbols, each share of them rare or common, gaps of zeros of every length.
    for (let seed = 1; seed <= 120; seed++) {
      const bytes = Uint8Array.from(
        weights(3000 + 37 * seed, seed, 4 + (seed % 60)),
        (value) => 128 + value * (1 + (seed % 3)),
      );
      for (let at = 0; at < bytes.length; at += 400 - seed) bytes[at] = 255 - (seed % 128);
      const type = znnTypes['F8_E4M3']!;
      expect(Buffer.compare(readZnn(encodeRecord(bytes, type, {})), bytes), `seed ${seed}`).toBe(0);
    }
  });

  test('a cut record is refused, never read as something else', () => {
    const record = encodeRecord(
      half.subarray(0, 4096),
      znnTypes['BF16'] ?? { number: 6, word: '', planes: 2, reordered: true },
      {},
    );
    for (let length = 1; length < record.length; length += 97)
      expect(() => readZnn(record.subarray(0, length))).toThrow();
  });
});

test('safetensors become .znn.safetensors whose tensors come back', async () => {
  const folder = await folderWith({});
  const input = join(folder, 'digits.safetensors');
  await writeFile(input, await readFile(digits));
  const { report } = await exported(input, 'znn');
  expect(report.output).toBe(join(folder, 'digits.znn.safetensors'));
  expect(report.weightsOut / report.weightsIn).toBeLessThan(0.85);
  const [before, after] = [parts(await readFile(input)), parts(await readFile(report.output))];
  const compressed = JSON.parse(String(after.metadata['znn_compressed_vectors'])) as Record<string, { shape: string }>;
  expect(Object.keys(compressed).length).toBeGreaterThan(3);
  for (const [name, bytes] of before.tensors) {
    const stored = after.tensors.get(name) ?? new Uint8Array(0);
    expect(Buffer.compare(name in compressed ? readZnn(stored) : stored, bytes), name).toBe(0);
  }
});

test('another file becomes .znn, piece by piece', async () => {
  const file = smallNetwork(13);
  const folder = await folderWith({ 'net.onnx': file });
  const { report } = await exported(join(folder, 'net.onnx'), 'znn');
  expect(Buffer.compare(readZnn(await readFile(report.output)), file)).toBe(0);
});

function parts(file: Buffer): { tensors: Map<string, Uint8Array>; metadata: Record<string, unknown> } {
  const length = Number(file.readBigUInt64LE(0));
  const { __metadata__: metadata = {}, ...entries } = JSON.parse(file.toString('utf8', 8, 8 + length)) as Record<
    string,
    Record<string, unknown>
  >;
  const tensors = new Map(
    Object.entries(entries).map(([name, entry]) => {
      const [begin = 0, end = 0] = entry['data_offsets'] as number[];
      return [name, file.subarray(8 + length + begin, 8 + length + end)];
    }),
  );
  return { tensors, metadata };
}
