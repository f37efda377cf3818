import type { z } from 'zod';
import type { Workspace } from '../kernels/workspace.ts';
import type { ElementType } from '../tensor/record.ts';

export type Width = 1 | 2 | 4 | 8;

/** A run of little-endian elements of `width` bytes; `bytes.length` is a multiple of `width`. */
export interface Stream {
  readonly bytes: Uint8Array;
  readonly width: Width;
  /** Bytes that whoever decodes has as well, as many as `bytes`: the same place of a base model. Of a block, not below it. */
  readonly reference?: Uint8Array | undefined;
}

export interface StreamShape {
  readonly length: number;
  readonly width: Width;
  /** As of {@link Stream}. */
  readonly reference?: Uint8Array | undefined;
}

/** One encoded step: a small header, and streams that other codecs may code further. */
export interface Encoded {
  readonly header: Uint8Array;
  readonly streams: readonly Stream[];
}

export type Preset = 'quick' | 'balanced' | 'smallest';

/** What the planner tells a codec when it asks for the options worth trying on a stream. */
export interface Proposal {
  /** A sample of the stream, whole elements. */
  readonly sample: Stream;
  /** Bytes of the stream that the sample is of, or about as many. */
  readonly streamLength: number;
  /** What the elements are: the tensor's dtype at the root, what {@link Codec.outputDTypes} says below it; absent for raw bytes. */
  readonly dtype: ElementType | undefined;
  /** 0 at the root. */
  readonly depth: number;
  readonly preset: Preset;
}

/**
 * A reversible step: one stream in, a header and zero or more streams out, and exactly back. `decode` takes no options:
 * whatever it needs is in the header. A codec is a folder (`index.ts` binding, `kernel.ts` loop, `kernel.as.ts` the same
 * loop for WebAssembly where it is hot, `spec.md` for the decoder) and one line in `catalog.ts`.
 */
export interface Codec<Options = unknown> {
  readonly id: string;
  readonly title: string;
  /** One plain sentence for people. */
  readonly summary: string;
  /** The number in archives; never reused for another meaning. */
  readonly wireId: number;
  /** First archive version that can hold it. */
  readonly since: number;
  readonly options: z.ZodType<Options>;
  /** The header holds the coded data, so it grows with the stream; else planners take it for a table of fixed size. */
  readonly headerGrows?: boolean;
  /** The output streams are as small as they get; planners store them without a look. */
  readonly isFinal?: boolean;
  /** Takes only streams with a reference. */
  readonly needsReference?: boolean;
  /** What codes every output stream that the tree says nothing of; planners look no further than this. */
  readonly finalOutput?: CodecNode;
  /** Whether `encode` will take this stream with these options. */
  accepts(input: Stream, options: Options): boolean;
  /** Option values worth measuring on this stream; empty when the codec has no business there. */
  propose(proposal: Proposal): readonly Options[];
  /** What output streams hold, given what the input holds, where they still are elements of a dtype; default: unknown. */
  outputDTypes?(options: Options, dtype: ElementType | undefined): readonly (ElementType | undefined)[];
  /** The options for a block that begins `start` bytes into a stream for which `options` were chosen; default: the same. */
  optionsAt?(options: Options, start: number): Options;
  /** Rough decode time in nanoseconds per byte of input, children excluded; the planner weighs it against size. */
  decodeCost(options: Options): number;
  /**
   * Returned views may lie in `workspace` and live until the caller releases it. Throws {@link UnsupportedInputError}
   * when `accepts` says no.
   */
  encode(input: Stream, options: Options, workspace: Workspace): Encoded;
  /** The shapes of the output streams, from the header alone, so that children can be decoded first. Throws {@link DamagedArchiveError}. */
  streamShapes(header: Uint8Array, output: StreamShape): readonly StreamShape[];
  /**
   * Throws {@link DamagedArchiveError} on anything that `encode` cannot have written; never reads or writes out of bounds,
   * never loops. A codec may put its result into `target`, which lies in the workspace and has the output's length.
   */
  decode(encoded: Encoded, output: StreamShape, workspace: Workspace, target?: Uint8Array): Uint8Array;
}

/** Which codec codes a stream, and which code its output streams; a missing child means "stored". Plain data. */
export interface CodecNode {
  readonly id: string;
  readonly options?: unknown;
  readonly outputs?: readonly (CodecNode | undefined)[];
}

/** Keeps the options type of a codec while it is listed in the catalog. */
export function defineCodec<Options>(codec: Codec<Options>): Codec<Options> {
  return codec;
}
