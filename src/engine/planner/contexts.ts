import type { CodecNode, Preset, Stream } from '../codecs/codec.ts';
import { encodeVariants } from '../codecs/graph.ts';
import { isSmoother } from '../codecs/range/foresee.ts';
import { guessPeriods } from '../codecs/range/guess.ts';
import type { RangeOptions } from '../codecs/range/model.ts';
import type { Kind } from '../codecs/range/shape.ts';
import type { Workspace } from '../kernels/workspace.ts';
import type { ElementType } from '../tensor/record.ts';
import { patientBytes, sizeBy, type Excerpt } from './matches.ts';
import { shortBytes } from './sample.ts';

/** Codecs below which there is nothing that another coder could do better. */
const leaves: ReadonlySet<string> = new Set(['store', 'zstd', 'brotli', 'text', 'huffman', 'rans']);
/** Those of them whose place the learning coder takes below other steps. */
const replaced: ReadonlySet<string> = new Set(['huffman', 'rans']);
/**
 * What the learning coder must come to, against the tree that was planned, for the time that it takes: in short streams, and
 * in longer ones, where `balanced` looks at bytes of no known kind alone.
 */
const worthwhile: Readonly<Record<Preset, { readonly short: number; readonly long: number }>> = {
  quick: { short: 0, long: 0 },
  balanced: { short: 0.998, long: 0.95 },
  smallest: { short: 1, long: 0.997 },
};

const alike: RangeOptions = { period: 0, isNear: false, isSmooth: false };
/** Numbers of one byte whose frequencies fall from the middle outwards, in weights. */
const kindOf: Partial<Record<ElementType, Kind>> = {
  I8: 'signed',
  U8: 'unsigned',
  F8_E4M3: 'e4m3',
  F8_E4M3FNUZ: 'e4m3',
};

/**
 * Puts the learning range coder in the place of an entropy coder of a planned tree, where that makes `piece` enough
 * smaller: always possible with `smallest`, then with rows of the lengths `rows` as well; with `balanced` for short streams,
 * of single bytes with rows as well, and for longer ones of unknown bytes; never with `quick`. Bytes that lie in rows, known
 * or guessed, may be told apart by their neighbours.
 */
export function considerContexts(
  planned: CodecNode,
  { piece, dtype, streamLength, trellis }: Excerpt,
  rows: readonly number[],
  preset: Preset,
  workspace: Workspace,
): CodecNode {
  const isTyped = dtype !== undefined;
  const isShort = streamLength <= shortBytes;
  const mayTry = preset === 'smallest' || isShort || (!isTyped && streamLength <= patientBytes);
  if (preset === 'quick' || !mayTry) return planned;
  const least = worthwhile[preset][isShort ? 'short' : 'long'];
  // A row that is all of the bytes has none to be told from.
  const periods = rows.filter((period) => period < piece.bytes.length);
  const isLeaf = leaves.has(planned.id);
  const mark = workspace.mark();
  const { size, places } = replaceable(planned, piece, workspace);
  let best: Sized = { node: planned, size: size * least };
  // What is thought at first matters in short streams alone.
  const coders = places.map(({ stream, sizedWith }) => ({ sizedWith, isSmooth: isShort && isSmoother(stream.bytes) }));
  const consider = (options: Partial<RangeOptions>): void => {
    for (const { sizedWith, isSmooth } of coders) {
      const tree = sizedWith({ id: 'range', options: { ...alike, isSmooth, ...options } });
      if (tree.size < best.size) best = tree;
    }
  };
  if (preset === 'smallest' || isShort) consider({});
  const shaped = isShort && isLeaf && dtype !== undefined ? kindOf[dtype] : undefined;
  if (shaped !== undefined) consider({ isSmooth: false, shaped });
  if (preset === 'smallest' || (isShort && piece.width === 1))
    for (const period of periods) {
      consider({ period });
      if (trellis !== undefined) consider({ period, isSmooth: false, trellis });
    }
  if (isLeaf && piece.width === 1) {
    const nearRows = isShort || preset === 'smallest' ? periods : [];
    for (const period of isTyped ? nearRows : guessPeriods(piece.bytes)) {
      const options = { ...alike, period, isNear: true };
      if (isHopeful(options, piece, best.size, workspace)) consider(options);
    }
  }
  workspace.release(mark);
  return best.node;
}

/** Longer streams are coded by their neighbours only where a part from their middle does not take this many times as much as it may. */
const glanceBytes = 16 * 1024;
const hopeful = 1.5;

function isHopeful(options: RangeOptions, { bytes }: Stream, limit: number, workspace: Workspace): boolean {
  if (bytes.length < 4 * glanceBytes) return true;
  const start = Math.floor((bytes.length - glanceBytes) / 2);
  const part: Stream = { bytes: bytes.subarray(start, start + glanceBytes), width: 1 };
  return sizeBy({ id: 'range', options }, part, workspace) * bytes.length < limit * hopeful * glanceBytes;
}

interface Sized {
  readonly node: CodecNode;
  readonly size: number;
}

/** A stream that another coder may take, and the whole tree with that one in it. */
interface Replaceable {
  readonly stream: Stream;
  readonly sizedWith: (coder: CodecNode) => Sized;
}

/**
 * What `planned` comes to for `piece`, and where it has an entropy coder: it is nothing else, or has them right below its root. The
 * workspace keeps what is allocated, the caller releases it.
 */
function replaceable(
  planned: CodecNode,
  piece: Stream,
  workspace: Workspace,
): { readonly size: number; readonly places: readonly Replaceable[] } {
  if (leaves.has(planned.id)) {
    const sizedWith = (node: CodecNode): Sized => ({ node, size: sizeBy(node, piece, workspace) });
    return { size: sizedWith(planned).size, places: piece.width === 1 ? [{ stream: piece, sizedWith }] : [] };
  }
  const { byteLength, streams, lengthWith } = encodeVariants(planned, piece, workspace);
  const outputs = planned.outputs ?? [];
  const places = streams.flatMap((stream, place) => {
    if (!replaced.has(outputs[place]?.id ?? '')) return [];
    const sizedWith = (coder: CodecNode): Sized => ({
      node: { ...planned, outputs: outputs.with(place, coder) },
      size: lengthWith(place, coder),
    });
    return [{ stream, sizedWith }];
  });
  return { size: byteLength, places };
}
