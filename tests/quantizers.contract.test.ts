import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { CodecNode } from '../src/engine/codecs/codec.ts';
import { decodeTree } from '../src/engine/codecs/graph.ts';
import { approximatePiece, parametersOf, type TensorApproximation } from '../src/engine/quantizers/approximate.ts';
import { quantizers } from '../src/engine/quantizers/catalog.ts';
import { pieceDTypes, type PieceDType } from '../src/engine/quantizers/frame.ts';
import type { Geometry, Part, Quantizer } from '../src/engine/quantizers/quantizer.ts';
import { addStatistics, measurePiece, piecesOf, type TensorStatistics } from '../src/engine/quantizers/statistics.ts';
import { decodeFloats, encodeFloats, floatWidth } from '../src/engine/tensor/floats.ts';
import { bitFlips, inScratch, optionEdges, orDamaged, truncations, workspace } from './support/codecs.ts';
import { bell, tensors, type NamedTensor } from './support/numbers.ts';

const catalog = quantizers as unknown as readonly Quantizer[];

test('ids and wire ids are unique', () => {
  expect(new Set(catalog.map(({ id }) => id)).size).toBe(catalog.length);
  expect(new Set(catalog.map(({ wireId }) => wireId)).size).toBe(catalog.length);
});

describe.each(catalog.map((quantizer) => [quantizer.id, quantizer] as const))('%s', (id, quantizer) => {
  const edges = optionEdges(quantizer);

  test('says what it is, and has a specification', () => {
    expect(id).toMatch(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/);
    expect(quantizer.title).not.toBe('');
    expect(quantizer.summary).toMatch(/\.$/);
    expect(quantizer.wireId).toSatisfy((wireId: number) => Number.isInteger(wireId) && wireId >= 64 && wireId < 128);
    expect(existsSync(new URL(`../src/engine/quantizers/${id}/spec.md`, import.meta.url))).toBe(true);
  });

  test('has options that a form can be drawn from, each with a title, words and a default', () => {
    const schema = z.toJSONSchema(quantizer.options) as { properties: Record<string, Record<string, unknown>> };
    for (const option of Object.values(schema.properties)) {
      expect(option).toMatchObject({ title: expect.any(String) as string, description: expect.any(String) as string });
      expect(option).toHaveProperty('default');
    }
    expect(quantizer.options.safeParse({}).success).toBe(true);
    expect(quantizer.options.safeParse({ surelyNotAnOption: 1 }).success).toBe(false);
    for (const options of edges)
      expect(quantizer.options.parse(quantizer.finer?.(options) ?? options)).toEqual(
        quantizer.finer?.(options) ?? options,
      );
    for (const step of quantizer.ladder ?? []) expect(quantizer.options.safeParse(step).success).toBe(true);
  });

  test.each(tensors)('keeps its bound for $name', (tensor) => {
    for (const options of edges)
      for (const isAgainst of waysOf(quantizer)) expectBound(quantizer, tensor, options, isAgainst);
  });

  test.each(pieceDTypes)('restores %s as it was promised', (dtype) => {
    for (const tensor of tensors.slice(0, 9))
      for (const isAgainst of waysOf(quantizer))
        expectPayload(quantizer, tensor, quantizer.options.parse({}), dtype, isAgainst);
  });

  test('gives the same numbers however rows are divided into pieces', () => {
    for (const tensor of tensors.filter(({ geometry }) => geometry.rows > 3))
      for (const options of edges) {
        const whole = restore(quantizer, tensor, options, tensor.values.length);
        const cut = restore(quantizer, tensor, options, 3 * tensor.geometry.columns);
        expect(
          cut.findIndex((value, at) => value !== whole[at]),
          JSON.stringify(options),
        ).toBe(-1);
      }
  });

  test('takes rows that are longer than a piece', () => {
    const geometry = { rows: 3, columns: 1000, channels: 'rows' } as const;
    const tensor = { name: 'long rows', geometry, values: bell(3000) };
    for (const options of edges) expect(restore(quantizer, tensor, options, 384)).toHaveLength(3000);
  });

  test('names damage or stays within bounds', () => {
    for (const tensor of tensors.slice(0, 8))
      for (const options of edges.slice(0, 6)) {
        const { payload, bytes } = encode(quantizer, tensor, options, 'F32');
        for (const changed of [...truncations(payload, 24), ...bitFlips(payload, 32)]) {
          const shape = { length: bytes.length, width: 4, reference: baseOf(tensor.values, 'F32') } as const;
          const decoded = orDamaged(() => decodeTree(changed, shape, workspace).slice());
          if (decoded) expect(decoded.length).toBe(bytes.length);
        }
      }
  });
});

/** Whether pieces have a base: those of a method with lines with one and without. */
function waysOf({ needsBase = false, linesOf }: Quantizer): readonly boolean[] {
  return linesOf ? [false, true] : [needsBase];
}

