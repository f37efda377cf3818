import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cutFile, type Place } from '../../../../src/engine/pipeline/cut/cut.ts';
import { bigEndian } from '../../../../src/engine/tensor/big-endian.ts';
import type { TensorRange } from '../../../../src/engine/tensor/tensor.ts';

const mostTogether = 4096;

/** Tensors one behind another with gaps between them, and which of them equal an earlier one. */
const someLayouts = fc
  .array(
    fc.record({
      gap: fc.oneof(fc.constant(0), fc.nat(40), fc.nat(9000)),
      elements: fc.oneof(fc.nat(4), fc.nat(300), fc.nat(40_000)),
      dtype: fc.constantFrom('F32', 'I64', 'BF16', 'U8', 'Q4_0', 'unknown'),
      isEqual: fc.boolean(),
    }),
    { maxLength: 30 },
  )
  .map((rows) => {
    const tensors: TensorRange[] = [];
    const originals = new Map<number, Place>();
    let end = 0;
    for (const { gap, elements, dtype, isEqual } of rows) {
      const bytes = { F32: 4, I64: 8, BF16: 2, U8: 1, Q4_0: 18, unknown: 3 }[dtype] * elements;
      const tensor = { name: `t${tensors.length}`, dtype, shape: [elements], byteLength: bytes, offset: end + gap };
      if (isEqual && bytes >= 512) originals.set(tensor.offset, { file: 0, offset: 0 });
      tensors.push(tensor);
      end = tensor.offset + bytes;
    }
    return { tensors, originals, size: end + 17 };
  });

const cut = ({ tensors, originals, size }: { tensors: TensorRange[]; originals: Map<number, Place>; size: number }) =>
  cutFile(0, size, { format: 'test', tensors, metadata: {}, notices: [] }, originals, mostTogether);

describe('cutFile', () => {
  test('covers every byte once, in order, with every tensor in one run', () => {
    fc.assert(
      fc.property(someLayouts, (layout) => {
        const runs = cut(layout);
        let end = 0;
        for (const run of runs) {
          expect(run.offset).toBe(end);
          expect(run.length).toBeGreaterThan(0);
          expect(run.length % run.stream.width).toBe(0);
          end += run.length;
        }
        expect(end).toBe(layout.size);
        for (const { offset, byteLength } of layout.tensors) {
          if (byteLength === 0) continue;
          const run = runs.find((found) => found.offset <= offset && offset < found.offset + found.length);
          expect(offset + byteLength).toBeLessThanOrEqual((run?.offset ?? 0) + (run?.length ?? 0));
          const equalTo = layout.originals.get(offset);
          expect(run?.equalTo).toEqual(equalTo);
          if (equalTo) expect(run).toMatchObject({ offset, length: byteLength });
        }
      }),
    );
  });

  test('joins the smallest tensors and the bytes between them, up to a block', () => {
    const tensors = Array.from({ length: 100 }, (_, place) => ({
      name: `scalar ${place}`,
      dtype: 'I64',
      shape: [],
      byteLength: 8,
      offset: 100 + 50 * place,
    }));
    const runs = cut({ tensors, originals: new Map(), size: 5100 });
    expect(runs.map(({ length, stream }) => [length, stream])).toEqual([
      [100 + 79 * 50 + 8, { width: 1 }],
      [21 * 50 - 8, { width: 1 }],
    ]);
  });

  test('takes dates for whole numbers, and of numbers with the highest byte first the width alone', () => {
    const kindOf = (dtype: string) => {
      const tensors = [{ name: 'w', dtype, shape: [200], byteLength: 1600, offset: 0 }];
      return cut({ tensors, originals: new Map(), size: 1600 })[0]?.stream;
    };
    expect(kindOf('<M8[ns]')).toEqual({ width: 8, dtype: 'I64' });
    expect(kindOf(bigEndian('I64'))).toEqual({ width: 8 });
    expect(kindOf('>M8[ns]')).toEqual({ width: 1 });
    expect(kindOf('<V2')).toEqual({ width: 2, dtype: 'BF16' });
    expect(kindOf('|V3')).toEqual({ width: 1 });
  });

  test('keeps the kind of a tensor that is large enough', () => {
    const tensors = [{ name: 'w', dtype: 'F32', shape: [200], byteLength: 800, offset: 64 }];
    expect(cut({ tensors, originals: new Map(), size: 900 }).map(({ stream }) => stream)).toEqual([
      { width: 1 },
      { width: 4, dtype: 'F32' },
      { width: 1 },
    ]);
  });
});
