import { DamagedArchiveError } from '../../errors.ts';
import type { StreamShape } from '../codec.ts';
import { greatestBase } from './base.ts';

/** What the decoder needs besides the streams. */
export interface FieldsHeader {
  readonly residualBits: number;
  /** The symbol field that symbol 1 stands for. */
  readonly base: number;
  readonly escapes: number;
}

export const leastResidualBits = 3;
export const greatestResidualBits = 8;

/** Three bytes, or seven when there are escapes. */
export function writeHeader({ residualBits, base, escapes }: FieldsHeader): Uint8Array {
  const header = new Uint8Array(escapes === 0 ? 3 : 7);
  const view = new DataView(header.buffer);
  view.setUint8(0, residualBits);
  view.setUint16(1, base, true);
  if (escapes > 0) view.setUint32(3, escapes, true);
  return header;
}

/** The inverse of {@link writeHeader}; throws {@link DamagedArchiveError} for what it cannot have written for `count` elements. */
export function readHeader(header: Uint8Array, count: number): FieldsHeader {
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
  if (header.length !== 3 && header.length !== 7)
    throw new DamagedArchiveError(`Float fields: a header of ${header.length} bytes; 3 or 7 were expected.`);
  const residualBits = view.getUint8(0);
  if (residualBits < leastResidualBits || residualBits > greatestResidualBits)
    throw new DamagedArchiveError(
      `Float fields: ${residualBits} residual bits; ${leastResidualBits} to ${greatestResidualBits} are possible.`,
    );
  const base = view.getUint16(1, true);
  if (base < 1 || base > greatestBase(residualBits + 1))
    throw new DamagedArchiveError(
      `Float fields: base ${base}; 1 to ${greatestBase(residualBits + 1)} are possible with ${residualBits} residual bits.`,
    );
  const escapes = header.length === 7 ? view.getUint32(3, true) : 0;
  if (escapes > count || (header.length === 7 && escapes === 0))
    throw new DamagedArchiveError(`Float fields: ${escapes} escapes in ${count} elements.`);
  return { residualBits, base, escapes };
}

/** Symbols, escapes, residuals, and the low byte planes of wider elements. */
export function fieldShapes({ residualBits, escapes }: FieldsHeader, { length, width }: StreamShape): StreamShape[] {
  const count = length / width;
  return [
    { length: count, width: 1 },
    { length: 2 * escapes, width: 2 },
    { length: Math.ceil((count * (residualBits + 1)) / 8), width: 1 },
    ...Array.from({ length: width - 2 }, (): StreamShape => ({ length: count, width: 1 })),
  ];
}
