import type { WaterfallStep } from '../../../contract/runs.ts';
import type { Step } from '../../components/chart/waterfall-bars.ts';
import { bytesText, percentText } from '../../text/amounts.ts';

const labels: Readonly<Record<WaterfallStep['id'], string>> = {
  original: 'Original',
  'sign-mantissa': 'Signs and mantissas',
  exponent: 'Exponents',
  'equal-tensors': 'Equal tensors stored once',
  base: 'Difference to the base',
  other: 'Everything else',
  frame: 'Header and index',
  archive: 'Archive',
};

/** The steps with their words; those in between that neither add nor save are left out. */
export function waterfallSteps(steps: readonly WaterfallStep[]): readonly Step[] {
  return steps
    .map(({ id, bytes }) => ({ label: labels[id], value: bytes, isTotal: id === 'original' || id === 'archive' }))
    .filter(({ value, isTotal }) => isTotal || value !== 0);
}

/** Which step saves most, in one sentence. Its share is of all savings: of what is gone it can be more, as other steps add. */
export function waterfallFinding(steps: readonly Step[]): string {
  const saving = steps.filter(({ isTotal, value }) => !isTotal && value < 0).toSorted((a, b) => a.value - b.value);
  const [most] = saving;
  if (most === undefined) return 'Nothing could be saved; the bytes are dense already.';
  const share = most.value / saving.reduce((sum, { value }) => sum + value, 0);
  const verb = most.label.endsWith('s') ? 'save' : 'saves';
  return `${most.label} ${verb} most: ${bytesText(-most.value)}, ${percentText(share)} of all that is saved.`;
}

/** A step's bytes with their sign, a total's without. */
export function stepText(value: number, isTotal: boolean): string {
  if (isTotal) return bytesText(value);
  return `${value < 0 ? '−' : '+'}${bytesText(Math.abs(value))}`;
}
