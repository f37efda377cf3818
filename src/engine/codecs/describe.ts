import { DamagedArchiveError } from '../errors.ts';
import { decoderByWireId } from '../quantizers/catalog.ts';
import { codecByWireId } from './catalog.ts';
import type { CodecNode } from './codec.ts';
import { mostDepth } from './limits.ts';
import { readVarint } from './varint.ts';

/** A tree in words, such as `float-fields(huffman, store, store)`; a step whose streams are all stored stands alone. */
export function describeNode(node: CodecNode): string {
  const outputs = (node.outputs ?? []).map((output) => (output === undefined ? 'store' : describeNode(output)));
  return outputs.every((words) => words === 'store') ? node.id : `${node.id}(${outputs.join(', ')})`;
}

/**
 * Reads which codecs made a payload, without decoding it and without their options. Throws {@link DamagedArchiveError}
 * where the lengths in it do not fit.
 */
export function describeTree(payload: Uint8Array, depth = 0): CodecNode {
  const wireId = payload[0];
  const codec =
    wireId === undefined || depth > mostDepth ? undefined : (codecByWireId(wireId) ?? decoderByWireId(wireId));
  if (codec === undefined)
    throw new DamagedArchiveError('A payload names no codec, or is too deep.', { wireId, depth });
  if (wireId === 0) return { id: codec.id };
  const { value: headerLength, end } = readVarint(payload, 1, payload.length);
  let at = end + headerLength;
  // How the many streams of such a step are coded is no choice, and no news.
  if (codec.finalOutput !== undefined) return { id: codec.id };
  const outputs: CodecNode[] = [];
  while (at < payload.length) {
    const { value: length, end: start } = readVarint(payload, at, payload.length);
    at = start + length;
    if (at <= payload.length) outputs.push(describeTree(payload.subarray(start, at), depth + 1));
  }
  if (at !== payload.length)
    throw new DamagedArchiveError(`The payload of ${codec.id} is cut off.`, { codec: codec.id });
  return outputs.length === 0 ? { id: codec.id } : { id: codec.id, outputs };
}
