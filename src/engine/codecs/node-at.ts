import { codecById } from './catalog.ts';
import type { CodecNode } from './codec.ts';

/**
 * The tree for the block that begins `start` bytes into a stream that `node` was planned for. Only the first step can tell
 * where it is; how far the streams below have come is known to nobody before coding.
 */
export function nodeAt(node: CodecNode, start: number): CodecNode {
  const codec = codecById(node.id);
  if (start === 0 || codec?.optionsAt === undefined) return node;
  return { ...node, options: codec.optionsAt(codec.options.parse(node.options ?? {}), start) };
}
