import type { Estimate } from '../../../contract/models.ts';
import { bytesRangeText, bytesText, changeText, durationText } from '../../text/amounts.ts';

/** The headline of an estimate: what `bytes` would come to, and how that is to be taken. */
export function estimateWords(
  bytes: number,
  { bytesOut, low, high, seconds }: Estimate['presets'][number],
): { readonly size: string; readonly from: string } {
  const from = `from ${bytesText(bytes)}`;
  if (bytesOut >= bytes)
    return {
      size: bytesText(bytesOut),
      from: `${from} · nothing to gain: the archive would be larger than what it holds`,
    };
  return {
    size: bytesRangeText(low, high),
    from: `${from} · ${changeText(bytes, bytesOut)} · about ${durationText(seconds)}`,
  };
}
