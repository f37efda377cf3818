import type { Workspace } from '../kernels/workspace.ts';

/** `bytes` where a typed array of `width`-byte elements may lie over them: themselves when aligned, else a copy in `workspace`. */
export function alignElements(bytes: Uint8Array, width: number, workspace: Workspace): Uint8Array {
  if (bytes.byteOffset % width === 0) return bytes;
  const copy = workspace.allocate(bytes.length);
  copy.set(bytes);
  return copy;
}

/** A view of aligned bytes as 16-bit elements. */
export function view16(bytes: Uint8Array): Uint16Array {
  return new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.length >> 1);
}

/** A view of aligned bytes as 32-bit elements; a 64-bit element is two of them, the low half first. */
export function view32(bytes: Uint8Array): Uint32Array {
  return new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length >> 2);
}
