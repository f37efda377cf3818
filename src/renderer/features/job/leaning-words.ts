import type { RunTensor } from '../../../contract/runs.ts';

type Leaning = NonNullable<RunTensor['leansOn']>[number];

/** What a tensor, or slices of it, are stored as differences to. */
export function leaningWords({ to, isBase, slices }: Leaning): string {
  if (isBase) return `difference to the base ${to}`;
  if (slices === undefined) return `difference to ${to}`;
  const isOne = slices.length === 1;
  return `slice${isOne ? '' : 's'} ${rangesOf(slices)}: difference${isOne ? '' : 's'} to ${to}`;
}

/** Ascending numbers, those that follow one another as the first and the last. */
function rangesOf(numbers: readonly number[]): string {
  const ranges: [number, number][] = [];
  for (const number of numbers) {
    const last = ranges.at(-1);
    if (last && number === last[1] + 1) last[1] = number;
    else ranges.push([number, number]);
  }
  return ranges.map(([first, last]) => (first === last ? `${first}` : `${first}–${last}`)).join(', ');
}
