import { expect, test } from 'vitest';
import { compressSummary } from '../../../src/cli/view/summary.ts';
import type { CompressReport, TensorReport } from '../../../src/engine/index.ts';

const tensor = (codec: string, bytesIn: number, equalTo?: string): TensorReport => ({
  name: 'weight',
  file: 'model',
  dtype: 'BF16',
  shape: [bytesIn / 2],
  bytesIn,
  bytesOut: equalTo === undefined ? bytesIn / 2 : 0,
  codec,
  sha256: '',
  ...(equalTo === undefined ? {} : { equalTo }),
});

const report = (tensors: readonly TensorReport[]): CompressReport => ({
  command: 'compress',
  input: 'some/mod\u001bel',
  output: 'some/model.fwz',
  bytesIn: 2000,
  bytesOut: 1000,
  preset: 'quick',
  sha256: 'cd'.repeat(32),
  files: [],
  tensors,
  bytes: { tensors: 900, other: 60, frame: 40 },
  proof: 'bytes',
  seconds: { compress: 1, total: 2 },
  peakRssBytes: 1e8,
  threads: 1,
  memoryBytes: 1e9,
  machine: { cpu: '', cores: 1, memoryBytes: 1, platform: '', node: '', engine: '' },
  notices: [],
});

test('tensors of one codec tree are one row, and equal tensors a row of their own', () => {
  const text = compressSummary(
    report([tensor('huffman', 1000), tensor('huffman', 600), tensor('store', 400, 'weight')]),
  );
  expect(text).toMatch(/huffman +2 tensors +1\.60 → 0\.80 kB +−50\.0 %/);
  expect(text).toMatch(/equal to an earlier tensor +1 tensor +400 → 0 B +−100\.0 %/);
  expect(text).toContain('mod\\u{1b}el  2.00 → 1.00 kB');
  expect(text).toContain('1.00 kB/s · 1 thread ');
});

test('what leans on a base and what on others of the model are told apart', () => {
  const leaning = (to: string, isBase?: true): TensorReport => ({
    ...tensor('difference', 100),
    leansOn: [{ to, ...(isBase && { isBase }) }],
  });
  const text = compressSummary(report([leaning('base.gguf', true), leaning('base.gguf', true), leaning('weight')]));
  expect(text).toContain('  base: 2 stored as differences to base.gguf\n');
  expect(text).toContain('  alike: 1 stored as differences to 1 others of the model\n');
});

test('many trees are summed up after the eight largest, and nothing is lost', () => {
  const text = compressSummary(report(Array.from({ length: 20 }, (_, index) => tensor(`tree-${index}`, 1000 + index))));
  expect(text).toMatch(/12 other trees +12 tensors/);
  expect(text).toContain('tree-19');
  expect(text).not.toContain('tree-11 ');
});

test('an approximation that changed nothing names no tensor that lost most', () => {
  const approximation = { sourceSha256: 'ab'.repeat(32), bitsPerWeight: 0, tensors: 0, kept: 1 };
  const text = compressSummary({
    ...report([{ ...tensor('huffman', 1000), kept: 'it is a bias' }]),
    proof: 'approximation',
    approximation,
  });
  expect(text).toContain('0 tensors at 0.00 bits a weight, 1 kept exactly');
  expect(text).toContain('1 kept: it is a bias');
  expect(text).not.toContain('largest relative error');
});
