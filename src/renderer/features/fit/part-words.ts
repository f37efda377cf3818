import type { FitTrial, PartWorth } from '../../../contract/fits.ts';
import { partTitles } from '../../../contract/part-titles.ts';
import { changeText, countText, durationText, percentText } from '../../text/amounts.ts';
import { visibleText } from '../../text/visible.ts';

const titles: Readonly<Record<string, string>> = partTitles;

/** What was done to which part. */
export function partWords({ part, change }: Pick<PartWorth, 'part' | 'change'>): string {
  if (part === 'everything' && change === 'with') return 'with what you asked for';
  return `${change} ${titles[part] ?? visibleText(part)}`;
}

/** Which fit of many goes on. */
export function trialWords({ number, left, secondsLeft, ...change }: FitTrial): string {
  const time = secondsLeft === undefined ? '' : `, ${durationText(secondsLeft)}`;
  return `Fit ${countText(number)} (at most ${countText(left)} more${time}), ${partWords(change)}`;
}

/** The change of the size in words, with its interval, or that there is none. */
export function worthWords({ bytes, interval }: PartWorth, whole: number): string {
  if (bytes === null) return 'cannot be told';
  if (interval?.low === whole && interval.high === whole) return 'the same model';
  const change = changeText(whole, bytes);
  if (interval === null) return `${change}, how surely is unknown`;
  return `${change} (${changeText(whole, interval.low)} … ${changeText(whole, interval.high)})`;
}

/** Whether a change of the size may be no more than luck of rounding. */
export function mayBeLuck({ bytes, interval }: PartWorth, whole: number): boolean {
  return bytes === null || interval === null || (interval.low <= whole && interval.high >= whole);
}

/** What all rows together tell, in a sentence. */
export function partsFinding(rows: readonly PartWorth[], whole: number): string {
  const sure = rows.filter((row) => row.part !== 'everything' && !mayBeLuck(row, whole));
  const bySize = sure.toSorted(
    (one, other) => Math.abs((other.bytes ?? 0) - whole) - Math.abs((one.bytes ?? 0) - whole),
  );
  const [most] = bySize;
  const counted = rows.filter(({ part }) => part !== 'everything').length;
  if (most === undefined) return `None of ${counted} parts changes what the same quality takes by more than luck.`;
  const share = (most.bytes ?? whole) / whole - 1;
  const words = `The same quality takes ${percentText(Math.abs(share))} ${share < 0 ? 'less' : 'more'} ${partWords(most)}`;
  return `${words}, the most that one of ${counted} parts changes; with ${counted - sure.length} of them it is no more than luck, or cannot be told.`;
}
