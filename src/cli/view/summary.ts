import { basename } from 'node:path';
import { colors } from './colors.ts';
import type { CompressReport, Phase, Report, RestoreReport, TensorReport, VerifyReport } from '../../engine/index.ts';
import {
  formatBytes,
  formatChange,
  formatCount,
  formatNumber,
  formatRate,
  formatSaving,
  formatSeconds,
} from './amounts.ts';
import { escapeUnsafe } from './escape.ts';
import { tableLines } from './table.ts';

const shownCodecs = 8;

/** The words after a compression: sizes, codecs, times, and what was proved. */
export function compressSummary(report: CompressReport): string {
  const { input, output, bytesIn, bytesOut, sha256 } = report;
  const files = report.files.length > 1 ? ` · ${report.files.length} files` : '';
  return [
    `${colors.bold(escapeUnsafe(basename(input)))}  ${formatChange(bytesIn, bytesOut)} · ${colors.bold(formatSaving(bytesIn, bytesOut))}${files}`,
    ...codecLines(report).map((line) => `  ${line}`),
    ...leaningLines(report),
    `  ${timeLine(report)}`,
    ...(report.approximation ? approximationLines(report, report.approximation) : []),
    colors.green(
      report.approximation
        ? `Proved: the archive gives back these weights, read back and compared; sha256 ${sha256}`
        : `Proved: every byte was read back and compared; sha256 ${sha256}`,
    ),
    ...(report.bases ?? []).map(
      ({ name, sha256: base }) => `Restoring it takes the base ${escapeUnsafe(name)}, sha256 ${base}`,
    ),
    `Archive: ${escapeUnsafe(output)}`,
  ].join('\n');
}

/** What was lost, where most, and what was kept. */
function approximationLines(
  { tensors }: CompressReport,
  { bitsPerWeight, tensors: changed, kept, sourceSha256 }: NonNullable<CompressReport['approximation']>,
): readonly string[] {
  const losses = tensors.flatMap(({ name, approximation }) => (approximation ? [{ name, ...approximation.loss }] : []));
  const [worst] = losses.toSorted((one, other) => other.relativeL2 - one.relativeL2);
  const reasons = new Map<string, number>();
  for (const { kept: reason } of tensors) if (reason !== undefined) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  return [
    colors.yellow(
      `~ Approximate: ${formatNumber(changed, 'tensor')} at ${bitsPerWeight.toFixed(2)} bits a weight, ${formatCount(kept)} kept exactly`,
    ),
    ...(worst === undefined
      ? []
      : [`  largest relative error ${(100 * worst.relativeL2).toPrecision(3)} % in ${escapeUnsafe(worst.name)}`]),
    ...[...reasons]
      .sort(([, one], [, other]) => other - one)
      .map(([reason, count]) => `  ${formatCount(count)} kept: ${escapeUnsafe(reason)}`),
    `  sha256 of the original ${sourceSha256}`,
  ];
}

/** The words after restoring. */
export function restoreSummary(report: RestoreReport): string {
  const what = report.tensor === undefined ? '' : ` · tensor ${escapeUnsafe(report.tensor)}`;
  return [
    `${colors.bold(escapeUnsafe(basename(report.input)))}  ${formatChange(report.bytesIn, report.bytesOut)}${what}`,
    `  ${timeLine(report)}`,
    ...(report.approximateOf === undefined
      ? [colors.green(`Restored and equal to the original; sha256 ${report.sha256}`)]
      : [
          colors.yellow(`~ Restored with approximated weights; sha256 ${report.sha256}`),
          `sha256 of the original ${report.approximateOf}`,
        ]),
    `Written: ${escapeUnsafe(report.output)}`,
  ].join('\n');
}

const provedWords: Readonly<Record<VerifyReport['proved'][number], string>> = {
  checksums: 'every block has its checksum',
  tensors: 'every tensor decodes to its sha256',
  files: 'every file decodes to its sha256',
  original: 'the original has the same bytes',
  source: 'the weights were approximated of this original',
  'published-sha256': 'the published sha256 is the same',
};

