import { describe, expect, test } from 'vitest';
import { isSmoother } from '../../../src/engine/codecs/range/foresee.ts';
import { guessPeriods } from '../../../src/engine/codecs/range/guess.ts';
import { createRange, range } from '../../../src/engine/codecs/range/index.ts';
import { referenceKernel } from '../../../src/engine/codecs/range/kernel.ts';
import { kinds, type Kind } from '../../../src/engine/codecs/range/shape.ts';
import { priceCodes, pricesOfOne } from '../../../src/engine/codecs/range/prices.ts';
import { inScratch, workspace } from '../../support/codecs.ts';
import { gaussians, randomBytes } from '../../support/streams.ts';
import { describeTwins } from './twins.ts';

describeTwins(
  range,
  createRange(({ bytes }) => referenceKernel(bytes)),
  [1],
  [
    ...[0, 1, 5000].map((period) => ({ period, isNear: false, isSmooth: false })),
    ...[60].map((period) => ({ period, isNear: true, isSmooth: false })),
    { period: 0, isNear: false, isSmooth: true },
    { period: 0, isNear: false, isSmooth: false, shaped: 'unsigned' },
    { period: 60, isNear: true, isSmooth: false, shaped: 'e4m3' },
    { period: 260, isNear: false, isSmooth: false, trellis: 'rows' },
    { period: 7, isNear: true, isSmooth: false, trellis: 'columns' },
  ],
  4097,
);

function codedBytes(bytes: Uint8Array, period: number, isNear = false, isSmooth = false, shaped?: Kind): number {
  return inScratch(() => {
    const { header, streams } = range.encode({ bytes, width: 1 }, { period, isNear, isSmooth, shaped }, workspace);
    return header.length + (streams[0]?.bytes.length ?? 0);
  });
}

function entropyBytes(bytes: Uint8Array): number {
  const counts = new Uint32Array(256);
  for (const byte of bytes) counts[byte]!++;
  return counts.reduce((sum, count) => sum + (count > 0 ? (count * Math.log2(bytes.length / count)) / 8 : 0), 0);
}

function quantized(count: number, deviationAt: (at: number) => number, centre = 128): Uint8Array {
  return Uint8Array.from(gaussians(count, 1), (value, at) =>
    Math.max(0, Math.min(255, Math.round(centre + value * deviationAt(at)))),
  );
}

/** The byte whose number is nearest, in the least numbers of E4M3. */
function nearestE4m3(value: number): number {
  const size = Math.abs(value);
  const exponent = size < 8 ? 0 : Math.floor(Math.log2(size)) - 2;
  const mantissa = exponent === 0 ? Math.round(size) : Math.round(size / 2 ** (exponent - 1)) - 8;
  return (value < 0 ? 128 : 0) + 8 * exponent + mantissa;
}

