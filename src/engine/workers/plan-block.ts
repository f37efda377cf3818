import { codecById } from '../codecs/catalog.ts';
import type { CodecNode, Preset, Stream } from '../codecs/codec.ts';
import type { Workspace } from '../kernels/workspace.ts';
import { closest } from '../planner/closest.ts';
import { considerContexts } from '../planner/contexts.ts';
import { considerMatches, type Excerpt } from '../planner/matches.ts';
import { considerMirrors } from '../planner/mirrors.ts';
import { planClosely } from '../planner/plan.ts';
import { sampleBytes, sampleRanges, sampleUnit, type SampleRange } from '../planner/sample.ts';
import type { Part } from '../quantizers/quantizer.ts';
import type { StreamKind } from './protocol.ts';
import type { ThreadMemory } from './thread-memory.ts';

/** Where and how codecs are tried; the workspace keeps what is allocated, the caller releases it. */
export interface Trials {
  readonly workspace: Workspace;
  readonly preset: Preset;
  /** How much less time counts than the preset says; 1 unless told. */
  readonly patience?: number;
  /** Of a stream, so much is coded at once. */
  readonly blockBytes: number;
}

/** Trials in a thread's own memory. */
export function trialsIn({ workspace, blockBytes }: ThreadMemory, preset: Preset): Trials {
  return { workspace, preset, blockBytes };
}

/** Plans the parts of what is approximated: one byte of them stands for up to four of the original. */
export function partPlanner(memory: ThreadMemory, preset: Preset): (part: Part) => CodecNode {
  return (part) => memory.scratch(() => planBlock(part, part, { ...trialsIn(memory, preset), patience: 4 }));
}

/**
 * Chooses the codecs of a stream of `streamLength` bytes by coding a sample of it, and then the piece that `excerpt` reads:
 * slices do not show strings that repeat far apart, nor rows.
 */
export function planSample(
  sample: Stream,
  excerpt: () => Excerpt['piece'],
  stream: StreamKind,
  streamLength: number,
  { workspace, preset, patience, blockBytes }: Trials,
): CodecNode {
  const { dtype, rows = [], trellis } = stream;
  const choices = planClosely(sample, dtype, preset, workspace, streamLength, patience, blockBytes);
  if (codecById(choices[0].node.id)?.needsReference === true) return choices[0].node;
  const piece = excerpt();
  const planned = closest(choices, piece, sample.bytes.length, workspace);
  const known: Excerpt = { piece, dtype, streamLength, trellis };
  const matched = considerMatches(planned, known, preset, workspace);
  const isWhole = piece.bytes.length === streamLength;
  const folded = isWhole ? considerMirrors(matched, piece, rows, preset, workspace) : matched;
  return considerContexts(folded, known, rows, preset, workspace);
}

/** The same for a block that is at hand. */
export function planBlock(block: Stream, stream: StreamKind, trials: Trials): CodecNode {
  const { bytes, width, reference } = block;
  const slices = sampleRanges(bytes.length, sampleUnit(stream.dtype), sampleBytes);
  const sample = {
    bytes: slicesOf(bytes, slices, trials.workspace),
    width,
    reference: reference && slicesOf(reference, slices, trials.workspace),
  };
  return planSample(sample, () => block, stream, bytes.length, trials);
}

function slicesOf(bytes: Uint8Array, slices: readonly SampleRange[], workspace: Workspace): Uint8Array {
  const sample = workspace.allocate(slices.reduce((sum, { length }) => sum + length, 0));
  let filled = 0;
  for (const { offset, length } of slices) {
    sample.set(bytes.subarray(offset, offset + length), filled);
    filled += length;
  }
  return sample;
}
