import { copyBytes } from '../kernels/copy/index.ts';
import type { Workspace } from '../kernels/workspace.ts';
import { varintLength, writeVarint } from './varint.ts';

/** A coded stream before it is laid out as bytes: the pieces still lie where the codecs left them. See `spec.md`. */
export interface Payload {
  readonly byteLength: number;
  readonly wireId: number;
  readonly header: Uint8Array;
  readonly children: readonly Payload[];
}

/** The payload of a stored stream. */
export function storedPayload(bytes: Uint8Array): Payload {
  return { byteLength: 1 + bytes.length, wireId: 0, header: bytes, children: [] };
}

/** The payload of one coded step, whose output streams are already coded. */
export function codedPayload(wireId: number, header: Uint8Array, children: readonly Payload[]): Payload {
  const byteLength = codedLength(
    header,
    children.map((child) => child.byteLength),
  );
  return { byteLength, wireId, header, children };
}

/** Bytes of the payload of a coded step whose output streams take `children` bytes each. */
export function codedLength(header: Uint8Array, children: readonly number[]): number {
  let byteLength = 1 + varintLength(header.length) + header.length;
  for (const child of children) byteLength += varintLength(child) + child;
  return byteLength;
}

/** Lays a payload out in `output` from `offset`, which must have `byteLength` bytes of room; returns the offset behind it. */
export function writePayload(payload: Payload, output: Uint8Array, workspace: Workspace, offset = 0): number {
  let at = offset;
  output[at++] = payload.wireId;
  if (payload.wireId !== 0) at = writeVarint(output, at, payload.header.length);
  copyBytes(payload.header, output, at, workspace);
  at += payload.header.length;
  for (const child of payload.children)
    at = writePayload(child, output, workspace, writeVarint(output, at, child.byteLength));
  return at;
}
