import type { BatchEvent, BatchReport, StoreReport, Zoo, ZooPlan } from '../../engine/index.ts';
import { formatBytes, formatChange, formatCount, formatNumber, formatSaving, formatSeconds } from './amounts.ts';
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
    `${colors.bold(`${formatNumber(models.length, 'model')}, about ${formatChange(bytesNow, bytesThen)}`)} · ${formatSaving(bytesNow, bytesThen)}`,
    `Takes up to ${formatBytes(drive.peak)} on ${escapeUnsafe(drive.folder)}, where ${formatBytes(drive.free)} are free${drive.enough ? '' : colors.bold(': not enough')}.`,
    'Nothing has been changed yet.',
  ].join('\n');
}

/** What is to be known of copies that take no room of their own; nothing where there are none. */
export function sharedWords({ models, sharedBlocks }: Zoo): string {
  if (sharedBlocks === 'untold') return 'Note: copies on the same blocks of the disk (reflinks) cannot be told here.';
  const bytes = models.reduce((sum, { sharedBytes = 0 }) => sum + sharedBytes, 0);
  return bytes === 0
    ? ''
    : `Note: ${formatBytes(bytes)} of these are copies on the same blocks of the disk (reflinks).`;
}

type EventOf<Type extends BatchEvent['type']> = Extract<BatchEvent, { readonly type: Type }>;

/** How far a batch is: the model in hand, all bytes, and how long it takes at the pace that was measured. */
export function batchProgress(event: EventOf<'model-progress'>, bytesTotal: number): string {
  const { modelDone, modelTotal, bytesDone, rate, secondsLeft } = event;
  const within = modelTotal === 0 ? 0 : Math.floor((100 * modelDone) / modelTotal);
  const pace = rate === undefined ? '' : ` · ${formatBytes(rate)}/s`;
  const left = secondsLeft === undefined ? '' : ` · about ${formatSeconds(Math.max(10, secondsLeft))} left`;
  return `${within} % · ${formatBytes(bytesDone)} of ${formatBytes(bytesTotal)}${pace}${left}`;
}

/** Why a batch does nothing now. */
export function waitingLine({ folder, free, needed }: EventOf<'waiting'>): string {
  return `Waiting for room in ${escapeUnsafe(folder)}: ${formatBytes(free)} free, ${formatBytes(needed)} needed. It goes on by itself; Ctrl-C ends it.`;
}

/** The words after a batch. */
export function batchSummary(report: BatchReport, page: string): string {
  const { models, bytesIn, bytesOut, states } = report;
  const counts = Object.entries(states)
    .filter(([, count]) => count > 0)
    .map(([state, count]) => `${formatCount(count)} ${state}`);
  return [
    `${colors.bold(`${formatNumber(models, 'model')}  ${formatChange(bytesIn, bytesOut)} · ${formatSaving(bytesIn, bytesOut)}`)}  ${counts.join(', ')}`,
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
    `${formatNumber(archives.length, 'archive')}, ${formatBytes(bytes)} for ${formatBytes(bytesIn)}${leftovers.length === 0 ? '' : `; ${formatNumber(leftovers.length, 'leftover')} of killed runs`}`,
  ].join('\n');
}
