import type { CodecNode, Preset } from '../codecs/codec.ts';
import type { Workspace } from '../kernels/workspace.ts';
import { sizeBy, type Excerpt } from './matches.ts';

/** Streams up to this long are short enough that a table of frequencies weighs more than the time of doing without one. */
const shortBytes = 64 * 1024;
/** Codecs below which there is nothing that another coder could do better. */
const leaves: ReadonlySet<string> = new Set(['store', 'zstd', 'huffman', 'rans']);
/** What the learning coder must come to, against the tree that was planned, for the time that it takes. */
const worthwhile: Readonly<Record<Preset, number>> = { quick: 0, balanced: 0.998, smallest: 0.997 };

/**
 * Puts the learning range coder in the place of an entropy coder of a planned tree, where that makes `piece` enough
 * smaller: always possible with `smallest`, then with rows of the lengths `rows` as well, for short streams with
 * `balanced`, never with `quick`.
 */
export function considerContexts(
  planned: CodecNode,
  { piece, isTyped, streamLength }: Excerpt,
  rows: readonly number[],
  preset: Preset,
  workspace: Workspace,
): CodecNode {
  if (preset === 'quick' || (preset === 'balanced' && streamLength > shortBytes)) return planned;
  const before = sizeBy(planned, piece, workspace);
  let best = { node: planned, size: before * worthwhile[preset] };
  for (const period of preset === 'smallest' ? [0, ...rows] : [0]) {
    const coder: CodecNode = { id: 'range', options: { period } };
    for (const node of replacements(planned, coder, piece.width === 1 && (isTyped || planned.id !== 'zstd'))) {
      const size = sizeBy(node, piece, workspace);
      if (size < best.size) best = { node, size };
    }
  }
  return best.node;
}

/** The tree with an entropy coder replaced: itself where it is nothing else and that `mayBeAll`, or each right below its root. */
function replacements(node: CodecNode, by: CodecNode, mayBeAll: boolean): readonly CodecNode[] {
  if (leaves.has(node.id)) return mayBeAll ? [by] : [];
  const outputs = node.outputs ?? [];
  return outputs.flatMap((output, place) =>
    output?.id === 'huffman' || output?.id === 'rans' ? [{ ...node, outputs: outputs.with(place, by) }] : [],
  );
}
