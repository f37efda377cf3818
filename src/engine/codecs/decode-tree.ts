import { DamagedArchiveError } from '../errors.ts';
import { copyBytes } from '../kernels/copy/index.ts';
import type { Workspace } from '../kernels/workspace.ts';
import { decoderByWireId } from '../quantizers/catalog.ts';
import { codecByWireId } from './catalog.ts';
import type { Stream, StreamShape } from './codec.ts';
import { mostDepth, mostStreamBytes, mostStreams } from './limits.ts';
import { readVarint } from './varint.ts';

interface Budget {
  /** Bytes that the output streams of all steps may still take. */
  room: number;
}

/**
 * Decodes a payload to the bytes of a stream of shape `output`. The result lies in `workspace`, in `payload` (stored
 * streams) or on the heap; with a `target` in the workspace, of the output's length and with room behind it, it is there. Throws {@link DamagedArchiveError} on anything that `encodeTree` cannot have written.
 */
export function decodeTree(
  payload: Uint8Array,
  output: StreamShape,
  workspace: Workspace,
  target?: Uint8Array,
): Uint8Array {
  const bytes = decodeNode(payload, output, workspace, { room: mostStreamBytes(output.length) }, 0, target);
  if (target === undefined || bytes === target) return bytes;
  copyBytes(bytes, target, 0, workspace);
  return target;
}

function decodeNode(
  payload: Uint8Array,
  output: StreamShape,
  workspace: Workspace,
  budget: Budget,
  depth: number,
  target?: Uint8Array,
): Uint8Array {
  const wireId = payload[0];
  if (wireId === undefined) throw new DamagedArchiveError('A payload is empty; at least a wire id is expected.');
  if (depth > mostDepth) throw new DamagedArchiveError(`A codec tree is more than ${mostDepth} steps deep.`);
  // Methods that approximate stand at the root only: the numbers that they make are a tensor's, not another step's input.
  const codec = codecByWireId(wireId) ?? (depth === 0 ? decoderByWireId(wireId) : undefined);
  if (codec === undefined)
    throw new DamagedArchiveError(`No codec has the wire id ${wireId}; the archive is damaged or of a later version.`, {
      wireId,
    });
  if (wireId === 0) return codec.decode({ header: payload.subarray(1), streams: [] }, output, workspace);

  const { value: headerLength, end } = readVarint(payload, 1, payload.length);
  let at = end + headerLength;
  if (at > payload.length) throw cutOff(codec.id, 'header', headerLength, payload.length - end);
  const header = payload.subarray(end, at);
  const shapes = codec.streamShapes(header, output);
  checkShapes(codec.id, shapes, budget);

  const streams: Stream[] = [];
  for (const shape of shapes) {
    const { value: childLength, end: childStart } = readVarint(payload, at, payload.length);
    at = childStart + childLength;
    if (at > payload.length) throw cutOff(codec.id, 'stream', childLength, payload.length - childStart);
    const bytes = decodeNode(payload.subarray(childStart, at), shape, workspace, budget, depth + 1);
    streams.push({ bytes, width: shape.width });
  }
  if (at !== payload.length)
    throw new DamagedArchiveError(`${payload.length - at} bytes follow the last stream of ${codec.id}.`, {
      codec: codec.id,
    });
  const bytes = codec.decode({ header, streams }, output, workspace, target);
  if (bytes.length !== output.length)
    throw new DamagedArchiveError(`${codec.id} gave ${bytes.length} bytes; ${output.length} are expected.`, {
      codec: codec.id,
    });
  return bytes;
}

function checkShapes(codec: string, shapes: readonly StreamShape[], budget: Budget): void {
  if (shapes.length > mostStreams)
    throw new DamagedArchiveError(`${codec} claims ${shapes.length} streams; at most ${mostStreams} are allowed.`);
  for (const { length, width } of shapes) {
    budget.room -= length;
    if (!Number.isSafeInteger(length) || length < 0 || length % width !== 0 || budget.room < 0)
      throw new DamagedArchiveError(`${codec} claims a stream of ${length} bytes at width ${width}.`, {
        codec,
        length,
      });
  }
}

function cutOff(codec: string, what: string, expected: number, found: number): DamagedArchiveError {
  return new DamagedArchiveError(`The ${what} of ${codec} is ${expected} bytes long, but only ${found} are there.`, {
    codec,
    expected,
    found,
  });
}
