import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { prepareZstd } from '../../../src/engine/codecs/zstd/index.ts';
import { describeNode, encodeTree } from '../../../src/engine/codecs/graph.ts';
import { looksLikeNoise } from '../../../src/engine/planner/noise.kernel.ts';
import { planStream } from '../../../src/engine/planner/plan.ts';
import { sampleRanges, sampleUnit } from '../../../src/engine/planner/sample.ts';
import { streamWidth } from '../../../src/engine/codecs/stream-width.ts';
import { dtypes, type DType } from '../../../src/engine/tensor/dtype.ts';
import { inScratch, presets, workspace } from '../../support/codecs.ts';
import { modelStreams, randomBytes, weights, widths, type NamedStream } from '../../support/streams.ts';

beforeAll(prepareZstd);

function plan({ stream, dtype }: NamedStream, preset: (typeof presets)[number], blockLength = stream.bytes.length) {
  return inScratch(() => planStream(stream, dtype, preset, workspace, blockLength));
}

function sizeOf(named: NamedStream, preset: (typeof presets)[number]): number {
  return inScratch(() =>
    encodeTree(plan(named, preset), named.stream, workspace, new Uint8Array(named.stream.bytes.length + 1)),
  );
}

describe('planStream', () => {
  test.each(modelStreams(20_000))('makes $name smaller the smaller the preset', (named) => {
    const [quick, balanced, smallest] = presets.map((preset) => sizeOf(named, preset));
    // Samples are whole streams here, so a preset that weighs size more cannot lose by more than its marks.
    expect(balanced).toBeLessThanOrEqual((quick ?? 0) * 1.002 + 16);
    expect(smallest).toBeLessThanOrEqual((balanced ?? 0) * 1.001 + 16);
  });

  test('stores noise', () => {
    for (const width of widths)
      for (const preset of presets)
        expect(describeNode(plan({ name: 'noise', stream: { bytes: randomBytes(65536, width), width } }, preset))).toBe(
          'store',
        );
  });

  test('reaches what is known of Gaussian weights', () => {
    // Order-0 bounds of rounded Gaussians with what a table for so few weights costs on top.
    const bounds = { BF16: 0.69, F16: 0.88, F32: 0.85, F64: 0.93 } as const;
    for (const [dtype, bound] of Object.entries(bounds)) {
      const named = weights(dtype as keyof typeof bounds, 32_768);
      expect(sizeOf(named, 'balanced') / named.stream.bytes.length, dtype).toBeLessThan(bound);
    }
  });

  test('finds weights in files of unknown kind, wherever they begin', () => {
    for (const dtype of ['BF16', 'F16', 'F32', 'F64'] as const)
      for (const skip of [0, 1, 2, 3, 7]) {
        const known = weights(dtype, 32_768);
        const raw = { name: 'raw', stream: { bytes: known.stream.bytes.subarray(skip), width: 1 as const } };
        expect(sizeOf(raw, 'balanced'), `${dtype} from ${skip}`).toBeLessThan(sizeOf(known, 'balanced') * 1.005);
      }
  });

  test('does not charge a sample for the table of a whole block', () => {
    const named = weights('BF16', 100);
    expect(describeNode(plan(named, 'balanced', 1 << 20))).not.toBe('store');
  });

  test('plans the same twice', () => {
    for (const named of modelStreams()) expect(plan(named, 'balanced')).toEqual(plan(named, 'balanced'));
  });

  test('gives plain data', () => {
    for (const named of modelStreams(500)) {
      const node = plan(named, 'smallest');
      expect(structuredClone(node)).toEqual(node);
      expect(JSON.parse(JSON.stringify(node))).toEqual(node);
    }
  });
});

describe('looksLikeNoise', () => {
  test('gives up even bytes and nothing that a codec could make smaller', () => {
    for (const length of [4096, 5000, 8192, 65_536, 1 << 20])
      for (const seed of [1, 2, 3]) {
        const noise = randomBytes(length, seed);
        expect(looksLikeNoise(noise)).toBe(true);
        expect(looksLikeNoise(noise.map((byte) => (byte < 16 ? 16 : byte)))).toBe(false);
        expect(looksLikeNoise(noise.map((_, at) => noise[at % 1000] ?? 0))).toBe(false);
      }
    for (const length of [1000, 2048, 4095]) {
      const noise = randomBytes(length);
      expect(looksLikeNoise(noise)).toBe(true);
      expect(looksLikeNoise(noise.map((byte) => byte & 127))).toBe(false);
      expect(
        looksLikeNoise(
          noise.map((byte) => byte & 63),
          0,
        ),
      ).toBe(false);
    }
    expect(looksLikeNoise(Uint8Array.from({ length: 8192 }, (_, at) => at))).toBe(false);
  });
});

describe('sampleRanges', () => {
  test('gives whole elements in order, inside the tensor and within the budget', () => {
    fc.assert(
      fc.property(
        fc.nat(10_000_000),
        fc.constantFrom(1, 8, sampleUnit('F32'), sampleUnit('Q4_0'), sampleUnit('Q6_K')),
        fc.integer({ min: 256, max: 262_144 }),
        (elements, unit, budget) => {
          const byteLength = elements * unit;
          const ranges = sampleRanges(byteLength, unit, budget);
          let end = 0;
          let total = 0;
          for (const { offset, length } of ranges) {
            expect(offset).toBeGreaterThanOrEqual(end);
            expect([offset % unit, length % unit]).toEqual([0, 0]);
            expect(length).toBeGreaterThan(0);
            end = offset + length;
            total += length;
          }
          expect(end).toBeLessThanOrEqual(byteLength);
          expect(total).toBe(byteLength <= budget ? byteLength : total);
          expect(total).toBeLessThanOrEqual(Math.max(budget, unit));
          if (byteLength > 0) expect(total).toBeGreaterThan(Math.min(byteLength, budget) / 2 - unit);
        },
      ),
    );
  });

  test('looks at both ends of a large tensor', () => {
    const ranges = sampleRanges(1e9, 2, 65_536);
    expect(ranges).toHaveLength(16);
    expect(ranges[0]?.offset).toBe(0);
    expect((ranges.at(-1)?.offset ?? 0) + (ranges.at(-1)?.length ?? 0)).toBe(1e9);
  });
});

test('every dtype has a stream width that divides its elements', () => {
  for (const [dtype, { bits }] of Object.entries(dtypes))
    if (bits >= 8) expect((bits / 8) % streamWidth(dtype as DType)).toBe(0);
    else expect(streamWidth(dtype as DType)).toBe(1);
  expect(streamWidth('C64')).toBe(4);
  expect(streamWidth('C128')).toBe(8);
  expect(streamWidth('I4')).toBe(1);
  expect(streamWidth(undefined)).toBe(1);
});
