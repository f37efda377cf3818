import type { Run } from '../../../contract/jobs.ts';
import { bytesText, countedText } from '../../text/amounts.ts';

/** What compressing has saved, over the results that are shown, in one sentence. */
export function historyFinding(runs: readonly Run[]): string {
  const compressed = runs.filter(({ command }) => command === 'compress');
  const saved = compressed.reduce((sum, { receipt: { bytesIn, bytesOut } }) => sum + bytesIn - bytesOut, 0);
  if (compressed.length === 0) return 'Nothing was compressed yet.';
  return `${countedText(compressed.length, 'archive')} take${compressed.length === 1 ? 's' : ''} ${bytesText(Math.max(0, saved))} less than the originals.`;
}
