import type { ElementType } from '../../tensor/record.ts';
import type { Width } from '../codec.ts';

/** How the elements of a stream are subtracted, and which of their bits are the context. */
export interface NumberKind {
  readonly width: Width;
  /** The context is `(element >> shift) & mask`: of floating-point numbers the exponent. */
  readonly shift: number;
  readonly mask: number;
  /** Whether elements are sign and magnitude, as floating-point numbers are. */
  readonly isOrdered: boolean;
}

export const kindNames = ['bytes', 'f8', 'bf16', 'f16', 'f32', 'i16', 'i32'] as const;
export type KindName = (typeof kindNames)[number];

/** Their order is that of the numbers in headers. */
export const numberKinds: Readonly<Record<KindName, NumberKind>> = {
  bytes: { width: 1, shift: 4, mask: 15, isOrdered: false },
  f8: { width: 1, shift: 3, mask: 15, isOrdered: true },
  bf16: { width: 2, shift: 7, mask: 255, isOrdered: true },
  f16: { width: 2, shift: 10, mask: 31, isOrdered: true },
  f32: { width: 4, shift: 23, mask: 255, isOrdered: true },
  i16: { width: 2, shift: 0, mask: 0, isOrdered: false },
  i32: { width: 4, shift: 0, mask: 0, isOrdered: false },
};

const kindOfDType: Partial<Record<ElementType, KindName>> = {
  BF16: 'bf16',
  F16: 'f16',
  F32: 'f32',
  C64: 'f32',
  I16: 'i16',
  U16: 'i16',
  I32: 'i32',
  U32: 'i32',
};

/** The kind for elements of a dtype that have `width` bytes, if there is one. */
export function kindOf(dtype: ElementType | undefined, width: Width): KindName | undefined {
  if (width === 1) return dtype?.startsWith('F8') === true ? 'f8' : 'bytes';
  const kind = dtype === undefined ? undefined : kindOfDType[dtype];
  return kind !== undefined && numberKinds[kind].width === width ? kind : undefined;
}
