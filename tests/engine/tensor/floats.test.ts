import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeFloats, encodeFloats, floatWidth, isFloat, type FloatDType } from '../../../src/engine/tensor/floats.ts';

const narrow = ['F16', 'BF16', 'F8_E4M3', 'F8_E5M2', 'F8_E4M3FNUZ', 'F8_E5M2FNUZ', 'F8_E8M0'] as const;
const all = ['F64', 'F32', ...narrow] as const;

/** Every pattern of bits of a type of one or two bytes. */
function everyPattern(dtype: FloatDType): Uint8Array {
  const width = floatWidth(dtype);
  const bytes = new Uint8Array(width * 256 ** width);
  for (let code = 0; code < 256 ** width; code++)
    for (let place = 0; place < width; place++) bytes[width * code + place] = code >>> (8 * place);
  return bytes;
}

describe.each(narrow)('%s', (dtype) => {
  const patterns = everyPattern(dtype);
  const values = decodeFloats(dtype, patterns);
  const numbers = [...new Set(values)].filter(Number.isFinite).sort((one, other) => one - other);
  const [least, most] = [numbers[0] ?? 0, numbers.at(-1) ?? 0];

  it('gives every pattern of a number back', () => {
    const width = floatWidth(dtype);
    const again = encodeFloats(dtype, values);
    const wrong = [...values.keys()].filter((code) => {
      const bits = (bytes: Uint8Array) => bytes.subarray(width * code, width * code + width).join();
      return !Number.isNaN(values[code]) && bits(again) !== bits(patterns);
    });
    expect(wrong).toEqual([]);
    expect(decodeFloats(dtype, again).filter(Number.isNaN).length).toBe(values.filter(Number.isNaN).length);
  });

  it('rounds to the nearest number, ties to even', () => {
    const rounds = (share: number, place: number) => {
      const [low, high] = [numbers[place] ?? 0, numbers[place + 1] ?? 0];
      const between = Math.fround(low + share * (high - low));
      const codes = encodeFloats(dtype, Float32Array.of(between, low));
      const [rounded = NaN] = decodeFloats(dtype, codes);
      expect(Math.abs(rounded - between)).toBeLessThanOrEqual(Math.min(between - low, high - between));
      if (between - low === high - between && low !== high && dtype !== 'F8_E8M0') expect((codes[0] ?? 1) & 1).toBe(0);
    };
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), fc.integer({ min: 0, max: numbers.length - 2 }), rounds),
    );
  });

  it('keeps to its range', () => {
    const [above, below, infinite, nan] = decodeFloats(
      dtype,
      encodeFloats(dtype, Float32Array.of(3.4e38, -3.4e38, Infinity, NaN)),
    );
    const isWide = dtype === 'F16' || dtype === 'BF16';
    expect(above).toBe(isWide ? Infinity : most);
    expect(below).toBe(isWide ? -Infinity : dtype === 'F8_E8M0' ? NaN : least);
    expect(infinite).toBe(isWide || dtype === 'F8_E5M2' ? Infinity : NaN);
    expect(nan).toBeNaN();
  });
});

it('knows the published extremes', () => {
  const extremes = (dtype: FloatDType) => {
    const finite = [...decodeFloats(dtype, everyPattern(dtype))].filter(Number.isFinite);
    return [Math.max(...finite), Math.min(...finite.filter((value) => value > 0))];
  };
  expect(extremes('F8_E4M3')).toEqual([448, 2 ** -9]);
  expect(extremes('F8_E5M2')).toEqual([57344, 2 ** -16]);
  expect(extremes('F8_E4M3FNUZ')).toEqual([240, 2 ** -10]);
  expect(extremes('F8_E5M2FNUZ')).toEqual([57344, 2 ** -17]);
  expect(extremes('F8_E8M0')).toEqual([2 ** 127, 2 ** -127]);
});

it('rounds to F16 as Math.f16round does', () => {
  fc.assert(
    fc.property(fc.float({ noNaN: true }), (value) => {
      expect(decodeFloats('F16', encodeFloats('F16', Float32Array.of(value)))[0]).toBe(Math.f16round(value));
    }),
  );
});

it('reads F32 and F64 wherever they begin', () => {
  const reads = (list: number[], start: number) => {
    const values = Float32Array.from(list);
    for (const dtype of ['F32', 'F64'] as const) {
      const bytes = encodeFloats(dtype, values);
      const shifted = new Uint8Array(bytes.length + start);
      shifted.set(bytes, start);
      expect(decodeFloats(dtype, shifted.subarray(start))).toEqual(values);
    }
  };
  fc.assert(fc.property(fc.array(fc.float()), fc.integer({ min: 0, max: 7 }), reads));
});

it.each(all)('%s leaves a broken last element out and fills a given target', (dtype) => {
  const bytes = new Uint8Array(3 * floatWidth(dtype) - (floatWidth(dtype) > 1 ? 1 : 0));
  const target = new Float32Array(8).fill(7);
  const whole = floatWidth(dtype) > 1 ? 2 : 3;
  expect(decodeFloats(dtype, bytes, target)).toHaveLength(whole);
  expect(target[whole]).toBe(7);
});

it('tells which types are numbers here', () => {
  expect(all.every(isFloat)).toBe(true);
  expect(['I8', 'C64', 'F4', 'Q4_0', 'toString'].some(isFloat)).toBe(false);
});
