import { encodePayload } from '../codecs/graph.ts';
import type { CodecNode, Preset, Stream } from '../codecs/codec.ts';
import { hasFarRepeats } from '../codecs/zstd/kernel.ts';
import type { Workspace } from '../kernels/workspace.ts';
import type { ElementType } from '../tensor/record.ts';
import type { Direction } from '../trellis/runs.ts';
import { besideBytes } from './plan.ts';

/** Bytes of a stream in one piece in which strings that repeat are looked for, where not all are at hand or worth a look. */
export const excerptBytes = 256 * 1024;

/** Streams up to this long are coded at the highest level of zstd, at some megabytes a second; longer ones would take minutes. */
export const patientBytes = 16 * 2 ** 20;
/** What the text model must come to, against zstd, for the time that it takes. */
const worthModelling = 0.998;
const widestNumber = 8;
const highestLevel = 19;
const quickerLevel = 9;
const glanceLevel = 3;
/** The highest level finds up to a quarter more than a glance; a tree that is better than the glance by more stays. */
const hopeful = 1.25;
/** Below this gain elements stay with the codecs that know them, which decode faster. */
const worthwhile = 0.99;

/** A stream of which a piece is at hand. */
export interface Excerpt {
  readonly piece: Stream;
  /** What the stream's elements are, where that is known. */
  readonly dtype: ElementType | undefined;
  readonly streamLength: number;
  /** Which way a trellis goes over rows, the elements being its codes. */
  readonly trellis?: Direction | undefined;
}

/**
 * Puts zstd in the place of a tree that was planned from slices, where strings repeat over longer distances than slices
 * show and zstd makes `piece` smaller; and the text model in the place of zstd, where unknown bytes get enough smaller by it.
 * `quick` never looks.
 */
export function considerMatches(planned: CodecNode, excerpt: Excerpt, preset: Preset, workspace: Workspace): CodecNode {
  if (preset === 'quick') return planned;
  const { piece, dtype, streamLength } = excerpt;
  const matched = withMatches(planned, excerpt, preset, workspace);
  const hasTime = preset === 'smallest' || streamLength <= besideBytes;
  if (matched.id !== 'zstd' || dtype !== undefined || piece.width !== 1 || !hasTime) return matched;
  const modelled: CodecNode = { id: 'text', options: {}, outputs: [] };
  const isSmaller = sizeBy(modelled, piece, workspace) < sizeBy(matched, piece, workspace) * worthModelling;
  return isSmaller ? modelled : matched;
}

function withMatches(
  planned: CodecNode,
  { piece, dtype, streamLength }: Excerpt,
  preset: Preset,
  workspace: Workspace,
): CodecNode {
  const isPatient = preset === 'smallest' || streamLength <= patientBytes;
  const matching = zstdAt(isPatient ? highestLevel : quickerLevel);
  if (planned.id === 'zstd') return matching;
  // Most elements are weights, in which nothing repeats; that must not take long to see.
  const isTyped = dtype !== undefined;
  const looked = isTyped ? middleOf(piece.bytes) : piece.bytes;
  if (!hasFarRepeats(looked, piece.width)) return planned;
  const least = sizeBy(planned, piece, workspace) * (isTyped ? worthwhile : 1);
  if (sizeBy(zstdAt(glanceLevel), piece, workspace) > least * hopeful) return planned;
  return sizeBy(matching, piece, workspace) < least ? matching : planned;
}

function middleOf(bytes: Uint8Array): Uint8Array {
  const start = Math.floor(Math.max(0, bytes.length - excerptBytes) / 2 / widestNumber) * widestNumber;
  return bytes.subarray(start, start + excerptBytes);
}

function zstdAt(level: number): CodecNode {
  return { id: 'zstd', options: { level }, outputs: [] };
}

/** Sizes that were found, for as long as their streams are looked at: one after another asks for that of the same tree. */
const found = new WeakMap<Stream, Map<CodecNode, number>>();

/** Bytes that a stream comes to when it is coded by `node`. */
export function sizeBy(node: CodecNode, stream: Stream, workspace: Workspace): number {
  const sizes = found.get(stream) ?? new Map<CodecNode, number>();
  found.set(stream, sizes);
  const known = sizes.get(node);
  if (known !== undefined) return known;
  const mark = workspace.mark();
  const { byteLength } = encodePayload(node, stream, workspace).payload;
  workspace.release(mark);
  sizes.set(node, byteLength);
  return byteLength;
}