/** As a job would: statistics piece by piece, parameters through a message. */
function plan(
  quantizer: Quantizer,
  { geometry, values }: NamedTensor,
  options: unknown,
  dtype: PieceDType,
): TensorApproximation {
  const place = { ...geometry, total: values.length };
  const isCompared = quantizer.measuresDifferences?.(quantizer.options.parse(options));
  const base = isCompared ? decodeFloats(dtype, baseOf(values, dtype)) : undefined;
  const statistics = Array.from(piecesOf(geometry, 4 * geometry.columns), ({ start, count }) => {
    const piece = { ...place, start };
    const others = base?.slice(start, start + count);
    return measurePiece(values.slice(start, start + count), piece, quantizer.needs ?? {}, others);
  }).reduce((one, other): TensorStatistics => addStatistics(one, other));
  const parameters = structuredClone(parametersOf({ quantizer: quantizer.id, options, geometry, statistics }));
  return { geometry, quantizer: quantizer.id, dtype, parameters };
}

function encode(
  quantizer: Quantizer,
  tensor: NamedTensor,
  options: unknown,
  dtype: PieceDType,
  isAgainst = quantizer.needsBase === true,
) {
  const approximation = plan(quantizer, tensor, options, dtype);
  return encodePiece(approximation, tensor.values, { firstRow: 0, firstColumn: 0, isAgainst });
}

function encodePiece(
  approximation: TensorApproximation,
  values: Float32Array,
  { isAgainst, ...place }: { readonly firstRow: number; readonly firstColumn: number; readonly isAgainst: boolean },
) {
  return inScratch(() => {
    const bytes = encodeFloats(approximation.dtype, values);
    const output = workspace.allocate(bytes.length + 1);
    const piece = { ...approximation, ...place };
    const base = isAgainst ? baseOf(values, approximation.dtype) : undefined;
    const planPart = ({ width }: Part): CodecNode => ({ id: width === 1 ? 'rans' : 'store' });
    const { storedLength, loss } = approximatePiece(bytes, piece, output, workspace, planPart, { base });
    return { bytes, loss, payload: output.slice(0, storedLength) };
  });
}

/** The numbers of a base model for a tensor: near, not all finite, and each told by its own number alone. */
function baseOf(values: Float32Array, dtype: PieceDType): Uint8Array {
  return encodeFloats(
    dtype,
    values.map((value) => {
      const mixed = Math.abs(Math.round(value * 1e6)) % 101;
      return mixed === 7 ? Infinity : value * (0.9 + 0.002 * mixed);
    }),
  );
}

function expectBound(quantizer: Quantizer, tensor: NamedTensor, options: unknown, isAgainst: boolean): void {
  const approximation = plan(quantizer, tensor, options, 'F32');
  const { bytes } = encodePiece(approximation, tensor.values, { firstRow: 0, firstColumn: 0, isAgainst });
  const base = decodeFloats('F32', baseOf(tensor.values, 'F32'));
  const piece = { ...tensor.geometry, values: tensor.values, base, firstRow: 0, firstColumn: 0 };
  const bound = quantizer.bound(piece, approximation.parameters);
  const after = decodeFloats('F32', bytes);
  const rounding = 2 ** -22;
  const wrong = [...after.keys()].filter((at) => {
    const [from, to] = [tensor.values[at] ?? 0, after[at] ?? NaN];
    return !(Math.abs(to - from) <= bound.each(at) * (1 + rounding) + rounding * Math.abs(from) + 4e-43);
  });
  const first = wrong.slice(0, 3).map((at) => [at, tensor.values[at], after[at], bound.each(at)]);
  expect(first, JSON.stringify(options)).toEqual([]);
}

/** The payload decodes to the bytes that were promised, and comes out the same again. */
function expectPayload(
  quantizer: Quantizer,
  tensor: NamedTensor,
  options: unknown,
  dtype: PieceDType,
  isAgainst: boolean,
): void {
  const rounded = decodeFloats(dtype, encodeFloats(dtype, tensor.values));
  if (!rounded.every(Number.isFinite)) return;
  const { bytes, payload, loss } = encode(quantizer, { ...tensor, values: rounded }, options, dtype, isAgainst);
  const width = floatWidth(dtype) as 1 | 2 | 4 | 8;
  inScratch(() => {
    // Written over, so that what the encoder left in the workspace cannot help the decoder.
    workspace.allocate(4 * bytes.length + 65536).fill(0xa5);
    const shape = { length: bytes.length, width, reference: baseOf(rounded, dtype) };
    expect(Buffer.compare(decodeTree(payload, shape, workspace), bytes)).toBe(0);
  });
  expect(decodeFloats(dtype, bytes).every(Number.isFinite)).toBe(true);
  const again = encode(quantizer, { ...tensor, values: rounded }, options, dtype, isAgainst);
  expect(Buffer.compare(again.payload, payload)).toBe(0);
  expect(loss.count).toBe(tensor.values.length);
}

function restore(quantizer: Quantizer, tensor: NamedTensor, options: unknown, pieceCount: number): Float32Array {
  const approximation = plan(quantizer, tensor, options, 'F32');
  const { columns }: Geometry = tensor.geometry;
  const restored = new Float32Array(tensor.values.length);
  for (const { start, count } of piecesOf(tensor.geometry, pieceCount)) {
    const values = tensor.values.slice(start, start + count);
    const place = { firstRow: Math.floor(start / columns), firstColumn: start % columns };
    const { bytes } = encodePiece(approximation, values, { ...place, isAgainst: quantizer.needsBase === true });
    restored.set(decodeFloats('F32', bytes), start);
  }
  return restored;
}
