import type { BatchReport, StoreReport, ZooPlan } from '../../engine/index.ts';
import { formatBytes, formatChange, formatCount, formatSaving } from './amounts.ts';
import { colors } from './colors.ts';
import { escapeUnsafe } from './escape.ts';
import { tableLines } from './table.ts';

const right = { align: 'right' } as const;

/** The table of what a batch would do. */
export function planSummary({ models, bytesNow, bytesThen, drive }: ZooPlan): string {
  const rows = models.map(({ id, action, bytesNow: now, bytesThen: then, reason }) => [
    escapeUnsafe(id),
    action,
    formatChange(now, then),
    formatSaving(now, then),
    escapeUnsafe(reason),
  ]);
  return [
    ...tableLines(
      [
        { title: 'model' },
        { title: 'action' },
        { title: 'size', ...right },
        { title: 'saves', ...right },
        { title: 'why' },
      ],
      rows,
    ),
    `${colors.bold(`${formatCount(models.length)} models, about ${formatChange(bytesNow, bytesThen)}`)} · ${formatSaving(bytesNow, bytesThen)}`,
    `Takes up to ${formatBytes(drive.peak)} on ${escapeUnsafe(drive.folder)}, where ${formatBytes(drive.free)} are free${drive.enough ? '' : colors.bold(': not enough')}.`,
    'Nothing has been changed yet.',
  ].join('\n');
}

/** The words after a batch. */
export function batchSummary(report: BatchReport, page: string): string {
  const { models, bytesIn, bytesOut, states } = report;
  const counts = Object.entries(states)
    .filter(([, count]) => count > 0)
    .map(([state, count]) => `${formatCount(count)} ${state}`);
  return [
    `${colors.bold(`${formatCount(models)} models  ${formatChange(bytesIn, bytesOut)} · ${formatSaving(bytesIn, bytesOut)}`)}  ${counts.join(', ')}`,
    `Report: ${escapeUnsafe(page)}`,
  ].join('\n');
}

/** The archives of a store and who needs whom. */
export function storeSummary({ archives, bytes, bytesIn, leftovers }: StoreReport): string {
  const rows = archives.map(({ name, bytes: size, bases, dependants, missing, fault }) => [
    escapeUnsafe(name),
    formatBytes(size),
    bases.map((base) => escapeUnsafe(base.name)).join(', '),
    dependants.length === 0 ? '' : formatCount(dependants.length),
    fault !== undefined
      ? escapeUnsafe(fault)
      : missing.length > 0
        ? `misses ${escapeUnsafe(missing[0]?.name ?? '')}`
        : 'whole',
  ]);
  return [
    ...tableLines(
      [
        { title: 'archive' },
        { title: 'size', ...right },
        { title: 'needs' },
        { title: 'needed by', ...right },
        { title: 'state' },
      ],
      rows,
    ),
    `${formatCount(archives.length)} archives, ${formatBytes(bytes)} for ${formatBytes(bytesIn)}${leftovers.length === 0 ? '' : `; ${formatCount(leftovers.length)} leftovers of killed runs`}`,
  ].join('\n');
}