/** The words after a verification, one line for each thing proved. */
export function verifySummary(report: VerifyReport): string {
  return [
    `${colors.bold(escapeUnsafe(basename(report.input)))}  ${formatBytes(report.bytesIn)} · ${formatNumber(report.tensors, 'tensor')} · ${formatNumber(report.blocks, 'block')}`,
    `  ${timeLine(report)}`,
    ...report.proved.map((rung) => colors.green(`Proved: ${provedWords[rung]}`)),
    `sha256 ${report.sha256}`,
  ].join('\n');
}

interface Share {
  readonly codec: string;
  count: number;
  bytesIn: number;
  bytesOut: number;
}

function leaningLines({ tensors }: CompressReport): readonly string[] {
  const all = tensors.flatMap(({ leansOn = [] }) => leansOn);
  const [toBases, leanings] = [all.filter(({ isBase }) => isBase), all.filter(({ isBase }) => !isBase)];
  const names = [...new Set(toBases.map(({ to }) => escapeUnsafe(to)))].join(', ');
  return [
    ...(toBases.length === 0 ? [] : [`  base: ${formatCount(toBases.length)} stored as differences to ${names}`]),
    ...(leanings.length === 0 ? [] : [alikeLine(leanings)]),
  ];
}

function alikeLine(leanings: NonNullable<TensorReport['leansOn']>): string {
  const many = leanings.reduce((sum, { slices }) => sum + (slices?.length ?? 1), 0);
  const others = new Set(leanings.map(({ to }) => to)).size;
  return `  alike: ${formatCount(many)} stored as differences to ${formatCount(others)} others of the model`;
}

function codecLines({ tensors, bytes }: CompressReport): readonly string[] {
  const shares = new Map<string, Share>();
  for (const { codec: tree, bytesIn, bytesOut, equalTo } of tensors) {
    const codec = equalTo === undefined ? tree : 'equal to an earlier tensor';
    const share = shares.get(codec) ?? { codec, count: 0, bytesIn: 0, bytesOut: 0 };
    shares.set(codec, share);
    share.count += 1;
    share.bytesIn += bytesIn;
    share.bytesOut += bytesOut;
  }
  const sorted = [...shares.values()].sort((one, other) => other.bytesIn - one.bytesIn);
  const rest = sorted.slice(shownCodecs);
  const shown = rest.length > 1 ? [...sorted.slice(0, shownCodecs), sum(`${rest.length} other trees`, rest)] : sorted;
  const rows = shown.map(({ codec, count, bytesIn, bytesOut }) => [
    escapeUnsafe(codec),
    formatNumber(count, 'tensor'),
    formatChange(bytesIn, bytesOut),
    formatSaving(bytesIn, bytesOut),
  ]);
  rows.push(
    ['headers and other bytes', '', formatBytes(bytes.other)],
    ['index and frame', '', formatBytes(bytes.frame)],
  );
  const right = { align: 'right' } as const;
  return tableLines(
    [{ title: 'codec' }, { title: 'used for', ...right }, { title: 'size', ...right }, { title: 'saved', ...right }],
    rows,
  );
}

function sum(codec: string, shares: readonly Share[]): Share {
  const total = (pick: (share: Share) => number): number => shares.reduce((all, share) => all + pick(share), 0);
  return {
    codec,
    count: total(({ count }) => count),
    bytesIn: total(({ bytesIn }) => bytesIn),
    bytesOut: total(({ bytesOut }) => bytesOut),
  };
}

function timeLine({ command, bytesIn, bytesOut, seconds, threads, peakRssBytes }: Report): string {
  const { total, ...phases } = seconds;
  const parts = (Object.entries(phases) as [Phase, number][]).map(([phase, each]) => `${phase} ${formatSeconds(each)}`);
  const original = command === 'compress' ? bytesIn : Math.max(bytesIn, bytesOut);
  return [
    `${formatSeconds(total)}${parts.length > 1 ? ` (${parts.join(', ')})` : ''}`,
    ...(total > 0 && original > 0 ? [formatRate(original / total)] : []),
    formatNumber(threads, 'thread'),
    `peak memory ${formatBytes(peakRssBytes)}`,
  ].join(' · ');
}
