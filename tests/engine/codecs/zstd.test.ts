import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { checkFrame } from '../../../src/engine/codecs/zstd/frame.ts';
import {
  hasNativeZstd,
  loadWasmZstd,
  nativeZstd,
  type ZstdImplementation,
} from '../../../src/engine/codecs/zstd/implementation.ts';
import { hasRepeats } from '../../../src/engine/codecs/zstd/kernel.ts';
import { DamagedArchiveError } from '../../../src/engine/errors.ts';
import { bitFlips, orDamaged, truncations } from '../../support/codecs.ts';
import { edgeStreams, modelStreams, randomBytes, widths } from '../../support/streams.ts';

const implementations: Record<string, ZstdImplementation> = {};
const pairs = ['native', 'wasm'].flatMap((from) => ['native', 'wasm'].map((to) => [from, to] as const));
const inputs = [...widths.flatMap(edgeStreams), ...modelStreams()].map(({ stream }) => stream.bytes);
/** Larger than the windows of low levels, so that frames with and without a window are made. */
const large = new Uint8Array(3_000_000).map((_, at) => (at * at) >> 9);

beforeAll(async () => {
  implementations['wasm'] = await loadWasmZstd();
  implementations['native'] = nativeZstd;
});

test('this Node has zstd, so that both ways are tried here', () => {
  expect(hasNativeZstd).toBe(true);
});

describe.each(pairs)('what %s zstd wrote', (from, to) => {
  test(`passes the check and is read by ${to} zstd`, () => {
    for (const level of [1, 6, 19])
      for (const bytes of [...inputs, large.subarray(0, level === 19 ? 300_000 : large.length)]) {
        const frame = implementations[from]!.compress(bytes, level);
        checkFrame(frame, bytes.length);
        expect(Buffer.compare(implementations[to]!.decompress(frame, bytes.length), bytes)).toBe(0);
      }
  });
});

describe.each(['native', 'wasm'])('a damaged frame of %s zstd', (name) => {
  const bytes = new TextEncoder().encode('weights and more weights, '.repeat(60));

  test('is refused or decodes to the length it must have', () => {
    const { compress, decompress } = implementations[name]!;
    const frame = compress(bytes, 6);
    for (const flipped of bitFlips(frame)) {
      const decoded = orDamaged(() => {
        checkFrame(flipped, bytes.length);
        return orNothing(() => decompress(flipped, bytes.length));
      });
      if (decoded !== undefined && decoded.length > 0) expect(decoded.length).toBe(bytes.length);
    }
  });

  test('is refused where its end is missing or something follows', () => {
    const frame = implementations[name]!.compress(bytes, 6);
    const skippable = Uint8Array.of(...frame, 0x50, 0x2a, 0x4d, 0x18, 1, 0, 0, 0, 7);
    for (const changed of [
      ...truncations(frame),
      Uint8Array.of(...frame, 0),
      Uint8Array.of(...frame, ...frame),
      skippable,
    ])
      expect(() => checkFrame(changed, bytes.length)).toThrow(DamagedArchiveError);
    expect(() => checkFrame(frame, bytes.length + 1)).toThrow(DamagedArchiveError);
  });
});

test('checkFrame names the damage in any bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 30 }), fc.nat(300), (rest, length) => {
      const frame = Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, ...rest);
      expect(orDamaged(() => (checkFrame(frame, length), frame))).toBeOneOf([frame, undefined]);
    }),
    { numRuns: 2000 },
  );
});

test('a frame that asks for a huge window is refused', () => {
  const window = (descriptor: number) =>
    Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0x80, descriptor, 1, 0, 0, 0, 0x09, 0, 0, 7);
  expect(() => checkFrame(window(17 << 3), 1)).not.toThrow();
  expect(() => checkFrame(window(18 << 3), 1)).toThrow(DamagedArchiveError);
});

describe('hasRepeats', () => {
  test('sees text and tables, not noise', () => {
    expect(hasRepeats(new TextEncoder().encode('{"dtype":"F32"},'.repeat(40)))).toBe(true);
    expect(hasRepeats(new Uint8Array(100))).toBe(true);
    expect(hasRepeats(randomBytes(65536))).toBe(false);
    expect(hasRepeats(new Uint8Array(3))).toBe(false);
  });
});

function orNothing(decode: () => Uint8Array): Uint8Array {
  try {
    return decode();
  } catch {
    return new Uint8Array();
  }
}
