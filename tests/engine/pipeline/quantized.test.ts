import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { constants, zstdCompressSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { Preset } from '../../../src/engine/codecs/codec.ts';
import { compress, restore } from '../../../src/engine/index.ts';
import { folderWith } from '../../support/folder.ts';
import { context, finish } from '../../support/jobs.ts';
import { corpusPath, hasModelCorpus } from '../../support/models.ts';
import { ggufModel, q4Records, q8Records } from '../../support/quantized.ts';
import { headerText, safetensorsFile } from '../../support/safetensors.ts';
import { gaussians } from '../../support/streams.ts';

async function roundTrip(bytes: Uint8Array, name: string, preset: Preset = 'balanced') {
  const folder = await folderWith({ [name]: bytes });
  const [archive, output] = [join(folder, 'out.fwz'), join(folder, `back-${name}`)];
  const { report } = await finish(compress({ input: join(folder, name), output: archive, preset }, context()));
  await finish(restore({ archive, output }, context()));
  expect(Buffer.compare(await readFile(output), bytes)).toBe(0);
  return report;
}

function entropyBytes(bytes: Uint8Array): number {
  const counts = new Uint32Array(256);
  for (const byte of bytes) counts[byte]!++;
  return counts.reduce((sum, count) => sum + (count > 0 ? (count * Math.log2(bytes.length / count)) / 8 : 0), 0);
}

/** Bytes of every `stride` from `offset` on, `length` of them: one field of all records. */
function field(records: Uint8Array, stride: number, offset: number, length: number): Uint8Array {
  return records.filter((_, at) => at % stride >= offset && at % stride < offset + length);
}

describe('packed weights in GGUF files', () => {
  test.each([
    { word: 'Q8_0', type: 8, stride: 34, records: q8Records },
    { word: 'Q4_0', type: 2, stride: 18, records: q4Records },
  ])('of $word are coded field by field, in blocks that cut records', async ({ type, stride, records }) => {
    const elements = 2_400_000;
    const bytes = records(elements);
    const report = await roundTrip(ggufModel([{ type, elements, bytes }]), 'model.gguf');
    const [tensor] = report.tensors;
    expect(tensor?.codec).toMatch(/^records\(/);
    // Were the records of later blocks taken at the wrong places, fields would mix and cost more than these entropies.
    const parts = [field(bytes, stride, 0, 1), field(bytes, stride, 1, 1), field(bytes, stride, 2, stride - 2)];
    const bound = parts.reduce((sum, part) => sum + entropyBytes(part), 0);
    expect(tensor?.bytesOut).toBeLessThan(bound * 1.01);
  });
});

test('tensors of eight bits whose channels have scales of their own go below their order-0 entropy', async () => {
  const scales = gaussians(120, 1, 3).map((value) => 6 * Math.exp(value));
  const shapes = [[120, 600] as const, [600, 120] as const];
  for (const [rows, columns] of shapes) {
    const weights = Uint8Array.from(gaussians(rows * columns, 1), (value, at) => {
      const channel = rows < columns ? Math.floor(at / columns) : at % columns;
      return Math.max(0, Math.min(255, Math.round(128 + value * scales[channel]!)));
    });
    const tensor = { name: 'weight', dtype: 'U8', shape: [rows, columns], begin: 0, end: weights.length };
    const file = safetensorsFile(headerText([tensor]), weights);
    const report = await roundTrip(file, 'model.safetensors', 'smallest');
    expect(report.tensors[0]?.bytesOut, `${rows} rows`).toBeLessThan(entropyBytes(weights) * 0.95);
  }
});

describe.skipIf(!hasModelCorpus)('real models', () => {
  test('of eight bits take their order-0 entropy and at most a per cent, small tensors too', async () => {
    const bytes = await readFile(corpusPath('pose-and-face/rvm.safetensors'));
    const header = 8 + Number(bytes.readBigUInt64LE(0));
    const report = await roundTrip(bytes, 'rvm.safetensors');
    const table = JSON.parse(bytes.toString('utf8', 8, header)) as Record<string, { data_offsets: [number, number] }>;
    let [coded, entropy] = [0, 0];
    for (const { name, dtype, bytesIn, bytesOut } of report.tensors) {
      const [start, end] = table[name]?.data_offsets ?? [0, 0];
      if (dtype !== 'U8') continue;
      const least = entropyBytes(bytes.subarray(header + start, header + end));
      // The tiniest tensors share streams with others.
      if (bytesIn >= 2048) expect(bytesOut, name).toBeLessThan(least * 1.01);
      coded += bytesOut;
      entropy += least;
    }
    expect(entropy).toBeGreaterThan(2_500_000);
    expect(coded).toBeLessThan(entropy);
  });

  test('with tables that repeat over long distances beat zstd -19', async () => {
    const bytes = await readFile(corpusPath('vad/silero_vad_v6.onnx'));
    const level = { params: { [constants.ZSTD_c_compressionLevel]: 19 } };
    const report = await roundTrip(bytes, 'silero_vad_v6.onnx');
    expect(report.bytesOut).toBeLessThan(zstdCompressSync(bytes, level).length * 0.95);
  });
});
