import { existsSync } from 'node:fs';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { codecs } from '../src/engine/codecs/catalog.ts';
import type { Codec, Stream } from '../src/engine/codecs/codec.ts';
import { prepareZstd } from '../src/engine/codecs/zstd/index.ts';
import { UnsupportedInputError } from '../src/engine/errors.ts';
import {
  bitFlips,
  decodeDamaged,
  detached,
  inScratch,
  optionEdges,
  proposalsFor,
  shapeOf,
  truncations,
  workspace,
} from './support/codecs.ts';
import {
  anyStream,
  edgeStreams,
  modelStreams,
  randomBytes,
  referencedStreams,
  widths,
  type NamedStream,
} from './support/streams.ts';

const catalog: readonly Codec[] = codecs;
const streams: readonly NamedStream[] = [...widths.flatMap(edgeStreams), ...modelStreams(), ...referencedStreams()];

beforeAll(prepareZstd);

test('ids and wire ids are unique', () => {
  expect(new Set(catalog.map(({ id }) => id)).size).toBe(catalog.length);
  expect(new Set(catalog.map(({ wireId }) => wireId)).size).toBe(catalog.length);
});

describe.each(catalog.map((codec) => [codec.id, codec] as const))('%s', (id, codec) => {
  const edges = optionEdges(codec);

  test('says what it is, and has a specification', () => {
    expect(id).toMatch(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/);
    expect(codec.title).not.toBe('');
    expect(codec.summary).toMatch(/\.$/);
    expect(codec.wireId).toSatisfy((wireId: number) => Number.isInteger(wireId) && wireId >= 0 && wireId < 256);
    expect(codec.since).toBeGreaterThanOrEqual(1);
    expect(existsSync(new URL(`../src/engine/codecs/${id}/spec.md`, import.meta.url))).toBe(true);
  });

  test('has options that a form can be drawn from', () => {
    expect(z.toJSONSchema(codec.options)).toMatchObject({ type: 'object' });
    expect(edges.length).toBeGreaterThan(0);
    expect(codec.options.safeParse({ surelyNotAnOption: 1 }).success).toBe(false);
  });

  test('takes at least one kind of stream', () => {
    expect(streams.some(({ stream }) => edges.some((options) => codec.accepts(stream, options)))).toBe(true);
  });

  test.each(streams)('restores $name', (named) => {
    for (const options of [...edges, ...proposalsFor(codec, named)]) expectRoundTrip(codec, named.stream, options);
  });

  test('restores any stream', () => {
    fc.assert(
      fc.property(anyStream(), fc.constantFrom(...edges), (stream, options) => {
        expectRoundTrip(codec, stream, options);
      }),
      { numRuns: 300 },
    );
  });

  test('takes back its own proposals', () => {
    for (const named of streams)
      for (const options of proposalsFor(codec, named)) expect(codec.options.parse(options)).toEqual(options);
  });

  test('costs no less than nothing to decode', () => {
    for (const options of edges) expect(codec.decodeCost(options)).toBeGreaterThanOrEqual(0);
  });

  test('names damage or stays within bounds', () => {
    const small = streams.filter(({ stream }) => stream.bytes.length < 1100 * stream.width);
    for (const { stream } of small)
      for (const options of edges.slice(0, 4))
        if (codec.accepts(stream, options)) expectSafeDecoding(codec, stream, options);
  });

  test('survives encodings that are noise', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 40 }),
        fc.array(fc.uint8Array({ maxLength: 64 }), { maxLength: 4 }),
        fc.constantFrom(...widths),
        fc.nat(64),
        (header, bodies, width, elements) => {
          const output = { length: elements * width, width };
          const shapes = shapesOr(codec, header, output);
          const noise = shapes.map((shape, place) => ({
            bytes: bodies[place] ?? randomBytes(Math.min(shape.length, 4096), place),
            width: shape.width,
          }));
          const bytes = decodeDamaged(codec, { header, streams: noise }, output);
          if (bytes !== undefined) expect(bytes.length).toBe(output.length);
        },
      ),
      { numRuns: 500 },
    );
  });
});

function shapesOr(codec: Codec, header: Uint8Array, output: { length: number; width: 1 | 2 | 4 | 8 }) {
  let shapes: ReturnType<Codec['streamShapes']> = [];
  decodeDamaged(
    { ...codec, decode: () => new Uint8Array(), streamShapes: (...given) => (shapes = codec.streamShapes(...given)) },
    { header, streams: [] },
    output,
  );
  return shapes;
}

/** Accepted streams come back byte for byte from what `streamShapes` promises; refused ones are refused by `encode` too. */
function expectRoundTrip(codec: Codec, stream: Stream, options: unknown): void {
  if (!codec.accepts(stream, options)) {
    expect(() => inScratch(() => codec.encode(stream, options, workspace))).toThrow(UnsupportedInputError);
    return;
  }
  const original = stream.bytes.slice();
  const encoded = inScratch(() => detached(codec.encode(stream, options, workspace)));
  expect(Buffer.compare(stream.bytes, original), 'the input is left alone').toBe(0);
  const shapes = inScratch(() => codec.streamShapes(encoded.header, shapeOf(stream)));
  expect(encoded.streams.map(shapeOf)).toEqual(shapes);
  inScratch(() => {
    // Written over, so that what the encoder left in the workspace cannot help the decoder.
    workspace.allocate(4 * original.length + 65536).fill(0xa5);
    const decoded = codec.decode(encoded, shapeOf(stream), workspace);
    expect(Buffer.compare(decoded, original), `the bytes with ${JSON.stringify(options)}`).toBe(0);
  });
}

function expectSafeDecoding(codec: Codec, stream: Stream, options: unknown): void {
  const { header, streams: outputs } = inScratch(() => detached(codec.encode(stream, options, workspace)));
  const output = shapeOf(stream);
  const expectSafe = (changed: { header: Uint8Array; streams: readonly Stream[] }, shape = output) => {
    const bytes = decodeDamaged(codec, changed, shape);
    if (bytes !== undefined) expect(bytes.length).toBe(shape.length);
  };
  for (const changed of [...truncations(header, 16), ...bitFlips(header, 16)])
    expectSafe({ header: changed, streams: outputs });
  expectSafe({ header: Uint8Array.of(...header, 0), streams: outputs });
  for (const [place, { bytes, width }] of outputs.entries())
    for (const changed of [
      ...truncations(bytes.subarray(0, 40), 8),
      ...bitFlips(bytes.subarray(0, 24)),
      ...bitFlips(bytes, 16),
    ])
      expectSafe({ header, streams: outputs.with(place, { bytes: changed, width }) });
  expectSafe({ header, streams: outputs.slice(1) });
  for (const width of widths)
    for (const length of [0, output.length - width, output.length + width, output.length * 2])
      if (length >= 0 && length % width === 0) expectSafe({ header, streams: outputs }, { length, width });
}
