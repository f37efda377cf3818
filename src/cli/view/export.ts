import { basename } from 'node:path';
import type { ExportedTensor, ExportReport, ExportTarget, Ticks } from '../../engine/index.ts';
import { formatChange, formatCount, formatSaving, formatSeconds } from './amounts.ts';
import { colors } from './colors.ts';
import { escapeUnsafe } from './escape.ts';
import { tableLines } from './table.ts';

const tickWords: readonly (readonly [keyof Ticks, string])[] = [
  ['smallerOnDisk', 'on disk'],
  ['smallerInMemory', 'in memory'],
  ['faster', 'faster'],
];

/** The kinds of exports with their three ticks. */
export function targetLines(targets: readonly ExportTarget[]): readonly string[] {
  const rows = targets.map(({ id, ticks, summary }) => [
    id,
    ...tickWords.map(([tick]) => (ticks[tick] ? '✓' : '–')),
    summary,
  ]);
  return tableLines([{ title: 'target' }, ...tickWords.map(([, title]) => ({ title })), { title: 'what it is' }], rows);
}

/** The words after an export: sizes, what became of the tensors, what went along, and who has read it. */
export function exportSummary(report: ExportReport): string {
  const { input, target, weightsIn, weightsOut, carried, loadTest, load, output, seconds } = report;
  const tested =
    loadTest.isLoaded === true
      ? colors.green(`Read by ${loadTest.reader}: ${escapeUnsafe(loadTest.result)}`)
      : `Not read by another program: ${escapeUnsafe(loadTest.result)}`;
  return [
    `${colors.bold(escapeUnsafe(basename(input)))} → ${target}  ${formatChange(weightsIn, weightsOut)} · ${colors.bold(formatSaving(weightsIn, weightsOut))}`,
    ...tensorLines(report.tensors).map((line) => `  ${line}`),
    ...(carried.length > 0 ? [`  Carried along: ${carried.map(escapeUnsafe).join(', ')}`] : []),
    `  ${formatSeconds(seconds.total)}`,
    tested,
    `Load it: ${load}`,
    `Written: ${escapeUnsafe(output)}`,
  ].join('\n');
}

const shownKinds = 12;

function tensorLines(tensors: readonly ExportedTensor[]): readonly string[] {
  const kinds = new Map<string, { count: number; bytesIn: number; bytesOut: number; error: number; why: string }>();
  for (const { to, why = '', bytesIn, bytesOut, relativeError } of tensors) {
    const key = `${to}\n${why}`;
    const kind = kinds.get(key) ?? { count: 0, bytesIn: 0, bytesOut: 0, error: 0, why };
    kinds.set(key, {
      count: kind.count + 1,
      bytesIn: kind.bytesIn + bytesIn,
      bytesOut: kind.bytesOut + bytesOut,
      error: Math.max(kind.error, relativeError),
      why,
    });
  }
  const rows = [...kinds]
    .sort(([, one], [, other]) => other.bytesIn - one.bytesIn)
    .slice(0, shownKinds)
    .map(([key, { count, bytesIn, bytesOut, error, why }]) => [
      key.split('\n')[0] ?? '',
      formatCount(count),
      formatChange(bytesIn, bytesOut),
      error === 0 ? 'exact' : `≤ ${(100 * error).toPrecision(2)} %`,
      escapeUnsafe(why),
    ]);
  const right = { align: 'right' } as const;
  return tableLines(
    [
      { title: 'stored as' },
      { title: 'tensors', ...right },
      { title: 'size', ...right },
      { title: 'error', ...right },
      { title: 'why' },
    ],
    rows,
  );
}
