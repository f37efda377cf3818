import { codecs } from '../codecs/catalog.ts';
import type { Codec, CodecNode, Preset, Stream } from '../codecs/codec.ts';
import { encodePayload } from '../codecs/graph.ts';
import { UnsupportedInputError } from '../errors.ts';
import type { Workspace } from '../kernels/workspace.ts';
import type { ElementType } from '../tensor/record.ts';
import { looksLikeNoise } from './noise.kernel.ts';

/** Steps below one another that the search tries: regroup, sparse, float-fields, huffman. */
const deepestSearch = 4;

/**
 * Bytes that one nanosecond of decoding is worth. `balanced` thus pays 0.1 ns a byte for 0.25 % of the tensor, and `quick`
 * for 1 %; `smallest` looks at time only between equals.
 */
const bytesPerNanosecond: Readonly<Record<Preset, number>> = { quick: 0.1, balanced: 0.025, smallest: 1e-6 };

/**
 * Unknown bytes up to this long are what stands beside weights: texts, tables of names, graphs. With `balanced`, too, only their
 * size counts. Longer ones would take minutes.
 */
export const besideBytes = 64 * 2 ** 20;

interface Search {
  readonly preset: Preset;
  readonly streamLength: number;
  /** Bytes that one nanosecond of decoding is worth: of the first step, and of those below it. */
  readonly rootPrice: number;
  readonly price: number;
  readonly workspace: Workspace;
  /** What a byte of fixed cost weighs in a sample that is shorter than the block it stands for. */
  readonly fixedShare: number;
}

interface Choice {
  readonly node: CodecNode;
  /** Size in bytes plus decode time in bytes' worth, for the sample. */
  readonly cost: number;
}

/**
 * Chooses the codec tree for the blocks, of at most `blockLength` bytes, of a stream of `streamLength` bytes that looks like
 * `sample`, by coding the sample with every codec that proposes itself and planning each output stream in turn. Deterministic.
 * Storing is always a candidate. With more `patience`, the time of decoding counts for that much less.
 */
export function planStream(
  sample: Stream,
  dtype: ElementType | undefined,
  preset: Preset,
  workspace: Workspace,
  streamLength: number,
  patience = 1,
  blockLength = streamLength,
): CodecNode {
  return chooseFor(sample, dtype, preset, workspace, streamLength, patience, blockLength).node;
}

/** About how many bytes `sample` takes as part of blocks that look like it, its decode time counted as {@link planStream} does. */
export function estimateStream(...about: Parameters<typeof planStream>): number {
  return chooseFor(...about).cost;
}

function chooseFor(
  sample: Stream,
  dtype: ElementType | undefined,
  preset: Preset,
  workspace: Workspace,
  streamLength: number,
  patience = 1,
  blockLength = streamLength,
): Choice {
  const fixedShare = Math.min(1, sample.bytes.length / Math.max(1, Math.min(streamLength, blockLength)));
  const price = bytesPerNanosecond[preset] / patience;
  const isBeside = preset === 'balanced' && dtype === undefined && streamLength <= besideBytes;
  const rootPrice = isBeside ? bytesPerNanosecond.smallest : price;
  return choose(sample, dtype, 0, Infinity, { preset, streamLength, rootPrice, price, workspace, fixedShare });
}

/** The cheapest tree for `sample`; a tree dearer than `limit` may be given up half way for storing. */
function choose(sample: Stream, dtype: ElementType | undefined, depth: number, limit: number, search: Search): Choice {
  let best: Choice = { node: { id: 'store' }, cost: sample.bytes.length + search.fixedShare };
  if (depth >= deepestSearch || sample.bytes.length === 0) return best;
  if (depth > 0 && sample.width === 1 && looksLikeNoise(sample.bytes)) return best;
  const { preset, streamLength } = search;
  for (const codec of codecs as readonly Codec[]) {
    if (codec.wireId === 0) continue;
    for (const options of codec.propose({ sample, streamLength, dtype, depth, preset })) {
      const mark = search.workspace.mark();
      const choice = tryStep(codec, options, sample, dtype, depth, Math.min(limit, best.cost), search);
      search.workspace.release(mark);
      if (choice !== undefined && choice.cost < best.cost) best = choice;
    }
  }
  return best;
}

function tryStep(
  codec: Codec,
  options: unknown,
  sample: Stream,
  dtype: ElementType | undefined,
  depth: number,
  limit: number,
  search: Search,
): Choice | undefined {
  const { rootPrice, price, workspace, fixedShare } = search;
  let cost = (depth === 0 ? rootPrice : price) * codec.decodeCost(options) * sample.bytes.length;
  if (cost >= limit) return undefined;
  const encoded = encodeOrRefuse(codec, sample, options, workspace);
  if (encoded === undefined) return undefined;
  // Wire id, header length and one length for each stream are a few bytes that do not grow with the block.
  cost += (2 + encoded.streams.length * 3) * fixedShare;
  cost += encoded.header.length * (codec.headerGrows === true ? 1 : fixedShare);
  if (codec.finalOutput !== undefined) {
    for (const stream of encoded.streams) cost += finalCost(codec.finalOutput, stream, search);
    return { node: { id: codec.id, options }, cost };
  }
  const dtypes = codec.outputDTypes?.(options, dtype);
  const outputs: CodecNode[] = [];
  for (const [place, stream] of encoded.streams.entries()) {
    if (cost >= limit) return undefined;
    const nextDepth = codec.isFinal === true ? deepestSearch : depth + 1;
    const choice = choose(stream, dtypes?.[place], nextDepth, limit - cost, search);
    cost += choice.cost;
    outputs.push(choice.node);
  }
  return { node: { id: codec.id, options, outputs }, cost };
}

/** What a stream costs whose codec is no question. */
function finalCost(node: CodecNode, stream: Stream, { workspace, fixedShare }: Search): number {
  const { payload } = encodePayload(node, stream, workspace);
  const fixed = payload.wireId === 0 ? 0 : payload.header.length;
  return payload.byteLength - fixed + fixed * fixedShare;
}

function encodeOrRefuse(codec: Codec, sample: Stream, options: unknown, workspace: Workspace) {
  try {
    return codec.encode(sample, options, workspace);
  } catch (error) {
    if (error instanceof UnsupportedInputError) return undefined;
    throw error;
  }
}
