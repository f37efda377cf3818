import { basename } from 'node:path';
import { colors } from './colors.ts';
import type { BenchmarkMeasurement, BenchmarkReport } from '../bench/report.ts';
import { formatBytes, formatRate, formatSeconds } from './amounts.ts';
import { escapeUnsafe } from './escape.ts';
import { tableLines } from './table.ts';

/** One line while a benchmark runs. */
export function measurementLine({ contestant, round, compress, restore, equal }: BenchmarkMeasurement): string {
  const proof = equal ? '' : ' · NOT EQUAL';
  return `round ${round}  ${contestant}: ${formatSeconds(compress.seconds)} there, ${formatSeconds(restore.seconds)} back${proof}`;
}

/** The table of medians, with the machine that it holds for. */
export function benchmarkText(report: BenchmarkReport): string {
  const right = { align: 'right' } as const;
  const columns = [
    { title: 'contestant' },
    { title: 'size', ...right },
    { title: 'of original', ...right },
    { title: 'compress', ...right },
    { title: 'restore', ...right },
    { title: 'CPU there', ...right },
    { title: 'CPU back', ...right },
    { title: 'peak memory', ...right },
    { title: 'equal' },
  ];
  const rows = report.rows.map((row) => [
    row.contestant,
    formatBytes(row.bytesOut),
    `${(row.ratio * 100).toFixed(2)} %`,
    formatRate(row.compressRate),
    formatRate(row.restoreRate),
    optional(row.compressCpuSeconds, formatSeconds),
    optional(row.restoreCpuSeconds, formatSeconds),
    optional(row.peakRssBytes, formatBytes),
    row.equal ? 'sha256' : 'NO',
  ]);
  const { machine } = report;
  return [
    `${colors.bold(escapeUnsafe(basename(report.input)))}  ${formatBytes(report.bytesIn)} · sha256 ${report.sha256}`,
    `${machine.cpu} · ${machine.cores} cores · ${formatBytes(machine.memoryBytes)} · ${machine.platform} · Node ${machine.node}`,
    `Medians of ${report.rounds} interleaved rounds, ${report.threads} threads, starting and flushing included, files read from a warm cache`,
    '',
    ...tableLines(columns, rows),
    ...report.absent.map(({ contestant, reason }) => `${contestant}: ${escapeUnsafe(reason)}`),
  ].join('\n');
}

function optional(value: number | undefined, format: (value: number) => string): string {
  return value === undefined ? '–' : format(value);
}
