import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Codec, Encoded, Stream, Width } from '../../../src/engine/codecs/codec.ts';
import { DamagedArchiveError } from '../../../src/engine/errors.ts';
import { Workspace } from '../../../src/engine/kernels/workspace.ts';
import { bitFlips, detached, orDamaged, shapeOf, truncations } from '../../support/codecs.ts';
import { randomNumbers } from '../../support/streams.ts';

/** Counts of elements around every vector, group, tile and sub-block that a kernel treats apart. */
export const boundaries = [
  0, 1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 32, 33, 127, 128, 129, 255, 256, 257, 4095, 4096, 4097, 8192, 8200, 65535, 65536,
  65537, 65539, 66000, 131079,
];

const shapes: Readonly<Record<string, (next: () => number, at: number) => number>> = {
  'full entropy': (next) => next() * 256,
  'one value': () => 61,
  'a falling distribution': (next) => Math.min(255, -8 * Math.log(1 - next())),
  'Fibonacci-like counts, which ask for longer codes than there are': (next) =>
    Math.min(30, Math.floor(-Math.log2(1 - next()))),
  'zeros and a few others': (next) => (next() < 0.002 ? next() * 256 : 0),
  'all bytes in turn': (_next, at) => at,
};

const room = new Workspace(24 * 1024 * 1024);

function fresh<Result>(work: () => Result): Result {
  const mark = room.mark();
  try {
    return work();
  } finally {
    room.release(mark);
  }
}

/**
 * The properties that a compiled kernel and its reference twin share: equal encodings, each decodes the other's, and
 * damage is named by both alike. `greatestCount` bounds the elements of an input.
 */
export function describeTwins<Options>(
  compiled: Codec<Options>,
  reference: Codec<Options>,
  widths: readonly Width[],
  optionValues: readonly Options[],
  greatestCount: number,
): void {
  const encode = (codec: Codec<Options>, stream: Stream, options: Options) =>
    fresh(() => detached(codec.encode(stream, options, room)));
  const decode = (codec: Codec<Options>, encoded: Encoded, stream: Stream) =>
    fresh(() => codec.decode(encoded, shapeOf(stream), room).slice());

  function expectTwins(stream: Stream, options: Options): void {
    const encoded = encode(compiled, stream, options);
    const other = encode(reference, stream, options);
    expect(Buffer.compare(encoded.header, other.header)).toBe(0);
    expect(encoded.streams.map(shapeOf)).toEqual(other.streams.map(shapeOf));
    expect(encoded.streams.map(shapeOf)).toEqual(compiled.streamShapes(encoded.header, shapeOf(stream)));
    encoded.streams.forEach(({ bytes }, index) => {
      expect(Buffer.compare(bytes, other.streams[index]!.bytes)).toBe(0);
    });
    for (const codec of [compiled, reference])
      expect(Buffer.compare(decode(codec, encoded, stream), stream.bytes)).toBe(0);
  }

  describe.each(optionValues)(`${compiled.id} %j, compiled and reference`, (options) => {
    test.each(Object.entries(shapes))('agree on %s around every boundary', (_name, shape) => {
      const next = randomNumbers(11);
      for (const width of widths)
        for (const count of boundaries.filter((boundary) => boundary <= greatestCount))
          expectTwins(
            { bytes: Uint8Array.from({ length: count * width }, (_, at) => shape(next, at)), width },
            options,
          );
    });

    test('agree on any bytes', () => {
      const streams = fc
        .tuple(fc.constantFrom(...widths), fc.uint8Array({ maxLength: 3000 }))
        .map(([width, bytes]) => ({ bytes: bytes.slice(0, bytes.length - (bytes.length % width)), width }));
      fc.assert(
        fc.property(streams, (stream) => {
          expectTwins(stream, options);
        }),
      );
    });

    test.each(widths)('name damage or return, alike, width %i', (width) => {
      const next = randomNumbers(5);
      for (const count of greatestCount > 10000 ? [3, 150, 4200] : [3, 150]) {
        const bytes = Uint8Array.from({ length: count * width }, () => Math.min(255, -8 * Math.log(1 - next())));
        const stream: Stream = { bytes, width };
        for (const damaged of damages(encode(compiled, stream, options))) {
          const results = [compiled, reference].map((codec) => orDamaged(() => decode(codec, damaged, stream)));
          expect(results[0] === undefined).toBe(results[1] === undefined);
          if (results[0] !== undefined) expect(Buffer.compare(results[0], results[1]!)).toBe(0);
        }
      }
    });

    test('refuse streams that are missing or too short', () => {
      const stream: Stream = { bytes: Uint8Array.from({ length: 800 }, (_, at) => at % 7), width: widths[0]! };
      const { header, streams } = encode(compiled, stream, options);
      for (const codec of [compiled, reference]) {
        if (streams.length === 0) {
          const shorter = { header: header.subarray(0, header.length >> 1), streams };
          expect(() => codec.decode(shorter, shapeOf(stream), room)).toThrow(DamagedArchiveError);
          continue;
        }
        expect(() => codec.decode({ header, streams: [] }, shapeOf(stream), room)).toThrow(DamagedArchiveError);
        const cut = streams.map(({ bytes, width }) => ({ bytes: bytes.subarray(0, -1), width }));
        expect(() => codec.decode({ header, streams: cut }, shapeOf(stream), room)).toThrow(DamagedArchiveError);
      }
    });
  });
}

/** The encoding with one part flipped or cut. */
function* damages({ header, streams }: Encoded): Generator<Encoded> {
  for (const part of [...bitFlips(header), ...truncations(header)]) yield { header: part, streams };
  for (const [index, { bytes, width }] of streams.entries())
    for (const part of [...bitFlips(bytes, 32), ...truncations(bytes, 8)])
      yield { header, streams: streams.with(index, { bytes: part, width }) };
}
