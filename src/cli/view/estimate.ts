import type { Estimate } from '../../engine/index.ts';
import { formatBytes, formatSaving, formatSeconds } from './amounts.ts';
import { tableLines } from './table.ts';

const columns = [
  { title: 'preset' },
  { title: 'size', align: 'right' },
  { title: 'saved', align: 'right' },
  { title: 'expected between' },
  { title: 'time', align: 'right' },
] as const;

/** The words of `estimate`: one row for each preset, and how much was really coded for them. */
export function estimateText({ bytes, sampledBytes, presets, memoryBytes }: Estimate): string {
  const order = ['quick', 'balanced', 'smallest'];
  const rows = presets
    .toSorted((a, b) => order.indexOf(a.preset) - order.indexOf(b.preset))
    .map(({ preset, bytesOut, low, high, seconds }) => [
      preset,
      formatBytes(bytesOut),
      formatSaving(bytes, bytesOut),
      `${formatBytes(low)} – ${formatBytes(high)}`,
      formatSeconds(seconds),
    ]);
  const isLarger = presets.every(({ bytesOut }) => bytesOut >= bytes);
  const share = bytes === 0 ? 100 : (100 * sampledBytes) / bytes;
  return [
    `${formatBytes(bytes)}, of which ${formatBytes(sampledBytes)} (${share.toFixed(0)} %) were coded for this`,
    ...tableLines(columns, rows).map((line) => `  ${line}`),
    ...(isLarger ? ['Nothing to gain: the archive would be larger than what it holds.'] : []),
    `Compressing takes up to ${formatBytes(memoryBytes)} of memory. Nothing was written.`,
  ].join('\n');
}
