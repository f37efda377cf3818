import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Stream } from '../../../src/engine/codecs/codec.ts';
import { createDifference, difference } from '../../../src/engine/codecs/difference/index.ts';
import { referenceKernel } from '../../../src/engine/codecs/difference/kernel.ts';
import { kindNames, numberKinds } from '../../../src/engine/codecs/difference/numbers.ts';
import { decodeTree, encodeTree } from '../../../src/engine/codecs/graph.ts';
import { prepareZstd } from '../../../src/engine/codecs/zstd/index.ts';
import { DamagedArchiveError } from '../../../src/engine/errors.ts';
import { planStream } from '../../../src/engine/planner/plan.ts';
import { bitFlips, detached, inScratch, orDamaged, shapeOf, workspace } from '../../support/codecs.ts';
import { bf16Bits, gaussians, randomBytes, streamOf } from '../../support/streams.ts';

const twin = createDifference(({ bytes }) => referenceKernel(bytes));

beforeAll(prepareZstd);

describe.each(kindNames)('difference of %s, compiled and reference', (kind) => {
  const { width } = numberKinds[kind];
  const whole = (bytes: Uint8Array): Uint8Array => bytes.slice(0, bytes.length - (bytes.length % width));
  const pairs = fc.tuple(fc.uint8Array({ maxLength: 2000 }), fc.nat(), fc.constantFrom(0, 1, 7, 255));

  test('agree, and decode what the other encoded', () => {
    fc.assert(
      fc.property(pairs, ([bytes, seed, noise]) => {
        const base = whole(bytes);
        const random = randomBytes(base.length, seed);
        const stream: Stream = { bytes: base.map((byte, at) => byte ^ (random[at]! & noise)), width, reference: base };
        const [one, other] = [difference, twin].map((codec) =>
          inScratch(() => detached(codec.encode(stream, { kind }, workspace))),
        );
        expect(one).toEqual(other);
        for (const codec of [difference, twin])
          expect(inScratch(() => codec.decode(one!, shapeOf(stream), workspace).slice())).toEqual(stream.bytes);
      }),
    );
  });

  test('name damage or return, alike', () => {
    const base = randomBytes(120 * width, 3);
    const stream: Stream = { bytes: base.map((byte, at) => byte ^ (at % 5)), width, reference: base };
    const encoded = inScratch(() => detached(difference.encode(stream, { kind }, workspace)));
    const damages = [
      ...[...bitFlips(encoded.header)].map((header) => ({ ...encoded, header })),
      ...encoded.streams.flatMap((of, place) =>
        [...bitFlips(of.bytes)].map((bytes) => ({
          ...encoded,
          streams: encoded.streams.with(place, { ...of, bytes }),
        })),
      ),
    ];
    for (const damaged of damages) {
      const [one, other] = [difference, twin].map((codec) =>
        orDamaged(() => codec.decode(damaged, shapeOf(stream), workspace).slice()),
      );
      expect(one).toEqual(other);
    }
  });
});

test('a base of other numbers is named, never read past', () => {
  const stream: Stream = {
    ...streamOf(bf16Bits(gaussians(5000))),
    reference: streamOf(bf16Bits(gaussians(5000, 0.02, 2))).bytes,
  };
  const encoded = inScratch(() => detached(difference.encode(stream, { kind: 'bf16' }, workspace)));
  const other = streamOf(bf16Bits(gaussians(5000, 0.3, 4))).bytes;
  for (const reference of [other, other.slice(2), undefined])
    expect(() => inScratch(() => difference.decode(encoded, { ...shapeOf(stream), reference }, workspace))).toThrow(
      DamagedArchiveError,
    );
});

// Entropies of the difference given the base's exponent, for noise that is added to every weight alike, are 1.8, 7.8 and 23.3.
test.each([
  [1e-4, 2.0],
  [1e-3, 8.5],
  [1e-2, 25],
])('a fine-tune whose noise is %d of the weights costs at most %d %%', (noise, mostPerCent) => {
  const count = 400_000;
  const base = gaussians(count);
  const change = gaussians(count, noise * 0.02, 5);
  const reference = streamOf(bf16Bits(base)).bytes;
  // The base is what BF16 keeps of it.
  const kept = new Float32Array(Uint32Array.from(bf16Bits(base), (bits) => bits << 16).buffer);
  const { bytes, width } = streamOf(bf16Bits(Float64Array.from(kept, (weight, at) => weight + change[at]!)));
  inScratch(() => {
    const stream: Stream = { bytes, width, reference };
    const sample: Stream = { bytes: bytes.subarray(0, 65536), width, reference: reference.subarray(0, 65536) };
    const node = planStream(sample, 'BF16', 'balanced', workspace, bytes.length);
    expect(node.id).toBe('difference');
    const output = workspace.allocate(bytes.length + 1);
    const length = encodeTree(node, stream, workspace, output);
    expect((100 * length) / bytes.length).toBeLessThan(mostPerCent);
    expect(decodeTree(output.slice(0, length), shapeOf(stream), workspace)).toEqual(bytes);
  });
});

test('an unrelated base is not used', () => {
  inScratch(() => {
    const { bytes, width } = streamOf(bf16Bits(gaussians(32_768)));
    const reference = streamOf(bf16Bits(gaussians(32_768, 0.02, 9))).bytes;
    expect(planStream({ bytes, width, reference }, 'BF16', 'balanced', workspace, 2 ** 20).id).toBe('float-fields');
  });
});
