import { scaleCount } from '../quantize/grouping.ts';
import type { Coding } from '../quantize/quantize.ts';

/**
 * Codes with scales, and a DequantizeLinear that makes the tensor. A flattened one is a matrix that a Reshape follows;
 * half-precision scales make it in half precision, and a Cast follows.
 */
export interface CodesForm extends Coding {
  readonly kind: 'codes';
  readonly axis: number;
  readonly shape: readonly number[];
  readonly isFlattened: boolean;
}

/** How one tensor is stored in the new file. */
export type Form =
  | CodesForm
  /** Only zero and one other value: codes 0 and 1, exactly. */
  | { readonly kind: 'switch'; readonly value: number }
  /** Half as many bytes and a Cast. */
  | { readonly kind: 'half'; readonly type: 'F16' | 'BF16' }
  | { readonly kind: 'kept' };

export interface Choice {
  readonly form: Form;
  /** Why it is not the form that the target stands for. */
  readonly why?: string;
}

/** Bytes of a tensor of so many elements in this form; `kept` elements have `width` bytes. */
export function bytesIn(form: Form, count: number, width: number): number {
  if (form.kind === 'kept') return count * width;
  if (form.kind === 'half') return 2 * count;
  if (form.kind === 'switch') return count + 4;
  const scales = scaleCount(form.grouping);
  const bits = form.type === 'U4' ? 4 : 8;
  const zeros = form.hasZeros ? Math.ceil((scales * bits) / 8) : 0;
  return Math.ceil((count * bits) / 8) + zeros + (form.scaleType === 'F16' ? 2 : 4) * scales;
}

/** Whether only operators of version 21 make it: several scales in a channel, or four-bit codes. */
export function needsBlocks({ form }: Choice): boolean {
  return form.kind === 'codes' && (form.grouping.isBlocked || form.type === 'U4');
}
