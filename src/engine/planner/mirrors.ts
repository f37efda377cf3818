import type { CodecNode, Preset, Stream } from '../codecs/codec.ts';
import { mirroredShare } from '../codecs/mirror/kernel.ts';
import type { Workspace } from '../kernels/workspace.ts';
import { sizeBy } from './matches.ts';

/** Rows that are looked at first, and the share of their elements that must have an equal counterpart. */
const lookedRows = 4;
const nearlyAll = 0.9;
const strongMatching: CodecNode = { id: 'zstd', options: { level: 19 }, outputs: [] };

/**
 * Folds rows that are mirror images of themselves, where `piece` is the whole of a stream whose rows may have the lengths
 * `rows`, and puts what is left below it. `quick` never looks.
 */
export function considerMirrors(
  planned: CodecNode,
  piece: Stream,
  rows: readonly number[],
  preset: Preset,
  workspace: Workspace,
): CodecNode {
  if (preset === 'quick') return planned;
  let best = { node: planned, size: Infinity };
  for (const period of rows)
    for (const alone of [0, 1] as const) {
      const row = period * piece.width;
      if (period < 4 || piece.bytes.length < lookedRows * row) continue;
      const first = Math.floor(piece.bytes.length / row / 2) * row;
      const looked = piece.bytes.subarray(first, first + lookedRows * row);
      if (mirroredShare(looked, piece.width, { period, alone }) < nearlyAll) continue;
      best.size = Math.min(best.size, sizeBy(best.node, piece, workspace));
      const node = { id: 'mirror', options: { period, alone }, outputs: [strongMatching] };
      const size = sizeBy(node, piece, workspace);
      if (size < best.size) best = { node, size };
    }
  return best.node;
}
