import { z } from 'zod';
import type { Codec, Encoded, Preset, Stream, StreamShape } from '../../src/engine/codecs/codec.ts';
import { DamagedArchiveError } from '../../src/engine/errors.ts';
import { Workspace } from '../../src/engine/kernels/workspace.ts';
import type { NamedStream } from './streams.ts';

export const presets = ['quick', 'balanced', 'smallest'] as const satisfies readonly Preset[];

/** A workspace that {@link inScratch} empties after every use. */
export const workspace = new Workspace(24 * 1024 * 1024);

/** Runs `work` and takes back what it allocated, also when it throws. */
export function inScratch<Result>(work: () => Result): Result {
  const mark = workspace.mark();
  try {
    return work();
  } finally {
    workspace.release(mark);
  }
}

export function shapeOf({ bytes, width, reference }: Stream): StreamShape {
  return { length: bytes.length, width, ...(reference && { reference }) };
}

/** The encoding with every view copied out of the workspace. */
export function detached({ header, streams }: Encoded): Encoded {
  return { header: header.slice(), streams: streams.map(({ bytes, width }) => ({ bytes: bytes.slice(), width })) };
}

interface NumberOrChoice {
  readonly minimum?: number;
  readonly maximum?: number;
  readonly enum?: readonly unknown[];
  readonly type?: string;
}

/** Every smallest, largest and listed value that the JSON Schema of a codec's options names, one property at a time. */
export function optionEdges(codec: { readonly options: z.ZodType }): readonly unknown[] {
  const schema = z.toJSONSchema(codec.options) as { properties?: Record<string, NumberOrChoice> };
  const edges = Object.entries(schema.properties ?? {}).flatMap(([name, { minimum, maximum, enum: choices, type }]) =>
    [minimum, maximum, ...(choices ?? []), ...(type === 'boolean' ? [true, false] : [])]
      .filter((value) => value !== undefined)
      .map((value) => ({ [name]: value })),
  );
  return [{}, ...edges].flatMap((candidate) => {
    const parsed = codec.options.safeParse(candidate);
    return parsed.success ? [parsed.data] : [];
  });
}

/** The options that a codec proposes for a stream under any circumstances, without repetition. */
export function proposalsFor(codec: Codec, { stream, dtype }: NamedStream): readonly unknown[] {
  const found = new Map<string, unknown>();
  for (const preset of presets)
    for (const depth of [0, 1])
      for (const assumed of new Set([dtype, undefined]))
        for (const options of codec.propose({
          sample: stream,
          streamLength: stream.bytes.length,
          dtype: assumed,
          depth,
          preset,
        }))
          found.set(JSON.stringify(options), options);
  return [...found.values()];
}

/**
 * Decodes what may be damaged, as a tree would: shapes first. Gives the bytes, or `undefined` where the damage was named;
 * any other failure passes through and fails the test.
 */
export function decodeDamaged(codec: Codec, encoded: Encoded, output: StreamShape): Uint8Array | undefined {
  return orDamaged(() => {
    codec.streamShapes(encoded.header, output);
    return codec.decode(encoded, output, workspace);
  });
}

/** What `decode` returns, or `undefined` where it throws {@link DamagedArchiveError}. */
export function orDamaged(decode: () => Uint8Array): Uint8Array | undefined {
  try {
    return inScratch(decode);
  } catch (error) {
    if (error instanceof DamagedArchiveError) return undefined;
    throw error;
  }
}

/** Copies of `bytes` with one bit flipped: every bit of the first 64 bytes, then a spread of `samples` others. */
export function* bitFlips(bytes: Uint8Array, samples = 64): Generator<Uint8Array> {
  const thorough = Math.min(bytes.length, 64) * 8;
  const step = Math.max(1, Math.floor((bytes.length * 8 - thorough) / samples)) | 1;
  for (let bit = 0; bit < bytes.length * 8; bit += bit < thorough ? 1 : step) {
    const copy = bytes.slice();
    copy[bit >> 3]! ^= 1 << (bit & 7);
    yield copy;
  }
}

/** Beginnings of `bytes`: every one of the first 128 lengths, then a spread, and all but the last byte. */
export function* truncations(bytes: Uint8Array, samples = 64): Generator<Uint8Array> {
  const step = Math.max(1, Math.floor((bytes.length - 128) / samples));
  for (let length = 0; length < bytes.length; length += length < 128 ? 1 : step) yield bytes.subarray(0, length);
  if (bytes.length > 0) yield bytes.subarray(0, bytes.length - 1);
}
