import type { ComparedRun } from '../../../contract/runs.ts';
import { Bars } from '../../components/chart/Bars.tsx';
import { Chart } from '../../components/chart/Chart.tsx';
import { useCatalog } from '../../host/settings.ts';
import { bytesText } from '../../text/amounts.ts';
import { seriesColor } from '../../text/series.ts';
import { visibleText } from '../../text/visible.ts';
import { comparisonFinding, runTitle } from './figures.ts';

interface RunBarsProps {
  readonly runs: readonly ComparedRun[];
  readonly baseline: ComparedRun;
}

/** The archives' sizes to one scale, with the original as a line. */
export function SizeComparison({ runs, baseline }: RunBarsProps) {
  const finding = comparisonFinding(runs);
  const isOneOriginal = new Set(runs.map(({ sha256 }) => sha256)).size === 1;
  return (
    <RunBars
      {...{ runs, finding }}
      title="Size"
      value={({ bytesOut }) => bytesOut}
      text={bytesText}
      {...(isOneOriginal
        ? { line: { value: baseline.bytesIn, label: `Original ${bytesText(baseline.bytesIn)}` } }
        : {})}
    />
  );
}

/** How fast each was made and is restored. */
export function SpeedComparison({ runs }: RunBarsProps) {
  const text = (value: number) => `${bytesText(value)}/s`;
  return (
    <>
      <RunBars
        {...{ runs, text }}
        title="Compressing and proving"
        finding={fastest(runs, ({ compressRate }) => compressRate)}
        value={({ compressRate }) => compressRate}
      />
      <RunBars
        {...{ runs, text }}
        title="Restoring"
        finding={fastest(runs, ({ restoreRate }) => restoreRate)}
        value={({ restoreRate }) => restoreRate}
      />
    </>
  );
}

interface OneBarsProps {
  readonly runs: readonly ComparedRun[];
  readonly title: string;
  readonly finding: string;
  readonly value: (run: ComparedRun) => number | undefined;
  readonly text: (value: number) => string;
  readonly line?: { readonly value: number; readonly label: string };
}

function RunBars({ runs, title, finding, value, text, line }: OneBarsProps) {
  const { data } = useCatalog();
  const place = (preset: string | undefined) => data?.presets.findIndex(({ id }) => id === preset) ?? 0;
  return (
    <Chart
      title={title}
      finding={finding}
      fileName={`comparison ${title.toLowerCase()}`}
      table={{
        columns: ['Result', title],
        rows: runs.map((run) => {
          const known = value(run);
          return [runTitle(run), known === undefined ? 'not measured' : { value: known, text: text(known) }];
        }),
      }}
    >
      <Bars
        title={title}
        description={finding}
        text={text}
        {...(line === undefined ? {} : { line })}
        rows={runs.map((run) => ({
          label: visibleText(runTitle(run)),
          value: value(run),
          color: seriesColor(place(run.preset)),
        }))}
      />
    </Chart>
  );
}

function fastest(runs: readonly ComparedRun[], rate: (run: ComparedRun) => number | undefined): string {
  const measured = runs.filter((run) => rate(run) !== undefined).toSorted((a, b) => (rate(b) ?? 0) - (rate(a) ?? 0));
  const [first] = measured;
  if (first === undefined) return 'Not measured yet: restore one of them, and its speed will stand here.';
  return `${runTitle(first)} is fastest, ${bytesText(rate(first) ?? 0)} of the original a second.`;
}
