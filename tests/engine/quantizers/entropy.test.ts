import { expect, test } from 'vitest';
import { considerContexts } from '../../../src/engine/planner/contexts.ts';
import { sizeBy } from '../../../src/engine/planner/matches.ts';
import { planStream } from '../../../src/engine/planner/plan.ts';
import { quantizerById } from '../../../src/engine/quantizers/catalog.ts';
import { readCodes, writeCodes } from '../../../src/engine/quantizers/codes.ts';
import type { Part } from '../../../src/engine/quantizers/quantizer.ts';
import { measurePiece } from '../../../src/engine/quantizers/statistics.ts';
import { inScratch, workspace } from '../../support/codecs.ts';
import { bell } from '../../support/numbers.ts';

const geometry = { rows: 512, columns: 500, channels: 'rows' } as const;

test.each([
  ['grid', {}],
  ['grid', { coarseness: 0.8 }],
  ['grid', { coarseness: 2.5 }],
  ['codebook', {}],
  ['codebook', { size: 4 }],
  ['float', { bits: 6 }],
  ['int', {}],
  ['int', { bits: 3 }],
  ['power', {}],
  ['ternary', {}],
  ['binary', {}],
  ['normal-float', {}],
  ['hqq', {}],
  ['sinq', {}],
])('codes of %s %o take at most a hundredth more than their entropy', (id, options) => {
  const method = quantizerById(id)!;
  const values = bell(geometry.rows * geometry.columns);
  const place = { ...geometry, start: 0, total: values.length };
  const parameters = method.plan(
    geometry,
    measurePiece(values, place, method.needs ?? {}),
    method.options.parse(options),
  );
  inScratch(() => {
    const piece = { ...geometry, values, firstRow: 0, firstColumn: 0 };
    const { parts } = method.quantize(piece, parameters, workspace);
    const codes = parts.reduce((one, other) => (other.bytes.length > one.bytes.length ? other : one));
    expect(sizeOf(codes)).toBeLessThan(1.01 * entropyBytes(codes.bytes) + 64);
  });
});

test('codes that pass one byte take hardly more than their entropy, whatever share of them does', () => {
  for (const spread of [40, 55, 70, 90, 130, 200, 400]) {
    const codes = Int32Array.from(bell(200_000), (value) => Math.round(value * spread));
    inScratch(() => {
      const { header, parts } = writeCodes(codes, workspace);
      const bytes = parts.reduce((sum, part) => sum + sizeOf(part), 0);
      expect(bytes, `spread ${spread}`).toBeLessThan(1.015 * numberEntropyBytes(codes) + 64);
      expect(readCodes(header, 0, parts, workspace)).toEqual(codes);
    });
  }
});

/** The entropy of whole numbers one by one, in bytes. */
function numberEntropyBytes(codes: Int32Array): number {
  const counts = new Map<number, number>();
  for (const code of codes) counts.set(code, (counts.get(code) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= count * Math.log2(count / codes.length);
  return bits / 8;
}

/** What a job would make of a part. */
function sizeOf(part: Part): number {
  const planned = planStream(part, part.dtype, 'balanced', workspace, part.bytes.length, 4);
  const excerpt = { piece: part, dtype: part.dtype, streamLength: part.bytes.length };
  return sizeBy(considerContexts(planned, excerpt, part.rows ?? [], 'balanced', workspace), part, workspace);
}

/** The entropy of bytes one by one, in bytes. */
function entropyBytes(bytes: Uint8Array): number {
  const counts = new Uint32Array(256);
  for (const byte of bytes) counts[byte] = (counts[byte] ?? 0) + 1;
  return counts.reduce((sum, count) => sum - (count > 0 ? count * Math.log2(count / bytes.length) : 0), 0) / 8;
}
