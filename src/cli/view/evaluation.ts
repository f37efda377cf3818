import { colors } from './colors.ts';
import {
  formatDelta,
  formatValue,
  type EvaluationReport,
  type MetricReport,
  type OutputReport,
  type TensorError,
} from '../../evaluation/index.ts';
import { formatBytes, formatCount, formatSeconds } from './amounts.ts';
import { escapeLines, escapeUnsafe, fitName } from './escape.ts';
import { type Column, tableLines } from './table.ts';

const shownTensors = 10;
const shownLayers = 12;
const shownExamples = 8;
const nameWidth = 48;

/** What `evaluate` and `compare` print: the noise floor first, then the task, outputs, examples, layers and weights. */
export function evaluationText(report: EvaluationReport): string {
  return [
    headLine(report),
    ...faultLines(report),
    ...section('Noise floor (the same model against itself)', noiseLines(report)),
    ...section(taskTitle(report), metricLines(report)),
    ...section('Figures of your own program', ownLines(report)),
    ...section(`Outputs on ${report.items} ${escapeUnsafe(report.unit)}`, outputLines(report.outputs)),
    ...section(
      `Answered otherwise: ${report.changed} of ${report.items} ${escapeUnsafe(report.unit)}`,
      exampleLines(report),
    ),
    ...section(
      `Layers that changed most, on ${report.layers?.items ?? 0} ${escapeUnsafe(report.unit)}`,
      layerLines(report),
    ),
    ...section('Weights', weightLines(report)),
    ...report.notices.map((notice) => colors.yellow(`Note: ${escapeLines(notice)}`)),
    ...(report.originalFromCache
      ? [colors.dim('What the original answers is taken from an evaluation before; --no-cache runs it anew')]
      : []),
    colors.dim(
      `${formatSeconds(report.seconds)} · seed ${report.seed} · peak memory ${formatBytes(report.peakRssBytes)} · ${escapeUnsafe(report.machine.cpu)}, ${report.machine.cores} cores`,
    ),
  ].join('\n');
}

function headLine({ candidate, original }: EvaluationReport): string {
  const one = `${colors.bold(escapeUnsafe(candidate.name))}  ${formatBytes(candidate.bytes)}`;
  return original === undefined ? one : `${one} against ${escapeUnsafe(original.name)}  ${formatBytes(original.bytes)}`;
}

function faultLines({ candidate, original }: EvaluationReport): readonly string[] {
  return [original, candidate].flatMap((model) =>
    model?.fault === undefined ? [] : [colors.yellow(escapeLines(model.fault.message))],
  );
}

function noiseLines({ noiseFloor, unit }: EvaluationReport): readonly string[] {
  if (noiseFloor === undefined) return [];
  const words = (outputs: readonly OutputReport[]): string =>
    outputs.every(({ identical }) => identical)
      ? 'none: every bit is the same'
      : outputs.map(({ name, relativeL2 }) => `${fitName(name, nameWidth)} ${small(relativeL2)}`).join(' · ');
  const [threads, others] = noiseFloor.threads;
  return [
    `run twice on ${noiseFloor.items} ${escapeUnsafe(unit)}: ${words(noiseFloor.repeated)}`,
    `with ${others} instead of ${threads} threads: ${words(noiseFloor.otherThreads)}`,
  ];
}

function taskTitle({ task, inputs }: EvaluationReport): string {
  return task === undefined ? `Task (${inputs})` : escapeUnsafe(task.title);
}

function metricLines({ metrics, original }: EvaluationReport): readonly string[] {
  const title = (metric: MetricReport): string =>
    `${metric.title}${metric.against === 'original' ? ' as the original' : ''}`;
  if (metrics.length === 0) return [];
  if (original === undefined)
    return tableLines(
      [{ title: 'metric' }, right('value'), right('n'), { title: '95 % interval' }],
      metrics.map((metric) => [
        title(metric),
        formatValue(metric, metric.value),
        formatCount(metric.n),
        metric.verdict,
      ]),
    );
  return tableLines(
    [{ title: 'metric' }, right('original'), right('candidate'), right('delta'), right('n'), { title: 'verdict' }],
    metrics.map((metric) => [
      title(metric),
      formatValue(metric, metric.original),
      formatValue(metric, metric.value),
      metric.delta === null ? '–' : formatDelta(metric, metric.delta),
      formatCount(metric.n),
      metric.verdict,
    ]),
  );
}

function ownLines({ ownMetrics = [] }: EvaluationReport): readonly string[] {
  if (ownMetrics.length === 0) return [];
  const figure = (value: number | null): string => (value === null ? '–' : String(Number(value.toPrecision(6))));
  return tableLines(
    [
      { title: 'metric' },
      right('original'),
      right('candidate'),
      right('delta'),
      right('n'),
      { title: '95 % interval' },
    ],
    ownMetrics.map(({ metric, original, value, delta, n, interval }) => [
      fitName(metric, nameWidth),
      figure(original),
      figure(value),
      figure(delta),
      n === null ? '–' : formatCount(n),
      interval === null
        ? `unknown: the program tells ${n === null ? 'no' : 'too few'} items`
        : `${figure(interval.low)} to ${figure(interval.high)}`,
    ]),
  );
}

