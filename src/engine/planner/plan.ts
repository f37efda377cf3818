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

/** A tree, and what it comes to for the sample. */
export interface Choice {
  readonly node: CodecNode;
  /** Size in bytes plus decode time in bytes' worth. */
  readonly cost: number;
  /** The second of these alone. */
  readonly time: number;
}

export type Choices = readonly [Choice, ...Choice[]];

/** A sample may err by so much about which of two trees takes less. */
const undecided = 1.005;

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
  patience?: number,
  blockLength?: number,
): CodecNode {
  const [cheapest] = chooseFor(sample, dtype, preset, workspace, streamLength, patience, blockLength);
  return cheapest.node;
}

/** The tree that {@link planStream} gives and those that begin with another codec and cost hardly more, the cheapest first. */
export function planClosely(...about: Parameters<typeof planStream>): Choices {
  const [cheapest, ...others] = chooseFor(...about);
  return [cheapest, ...others.filter(({ cost }) => cost < cheapest.cost * undecided)];
}

/** About how many bytes `sample` takes as part of blocks that look like it, coded as {@link planStream} would. */
export function estimateStream(...about: Parameters<typeof planStream>): number {
  const [cheapest] = chooseFor(...about);
  return cheapest.cost - cheapest.time;
}

function chooseFor(...about: Parameters<typeof planStream>): Choices {
  const [sample, dtype, preset, workspace, streamLength, patience = 1, blockLength = streamLength] = about;
  const fixedShare = Math.min(1, sample.bytes.length / Math.max(1, Math.min(streamLength, blockLength)));
  const price = bytesPerNanosecond[preset] / patience;
  const isBeside = preset === 'balanced' && dtype === undefined && streamLength <= besideBytes;
  const rootPrice = isBeside ? bytesPerNanosecond.smallest : price;
  return choose(sample, dtype, 0, Infinity, { preset, streamLength, rootPrice, price, workspace, fixedShare });
}

/**
 * The cheapest tree for `sample` that begins with each codec, the cheapest of all first; a tree dearer than that, or than `limit`, may
 * be given up half way. At the root trees go on to be tried that are hardly dearer.
 */
function choose(sample: Stream, dtype: ElementType | undefined, depth: number, limit: number, search: Search): Choices {
  let choices: Choices = [{ node: { id: 'store' }, cost: sample.bytes.length + search.fixedShare, time: 0 }];
  if (depth >= deepestSearch || sample.bytes.length === 0) return choices;
  if (depth > 0 && sample.width === 1 && looksLikeNoise(sample.bytes, search.fixedShare)) return choices;
  const { preset, streamLength } = search;
  const slack = depth === 0 ? undecided : 1;
  for (const codec of codecs as readonly Codec[]) {
    if (codec.wireId === 0) continue;
    let best: Choice | undefined;
    for (const options of codec.propose({ sample, streamLength, dtype, depth, preset })) {
      const mark = search.workspace.mark();
      const most = Math.min(limit, choices[0].cost * slack, best?.cost ?? Infinity);
      const choice = tryStep(codec, options, sample, dtype, depth, most, search);
      search.workspace.release(mark);
      if (choice !== undefined && choice.cost < most) best = choice;
    }
    if (best !== undefined)
      choices = best.cost < choices[0].cost ? [best, ...choices] : [choices[0], best, ...choices.slice(1)];
  }
  return choices;
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
  let time = (depth === 0 ? rootPrice : price) * codec.decodeCost(options) * sample.bytes.length;
  let cost = time;
  if (cost >= limit) return undefined;
  const encoded = encodeOrRefuse(codec, sample, options, workspace);
  if (encoded === undefined) return undefined;
  // Wire id, header length and one length for each stream are a few bytes that do not grow with the block.
  cost += (2 + encoded.streams.length * 3) * fixedShare;
  cost += encoded.header.length * (codec.headerGrows === true ? 1 : fixedShare);
  if (codec.finalOutput !== undefined) {
    for (const stream of encoded.streams) cost += finalCost(codec.finalOutput, stream, search);
    return { node: { id: codec.id, options }, cost, time };
  }
  const dtypes = codec.outputDTypes?.(options, dtype);
  const outputs: CodecNode[] = [];
  for (const [place, stream] of encoded.streams.entries()) {
    if (cost >= limit) return undefined;
    const nextDepth = codec.isFinal === true ? deepestSearch : depth + 1;
    const [choice] = choose(stream, dtypes?.[place], nextDepth, limit - cost, search);
    cost += choice.cost;
    time += choice.time;
    outputs.push(choice.node);
  }
  return { node: { id: codec.id, options, outputs }, cost, time };
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
