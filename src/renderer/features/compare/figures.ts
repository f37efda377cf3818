import type { ComparedRun } from '../../../contract/runs.ts';
import { bytesText, percentText } from '../../text/amounts.ts';
import { bitsText } from '../../text/bits.ts';
import { changeOfMetric, metricKey, metricText, metricTitle } from '../evaluate/metric-words.ts';

/** One column of a comparison; a figure that was not measured is undefined, never zero. */
export interface Figure {
  readonly id: string;
  readonly title: string;
  readonly value: (run: ComparedRun) => number | undefined;
  readonly text: (value: number) => string;
  /** A difference in words of its own; default: in per cent of the pinned one. */
  readonly delta?: (value: number, baseline: number) => string;
}

const fixed: readonly Figure[] = [
  { id: 'size', title: 'Size', value: ({ bytesOut }) => bytesOut, text: bytesText },
  { id: 'left', title: 'Left', value: ({ ratio }) => ratio, text: percentText },
  { id: 'bits', title: 'Bits per weight', value: ({ bitsPerWeight }) => bitsPerWeight, text: bitsText },
  { id: 'compress', title: 'Compress', value: ({ compressRate }) => compressRate, text: rateText },
  { id: 'restore', title: 'Restore', value: ({ restoreRate }) => restoreRate, text: rateText },
  { id: 'memory', title: 'Peak memory', value: ({ peakRssBytes }) => peakRssBytes, text: bytesText },
];

/** The columns for some runs: those that at least one of them has, and one for each quality that was measured. */
export function figuresOf(runs: readonly ComparedRun[]): readonly Figure[] {
  return [...fixed, ...measuredFigures(runs)].filter(({ value }) => runs.some((run) => value(run) !== undefined));
}

/** A column for each metric of each task that was measured. */
function measuredFigures(runs: readonly ComparedRun[]): readonly Figure[] {
  const columns = new Map<string, Figure>();
  for (const { task, metrics } of runs.flatMap(({ evaluations }) => evaluations))
    for (const metric of metrics) {
      const id = `${task?.sha256 ?? ''} ${metricKey(metric)}`;
      columns.set(id, {
        id,
        title: task === undefined ? metricTitle(metric) : `${task.title}: ${metricTitle(metric)}`,
        value: ({ evaluations }) =>
          evaluations
            .find((evaluation) => evaluation.task?.sha256 === task?.sha256)
            ?.metrics.find((each) => metricKey(each) === metricKey(metric))?.value ?? undefined,
        text: (value) => metricText(metric, value),
        delta: (value, baseline) => changeOfMetric(metric, value - baseline),
      });
    }
  return [...columns.values()];
}

/** How far a value lies from the pinned one, signed; nothing where either was not measured or they cannot be told apart. */
export function deltaText(
  value: number | undefined,
  baseline: number | undefined,
  words?: (value: number, baseline: number) => string,
): string {
  if (value === undefined || baseline === undefined) return '';
  if (words !== undefined) return words(value, baseline);
  if (baseline === 0) return '';
  const change = (value / baseline - 1) * 100;
  if (Math.abs(change) < 0.05) return '±0 %';
  return `${change < 0 ? '−' : '+'}${Math.abs(change).toFixed(1)} %`;
}

/** What must be said before any number: other originals, other machines. */
export function comparisonCautions(runs: readonly ComparedRun[]): readonly string[] {
  const originals = new Set(runs.map(({ sha256 }) => sha256));
  const machines = new Set(runs.map(({ machine }) => machine));
  return [
    ...(originals.size > 1 ? ['These come from different originals: compare what is left, not the sizes.'] : []),
    ...(machines.size > 1
      ? ['These were measured on different machines: their speeds and memory do not compare.']
      : []),
  ];
}

/** The comparison in one sentence. */
export function comparisonFinding(runs: readonly ComparedRun[]): string {
  const [first, ...others] = runs;
  if (first === undefined) return '';
  if (others.length === 0) return 'One result stands alone; choose another to compare it with.';
  const smallest = others.reduce((best, run) => (run.ratio < best.ratio ? run : best), first);
  const largest = others.reduce((worst, run) => (run.ratio > worst.ratio ? run : worst), first);
  if (largest.ratio - smallest.ratio < 0.0005) return 'All of them leave as much.';
  const points = ((largest.ratio - smallest.ratio) * 100).toFixed(1);
  return `${runTitle(smallest)} leaves least, ${percentText(smallest.ratio)}; the most is ${points} points more.`;
}

/** How a run is called beside others: its name and what it was asked for. */
export function runTitle({ name, preset }: Pick<ComparedRun, 'name' | 'preset'>): string {
  return preset === undefined ? name : `${name}, ${preset}`;
}

/** The table as Markdown, for notes and threads. */
export function comparisonMarkdown(runs: readonly ComparedRun[]): string {
  const figures = figuresOf(runs);
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [
    line(['Result', ...figures.map(({ title }) => title)]),
    line(['---', ...figures.map(() => '---:')]),
    ...runs.map((run) =>
      line([
        runTitle(run),
        ...figures.map(({ value, text }) => {
          const known = value(run);
          return known === undefined ? 'not measured' : text(known);
        }),
      ]),
    ),
  ].join('\n');
}

function rateText(value: number): string {
  return `${bytesText(value)}/s`;
}