function outputLines(outputs: readonly OutputReport[]): readonly string[] {
  if (outputs.length === 0) return [];
  return tableLines(
    [
      { title: 'output' },
      right('relative L2'),
      right('cosine'),
      right('largest'),
      right('KL'),
      right('same top-1'),
      right('flips'),
    ],
    outputs.map((output) => [
      fitName(output.name, nameWidth),
      output.identical ? 'identical' : small(output.relativeL2),
      output.identical ? '1' : cosine(output.cosine),
      small(output.maxAbs),
      output.kl === undefined ? '' : small(output.kl.value),
      output.topOne === undefined ? '' : `${(output.topOne.value * 100).toFixed(2)} %`,
      output.topOne === undefined ? '' : `${formatCount(output.topOne.flips)} of ${formatCount(output.topOne.rows)}`,
    ]),
  );
}

function exampleLines({ examples }: EvaluationReport): readonly string[] {
  if (examples.length === 0) return [];
  return tableLines(
    [{ title: 'item' }, { title: 'right' }, { title: 'original' }, { title: 'candidate' }, { title: '' }],
    examples
      .slice(0, shownExamples)
      .map(({ name, target = '', original, candidate, scored, change }) => [
        fitName(name, 24),
        fitName(target, 32),
        fitName(original, 32),
        fitName(candidate, 32),
        change === 'other' ? '' : scored === undefined ? change : `${change}, by ${scored}`,
      ]),
  );
}

function layerLines({ layers }: EvaluationReport): readonly string[] {
  if (layers === undefined) return [];
  const worst = layers.layers.toSorted((one, other) => (other.relativeL2 ?? Infinity) - (one.relativeL2 ?? Infinity));
  return [
    ...tableLines(
      [{ title: 'layer' }, { title: 'operator' }, right('relative L2'), right('cosine')],
      worst
        .slice(0, shownLayers)
        .map(({ name, operator, relativeL2, cosine: angle }) => [
          fitName(name, nameWidth),
          escapeUnsafe(operator),
          small(relativeL2),
          cosine(angle),
        ]),
    ),
    ...(layers.missing > 0 ? [`${layers.missing} layers are not in the candidate under the same name`] : []),
    ...(layers.notes ?? []).map(escapeLines),
  ];
}

function weightLines({ weights }: EvaluationReport): readonly string[] {
  if (weights === undefined) return [];
  const { tensors, total, skippedTotal, skipped, added, meaning } = weights;
  const changed = tensors.filter(({ identical }) => !identical);
  const worst = changed.toSorted((one, other) => (other.relativeL2 ?? Infinity) - (one.relativeL2 ?? Infinity));
  return [
    meaning,
    tensors.length === 0
      ? 'no tensor could be compared'
      : `${formatCount(tensors.length)} tensors compared, ${formatCount(changed.length)} differ: ${total.identical ? 'all elements are equal' : `relative L2 ${small(total.relativeL2)} · SQNR ${decibels(total.sqnr)} · largest ${small(total.maxAbs)}`}`,
    ...(skippedTotal > 0
      ? [
          `${formatCount(skippedTotal)} not compared, the first: ${fitName(skipped[0]?.name ?? '', nameWidth)}: ${escapeUnsafe(skipped[0]?.reason ?? '')}`,
        ]
      : []),
    ...(added > 0 ? [`${formatCount(added)} only in the candidate`] : []),
    ...(worst.length === 0 ? [] : tableLines(tensorColumns, worst.slice(0, shownTensors).map(tensorCells))),
    ...(worst.length > shownTensors
      ? [colors.dim(`… and ${formatCount(worst.length - shownTensors)} more; --json has all`)]
      : []),
  ];
}

const tensorColumns: readonly Column[] = [
  { title: 'tensor' },
  { title: 'dtype' },
  right('relative L2'),
  right('SQNR'),
  right('largest'),
  right('zeros'),
];

function tensorCells(tensor: TensorError): readonly string[] {
  const { name, dtype, candidateDtype, relativeL2, sqnr, maxAbs, candidateZeros, elements } = tensor;
  return [
    fitName(name, nameWidth),
    escapeUnsafe(dtype === candidateDtype ? dtype : `${dtype} → ${candidateDtype}`),
    small(relativeL2),
    decibels(sqnr),
    small(maxAbs),
    elements === 0 ? '' : `${((candidateZeros / elements) * 100).toFixed(1)} %`,
  ];
}

/** Three digits, whatever the size. */
function small(value: number | null): string {
  if (value === null) return 'not a number';
  if (value === 0) return '0';
  return value >= 0.001 && value < 1000 ? String(Number(value.toPrecision(3))) : value.toExponential(2);
}

/** So many nines that the rest shows. */
function cosine(value: number | null): string {
  return value === null ? 'not a number' : value.toFixed(6);
}

function decibels(value: number | null): string {
  return value === null ? '' : `${value.toFixed(1)} dB`;
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ['', colors.bold(title), ...lines.map((line) => `  ${line}`)];
}

function right(title: string): Column {
  return { title, align: 'right' };
}
