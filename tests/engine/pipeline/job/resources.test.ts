import { describe, expect, test } from 'vitest';
import { blockBytes, leastMemoryBytes, planResources, workFor } from '../../../../src/engine/pipeline/job/resources.ts';

const tensorsOf = (...lengths: number[]): { readonly byteLength: number }[] =>
  lengths.map((byteLength) => ({ byteLength }));

describe('the threads of a job', () => {
  test('are as many as its bytes are worth', () => {
    const threads = (bytes: number): number => planResources({ threads: 8 }, workFor(bytes, tensorsOf(bytes))).threads;
    expect([1000, 4 * blockBytes, 4 * blockBytes + 1, 2 ** 30].map(threads)).toEqual([1, 1, 2, 8]);
  });

  test('are more where many bytes belong to no tensor or to short ones, which take a second a block', () => {
    const [header, long] = [3.5 * blockBytes, 2 * blockBytes];
    expect(planResources({ threads: 8 }, workFor(header + long, tensorsOf(long))).threads).toBe(3);
    expect(planResources({ threads: 2 }, workFor(header + long, tensorsOf(long))).threads).toBe(2);
    expect(planResources({ threads: 8 }, workFor(long, tensorsOf(...Array<number>(64).fill(long / 64)))).threads).toBe(
      2,
    );
    // A part of a model is less than all of its tensors.
    expect(planResources({ threads: 8 }, workFor(1000, tensorsOf(long, long))).threads).toBe(1);
  });

  test('have several batches each, of whole blocks, where there are so many, and never more than a slot holds', () => {
    const plan = (bytes: number) => planResources({ threads: 2 }, workFor(bytes, []));
    expect(plan(4 * blockBytes).batchBytes).toBe(blockBytes);
    expect(plan(16 * blockBytes).batchBytes).toBe(2 * blockBytes);
    const { batchBytes, slotBytes } = plan(2 ** 40);
    expect(batchBytes).toBe(slotBytes);
  });

  test('are fewer where many tensors leave no memory for them', () => {
    const threads = (count: number): number =>
      planResources(
        { threads: 4, memoryBytes: leastMemoryBytes },
        workFor(2 ** 40, tensorsOf(...Array<number>(count).fill(1))),
      ).threads;
    expect(threads(10)).toBeGreaterThan(1);
    expect(threads(100_000)).toBe(1);
  });
});
