import type { Grouping } from '../quantize/grouping.ts';
import { scaleCount } from '../quantize/grouping.ts';
import type { CodeType, ScaleType } from '../quantize/quantize.ts';

/** How one tensor is stored in the new file. */
export type Form =
  /** Codes with scales, and a DequantizeLinear that makes the tensor. A flattened one is a matrix that a Reshape follows. */
  | {
      readonly kind: 'codes';
      readonly type: CodeType;
      readonly axis: number;
      readonly grouping: Grouping;
      readonly shape: readonly number[];
      readonly isFlattened: boolean;
      /** Half-precision scales make the tensor in half precision, and a Cast follows. */
      readonly scaleType: ScaleType;
    }
  /** Only zero and one other value: codes 0 and 1, exactly. */
  | { readonly kind: 'switch'; readonly value: number }
  /** Half precision and a Cast. */
  | { readonly kind: 'half' }
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
  if (form.type !== 'U4') return count + 4 * scales;
  return Math.ceil(count / 2) + Math.ceil(scales / 2) + (form.scaleType === 'F16' ? 2 : 4) * scales;
}
