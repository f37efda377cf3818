import type { CodecNode, Stream } from '../codecs/codec.ts';
import type { Workspace } from '../kernels/workspace.ts';
import { sizeBy } from './matches.ts';
import type { Choices } from './plan.ts';

/** Of trees that cost about the same for a sample of `sampleLength` bytes, the one that costs least for `piece` of the same stream. */
export function closest(choices: Choices, piece: Stream, sampleLength: number, workspace: Workspace): CodecNode {
  const [first, ...others] = choices;
  if (others.length === 0 || piece.bytes.length <= sampleLength) return first.node;
  const costs = choices.map(
    ({ node, time }) => sizeBy(node, piece, workspace) + (time * piece.bytes.length) / sampleLength,
  );
  return choices[costs.indexOf(Math.min(...costs))]?.node ?? first.node;
}