describe('range', () => {
  test('is foreseen to take less smooth or not, to a thousandth of what it takes', () => {
    for (const count of [20, 300, 4_000, 40_000])
      for (const bytes of [
        ...[1, 6, 30].map((deviation) => quantized(count, () => deviation)),
        ...[3, 40, 200].map((values) => randomBytes(count, values).map((byte) => (byte % values) * 37)),
      ]) {
        const [plain, smooth] = [codedBytes(bytes, 0), codedBytes(bytes, 0, false, true)];
        const chosen = isSmoother(bytes) ? smooth : plain;
        expect(chosen, `${plain} or ${smooth}`).toBeLessThanOrEqual(Math.min(plain, smooth) * 1.001 + 1);
      }
  });

  test('needs no table, so that short streams come within a per cent of their entropy, too', () => {
    for (const [count, deviation, allowed] of [
      [4_000, 6, 1.02],
      [16_000, 20, 1.01],
      [200_000, 20, 1.004],
    ] as const) {
      const bytes = quantized(count, () => deviation);
      expect(codedBytes(bytes, 0) / entropyBytes(bytes), `${count} of ${deviation}`).toBeLessThan(allowed);
    }
  });

  test('comes within a per cent of it at a few kilobytes where neighbouring numbers are about as frequent', () => {
    const bytes = quantized(6000, () => 24);
    expect(codedBytes(bytes, 0, false, true) / entropyBytes(bytes)).toBeLessThan(1.01);
    expect(codedBytes(bytes, 0) / entropyBytes(bytes)).toBeGreaterThan(1.015);
  });

  test.each(kinds)('comes nearer where the shape of the frequencies is told, of %s numbers', (kind) => {
    for (const count of [1000, 4000]) {
      const bytes = Uint8Array.from(gaussians(count, 1, count), (value) => {
        if (kind === 'e4m3') return nearestE4m3(576 * value);
        const code = Math.max(-127, Math.min(127, Math.round(36 * value)));
        return kind === 'signed' ? code & 255 : code + 120;
      });
      const told = codedBytes(bytes, 0, false, false, kind);
      expect(told).toBeLessThan(codedBytes(bytes, 0, false, true));
      expect(told / entropyBytes(bytes)).toBeLessThan(count === 4000 ? 1.012 : 1.04);
    }
  });

  test('goes below the entropy where rows or columns have scales of their own', () => {
    const scales = gaussians(64, 1, 3).map((value) => 4 * Math.exp(value));
    const byColumn = quantized(64 * 500, (at) => scales[at % 64]!);
    const byRow = quantized(64 * 500, (at) => scales[Math.floor(at / 500)]!);
    for (const [bytes, period] of [
      [byColumn, 64],
      [byRow, 500],
    ] as const)
      expect(codedBytes(bytes, period) / entropyBytes(bytes)).toBeLessThan(0.95);
  });

  test('goes further below it by the bytes before and above, where these are alike', () => {
    const image = Uint8Array.from({ length: 40_000 }, (_, at) => {
      const [row, column] = [Math.floor(at / 100) % 50, at % 100];
      return (row - 25) ** 2 + (column - 50) ** 2 < 300 ? 200 : Math.imul(at + 1, 0x9e3779b1) >>> 29;
    });
    expect(codedBytes(image, 100, true) / codedBytes(image, 100)).toBeLessThan(0.98);
    expect(guessPeriods(image)[1]).toBe(100);
    expect(guessPeriods(image.subarray(0, 1000))).toEqual([]);
  });

  test('codes signed bytes like unsigned ones', () => {
    const unsigned = quantized(20_000, (at) => 3 + (at % 40));
    const signed = unsigned.map((byte) => byte ^ 0x80);
    expect(codedBytes(signed, 40) / codedBytes(unsigned, 40)).toBeCloseTo(1, 2);
  });

  test('takes no more than the bytes themselves where nothing can be learned', () => {
    const noise = Uint8Array.from({ length: 5000 }, (_, at) => Math.imul(at + 1, 0x9e3779b1) >>> 24);
    expect(
      codedBytes(
        noise.toSorted(() => 0),
        7,
      ),
    ).toBeLessThanOrEqual(5000 + 4);
  });

  test.each([0, 1, 50])('tells with rows of %i what each code takes and what another would', (period) => {
    const codes = Int8Array.from(gaussians(4000, 1, 2), (value, at) =>
      Math.max(-128, Math.min(127, Math.round(value * (at % 50 === 0 ? 60 : 1)))),
    );
    const [prices, expected] = inScratch(() => [
      priceCodes(codes, period, workspace).slice(),
      priceCodes(codes, period, workspace, ({ bytes }) => referenceKernel(bytes)).slice(),
    ]);
    expect(prices).toEqual(expected);
    const own = codes.reduce((sum, _, at) => sum + prices[pricesOfOne * at + 2]! / 16, 0);
    const bytes = new Uint8Array(codes.buffer);
    expect((8 * codedBytes(bytes, period)) / own).toBeCloseTo(1, 1.5);
    // What is asked for 0 is what 0 takes where it stands.
    codes.forEach((code, at) => {
      if (code === 0) expect(prices[pricesOfOne * at + 5]).toBe(prices[pricesOfOne * at + 2]);
    });
  });
});
