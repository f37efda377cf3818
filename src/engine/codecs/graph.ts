import { FeatherweightError, UnsupportedInputError, UsageError } from '../errors.ts';
import type { Workspace } from '../kernels/workspace.ts';
import { codecById, fallbackNode } from './catalog.ts';
import type { Codec, CodecNode, Encoded, Stream } from './codec.ts';
import { mostDepth, mostStreamBytes } from './limits.ts';
import { codedLength, codedPayload, storedPayload, writePayload, type Payload } from './payload.ts';

export { decodeTree } from './decode-tree.ts';
export { describeNode, describeTree } from './describe.ts';
export { workspaceBytes } from './limits.ts';
export { writePayload, type Payload } from './payload.ts';

export interface EncodedTree {
  readonly payload: Payload;
  /** A codec of the tree refused its stream and another took its place: the plan does not fit, plan anew. */
  readonly isMisfit: boolean;
}

interface Progress {
  isMisfit: boolean;
  /** Bytes that the output streams of all steps may still take. */
  room: number;
}

/**
 * Codes `input` by the tree `node` into `output` and returns the number of bytes written. What would not get smaller is
 * stored, so they are at most one more than the input. Throws {@link UsageError} when the tree names an unknown codec or
 * options that do not parse, `INTERNAL` when `output` is too short.
 */
export function encodeTree(node: CodecNode, input: Stream, workspace: Workspace, output: Uint8Array): number {
  const { payload } = encodePayload(node, input, workspace);
  if (payload.byteLength > output.length)
    throw new FeatherweightError('INTERNAL', `A payload of ${payload.byteLength} bytes has ${output.length} to go to.`);
  return writePayload(payload, output, workspace);
}

/**
 * The first half of {@link encodeTree}: the pieces lie in `input` and `workspace` until {@link writePayload} has copied
 * them and the caller releases the workspace.
 */
export function encodePayload(node: CodecNode, input: Stream, workspace: Workspace): EncodedTree {
  const progress = { isMisfit: false, room: mostStreamBytes(input.bytes.length) };
  const payload = encodeNode(node, input, workspace, progress, 0);
  return { payload, isMisfit: progress.isMisfit };
}

/** What a tree comes to, and what it would come to if one output of its first step were coded otherwise. */
export interface Variants {
  readonly byteLength: number;
  /** The outputs of the first step. */
  readonly streams: readonly Stream[];
  lengthWith(place: number, by: CodecNode): number;
}

/**
 * The sizes of a tree whose first step takes `input`, and of those that differ from it in one output, of which only that is coded
 * anew. They may be asked for until the caller releases the workspace.
 */
export function encodeVariants(node: CodecNode, input: Stream, workspace: Workspace): Variants {
  const most = storedPayload(input.bytes).byteLength;
  const codec = codecById(node.id);
  const encoded = codec && encodeStep(codec, node, input, workspace);
  if (codec === undefined || encoded === undefined) return { byteLength: most, streams: [], lengthWith: () => most };
  const { header, streams } = encoded;
  const lengthOf = (by: CodecNode | undefined, stream: Stream): number => {
    const mark = workspace.mark();
    const { byteLength } = encodePayload(by ?? { id: 'store' }, stream, workspace).payload;
    workspace.release(mark);
    return byteLength;
  };
  const lengths = streams.map((stream, place) => lengthOf(node.outputs?.[place] ?? codec.finalOutput, stream));
  const total = (children: readonly number[]): number => Math.min(most, codedLength(header, children));
  return {
    byteLength: total(lengths),
    streams,
    lengthWith(place, by) {
      const stream = streams[place];
      return stream ? total(lengths.with(place, lengthOf(by, stream))) : most;
    },
  };
}

function encodeNode(
  node: CodecNode | undefined,
  input: Stream,
  workspace: Workspace,
  progress: Progress,
  depth: number,
): Payload {
  const stored = storedPayload(input.bytes);
  if (node === undefined || node.id === 'store' || input.bytes.length === 0 || depth >= mostDepth) return stored;
  const codec = codecById(node.id);
  if (codec === undefined) throw new UsageError(`There is no codec "${node.id}".`, { codec: node.id });
  const encoded = encodeStep(codec, node, input, workspace);
  if (encoded === undefined) {
    progress.isMisfit = true;
    const fallback = fallbackNode(input.width);
    return fallback.id === node.id ? stored : encodeNode(fallback, input, workspace, progress, depth);
  }
  for (const stream of encoded.streams) progress.room -= stream.bytes.length;
  if (progress.room < 0) return stored;
  const children = encoded.streams.map((stream, place) =>
    encodeNode(node.outputs?.[place] ?? codec.finalOutput, stream, workspace, progress, depth + 1),
  );
  const payload = codedPayload(codec.wireId, encoded.header, children);
  return payload.byteLength < stored.byteLength ? payload : stored;
}

function encodeStep(codec: Codec, node: CodecNode, input: Stream, workspace: Workspace): Encoded | undefined {
  try {
    return codec.encode(input, optionsOf(codec, node), workspace);
  } catch (error) {
    if (error instanceof UnsupportedInputError) return undefined;
    throw error;
  }
}

/** A tree codes thousands of blocks; its options are parsed once. */
const parsedOptions = new WeakMap<CodecNode, unknown>();

function optionsOf(codec: Codec, node: CodecNode): unknown {
  if (parsedOptions.has(node)) return parsedOptions.get(node);
  const parsed = codec.options.safeParse(node.options ?? {});
  if (!parsed.success)
    throw new UsageError(`The options of codec "${codec.id}" are not valid: ${parsed.error.message}`, {
      codec: codec.id,
    });
  parsedOptions.set(node, parsed.data);
  return parsed.data;
}
