import type { TensorLook } from '../../../contract/models.ts';
import { bitsText } from '../../text/bits.ts';

/** Why a tensor shrinks, and how near to the floor it comes, in one sentence. */
export function fieldFinding({ fields, floorBits, reachedBits }: TensorLook): string {
  const raw = fields.reduce((sum, { bits }) => sum + bits, 0);
  const [first, ...others] = fields;
  if (first === undefined) return '';
  const saves = ({ bits, entropy }: (typeof fields)[number]) => bits - entropy;
  const most = others.reduce((best, field) => (saves(field) > saves(best) ? field : best), first);
  const reached = `The floor is ${bitsText(floorBits)} bits, we use ${bitsText(reachedBits)}`;
  if (saves(most) < 0.05 * most.bits) return `${reached} of ${bitsText(raw)}; its numbers are noise throughout.`;
  return `${reached} of ${bitsText(raw)}; the ${most.name} gives most, ${bitsText(saves(most))} bits.`;
}
