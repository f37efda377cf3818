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

/** Which step saves most, in one sentence. */
export function waterfallFinding(steps: readonly Step[]): string {
  const first = steps[0]?.value ?? 0;
  const saved = steps.filter(({ isTotal, value }) => !isTotal && value < 0).toSorted((a, b) => a.value - b.value)[0];
  if (saved === undefined || first === 0) return 'Nothing could be saved; the bytes are dense already.';
  const last = steps.at(-1)?.value ?? first;
  const share = first > last ? ` ${percentText(-saved.value / (first - last))} of what is gone.` : '';
  return `${saved.label} save${saved.label.endsWith('s') ? '' : 's'} most: ${bytesText(-saved.value)},${share}`;
}

/** A step's bytes with their sign, a total's without. */
export function stepText(value: number, isTotal: boolean): string {
  if (isTotal) return bytesText(value);
  return `${value < 0 ? '−' : '+'}${bytesText(Math.abs(value))}`;
}
