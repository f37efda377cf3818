import type { FileHandle } from 'node:fs/promises';
import type { MatrixShape } from '../../archive/inner-base.ts';

const chunkBytes = 2 ** 20;

/** Numbers of as many bytes as an element, whatever they mean. */
const elementsOf = { 1: Uint8Array, 2: Uint16Array, 4: Uint32Array, 8: BigUint64Array };

/**
 * Copies a matrix, or some of its rows, to where it begins in a file, `start`, its rows (axis 0) or columns (axis 1) in another order; memory
 * holds some rows. `read` fills bytes from an offset in the matrix.
 */
export async function writeOrdered(
  read: (offset: number, bytes: Uint8Array) => Promise<unknown>,
  { rows, columns, width }: MatrixShape,
  { axis, order }: { readonly axis: 0 | 1; readonly order: readonly number[] | undefined },
  target: { readonly handle: FileHandle; readonly start: number },
  signal: AbortSignal,
  part = { first: 0, end: rows },
): Promise<void> {
  const rowBytes = columns * width;
  const together = Math.max(1, Math.min(rows, Math.floor(chunkBytes / rowBytes)));
  const bytes = new Uint8Array(together * rowBytes);
  for (let { first } = part; first < part.end; first += together) {
    signal.throwIfAborted();
    const chunk = bytes.subarray(0, Math.min(together, part.end - first) * rowBytes);
    if (order && axis === 0)
      for (let at = 0; at < chunk.length; at += rowBytes)
        await read((order[first + at / rowBytes] ?? 0) * rowBytes, chunk.subarray(at, at + rowBytes));
    else await read(first * rowBytes, chunk);
    if (order && axis === 1) orderColumns(chunk, width as keyof typeof elementsOf, order);
    await target.handle.write(chunk, 0, chunk.length, target.start + first * rowBytes);
  }
}

function orderColumns(chunk: Uint8Array, width: keyof typeof elementsOf, order: readonly number[]): void {
  const elements = new elementsOf[width](chunk.buffer as ArrayBuffer, chunk.byteOffset, chunk.length / width);
  const row = elements.slice(0, order.length);
  for (let start = 0; start < elements.length; start += order.length) {
    row.set(elements.subarray(start, start + order.length) as never);
    for (let column = 0; column < order.length; column++) elements[start + column] = row[order[column] ?? 0] as never;
  }
}
