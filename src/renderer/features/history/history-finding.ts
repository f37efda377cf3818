import type { Run } from '../../../contract/jobs.ts';
import { bytesText, countedText } from '../../text/amounts.ts';

/** What compressing has saved in one sentence, over those of the results that are shown; nothing where there are none. */
export function historyFinding(runs: readonly Run[], total: number): string | undefined {
  if (runs.length === 0) return undefined;
  const compressed = runs.filter(({ command }) => command === 'compress');
  const saved = compressed.reduce((sum, { receipt: { bytesIn, bytesOut } }) => sum + bytesIn - bytesOut, 0);
  if (compressed.length === 0) return 'None of these is an archive.';
  const which = runs.length < total ? `Of the newest ${countedText(runs.length, 'result')}, ` : '';
  return `${which}${countedText(compressed.length, 'archive')} take${compressed.length === 1 ? 's' : ''} ${bytesText(Math.max(0, saved))} less than the originals.`;
}
