import { expect, test } from 'vitest';
import type { FileLayout } from '../../../../src/engine/formats/format.ts';
import { memorySource } from '../../../../src/engine/io/memory-source.ts';
import { findDuplicates } from '../../../../src/engine/pipeline/cut/duplicates.ts';
import { randomBytes } from '../../../support/streams.ts';

const length = 100_000;

function layoutOf(count: number): FileLayout {
  const tensors = Array.from({ length: count }, (_, at) => ({
    name: `t${at}`,
    dtype: 'U8',
    shape: [length],
    byteLength: length,
    offset: at * length,
  }));
  return { format: 'test', tensors, metadata: {}, notices: [] };
}

test('tensors are equal only when every byte is, in one file or in several', async () => {
  const original = randomBytes(length);
  const almost = Buffer.from(original);
  almost[31_337] = (almost[31_337] ?? 0) ^ 1;
  const source = memorySource(Buffer.concat([original, almost, original]));
  const other = memorySource(Buffer.concat([almost, randomBytes(length, 2)]));
  const read: number[] = [];
  const found = await findDuplicates(
    [
      { source, layout: layoutOf(3) },
      { source: other, layout: layoutOf(2) },
    ],
    AbortSignal.timeout(60_000),
    (done, total) => read.push(done / total),
  );
  expect([...(found[0] ?? [])]).toEqual([[2 * length, { file: 0, offset: 0 }]]);
  expect([...(found[1] ?? [])]).toEqual([[0, { file: 0, offset: length }]]);
  expect(read.at(-1)).toBe(1);
});

test('looking for equals stops when it is asked to', async () => {
  const source = memorySource(Buffer.concat([randomBytes(length), randomBytes(length)]));
  const files = [{ source, layout: layoutOf(2) }];
  await expect(findDuplicates(files, AbortSignal.abort(), () => undefined)).rejects.toThrow();
});
