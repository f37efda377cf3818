import { basename } from 'node:path';
import { besideWords, fartherWords, methodWords } from '../../contract/fit-words.ts';
import { partTitles } from '../../contract/part-titles.ts';
import {
  formatDelta,
  formatValue,
  type AblationReport,
  type AblationRow,
  type TrialEvent,
  type FitReport,
} from '../../evaluation/index.ts';
import { formatBytes, formatChange, formatCount, formatNumber, formatSaving, formatSeconds } from './amounts.ts';
import { colors } from './colors.ts';
import { escapeUnsafe } from './escape.ts';
import { evaluationText } from './evaluation.ts';
import { tableLines } from './table.ts';

const inOrder = 'one after another, each for what rounded ones before it give';
const atOnce = 'all at once';

/** The words after a fit: the size, what was learned from, and what was measured. */
export function fitText(report: FitReport): string {
  const { input, output, bytesIn, bytesOut, calibration, candidates, chosenOn, evaluation, seconds } = report;
  const { items } = calibration;
  const inputs =
    calibration.inputs === 'task' ? `${formatNumber(items, 'item')} of the task` : formatNumber(items, 'made-up input');
  return [
    `${colors.bold(escapeUnsafe(basename(input)))}  ${formatChange(bytesIn, bytesOut)} · ${colors.bold(formatSaving(bytesIn, bytesOut))} · ${(bytesIn / bytesOut).toFixed(2)} times smaller`,
    `  learned from ${inputs}: the inputs of ${formatNumber(calibration.layers, 'layer')}; ${formatCount(calibration.matrices)} matrices`,
    `  ${formatNumber(candidates.length, 'candidate')} written and proved, in ${formatSeconds(seconds)}`,
    ...(evaluation
      ? [
          chosenOn > 0
            ? `Chosen on ${formatNumber(chosenOn, 'item')}; measured on others, which were not learned from either:`
            : 'Measured on items that were not learned from:',
          evaluationText(evaluation),
          ...orderLines(report),
          ...singleLines(report),
        ]
      : [colors.yellow('Not measured: how good it is was not looked at.')]),
    colors.green(`Proved: the archive gives back these weights, read back and compared; sha256 ${report.sha256}`),
    `Archive: ${escapeUnsafe(output)}`,
  ].join('\n');
}

/** In which order layers of the result were rounded, and what the other one came to. */
function orderLines({ inSequence, otherOrder, fitted, distance }: FitReport): readonly string[] {
  if (!otherOrder || fitted) return [];
  const [taken, other] = inSequence ? [inOrder, atOnce] : [atOnce, inOrder];
  return [`Layers were rounded ${taken}; ${other}, ${measuredText(otherOrder, distance)}`];
}

/** What the best single method of the catalog comes to at that size, or that it is the result, and what the fit came to. */
function singleLines({ single, fitted, distance, bytesOut }: FitReport): readonly string[] {
  if (!single) return [];
  const words = methodWords(single.by);
  if (!fitted)
    return [
      `The best single method ${besideWords(single.bytes, bytesOut)}, ${words}, ${measuredText(single, distance)}`,
    ];
  return [
    `That is ${words}, the best single method ${besideWords(single.bytes, fitted.bytes)}, which came nearer to the original than what was fitted: ${measuredText(fitted, distance)}`,
  ];
}

/** The size of an archive that is not the result, and how good it is beside that. */
function measuredText({ bytes, metrics, distance }: NonNullable<FitReport['fitted']>, ofResult?: number): string {
  const figures = metrics.map(
    (metric) =>
      `${metric.title} ${formatValue(metric, metric.value)}${metric.delta === null ? '' : ` (${formatDelta(metric, metric.delta)})`}`,
  );
  const farther = fartherWords(distance, ofResult);
  const told = [...figures, ...(farther ? [farther] : [])].join(' · ');
  return `${formatBytes(bytes)}${told && `: ${told}`}`;
}

const titles: Readonly<Record<AblationRow['part'], string>> = partTitles;

/** Which fit of an ablation begins. */
export function trialText({ part, change, number, left, secondsLeft }: TrialEvent): string {
  const isWhole = part === 'everything' && change === 'with';
  const time = secondsLeft === undefined ? '' : `, ${formatSeconds(secondsLeft)}`;
  return `fit ${number} (at most ${left} more${time}), ${isWhole ? 'with what was asked for' : `${change} ${titles[part]}`}`;
}

/** At which size the model is as good without each part, or with one that was not asked for. */
export function ablationText({ bytesOut, distance, rows }: AblationReport): string {
  const right = { align: 'right' } as const;
  const columns = [
    { title: 'as good' },
    { title: 'size', ...right },
    { title: 'change', ...right },
    { title: 'interval', ...right },
    { title: '' },
  ];
  const cells = rows.map((row) => [`${row.change} ${titles[row.part]}`, ...sizeCells(row, { bytesOut, distance })]);
  const heading = `What each part is worth at ${formatBytes(bytesOut)}, by the distance of the outputs (${distance.toPrecision(3)}):`;
  return [heading, ...tableLines(columns, cells)].join('\n');
}

/** The size, its change, between which changes it is, and what may be said of that. */
function sizeCells(
  { bytes, interval, tried, fault }: AblationRow,
  { bytesOut, distance }: Pick<AblationReport, 'bytesOut' | 'distance'>,
): readonly string[] {
  const [nearest] = tried.toSorted((one, other) => farFrom(one, distance) - farFrom(other, distance));
  if (bytes === null)
    return [
      'cannot be told',
      ...['', ''],
      nearest
        ? `at ${formatBytes(nearest.bytes)} ${(nearest.distance / distance).toPrecision(2)} times as far`
        : escapeUnsafe(fault ?? ''),
    ];
  const size = formatBytes(bytes);
  if (interval === null) return [size, formatSaving(bytesOut, bytes), 'unknown', ''];
  const { low, high } = interval;
  if (low === bytesOut && high === bytesOut) return [size, '', '', 'the same model'];
  return [
    size,
    formatSaving(bytesOut, bytes),
    `${formatSaving(bytesOut, low)} … ${formatSaving(bytesOut, high)}`,
    low <= bytesOut && bytesOut <= high ? 'no more than luck' : '',
  ];
}

function farFrom({ distance }: AblationRow['tried'][number], goal: number): number {
  return Math.abs(Math.log(distance / goal));
}
