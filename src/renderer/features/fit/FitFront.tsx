import { useMemo } from 'react';
import type { Candidate } from '../../../contract/fits.ts';
import { Chart } from '../../components/chart/Chart.tsx';
import { dominated } from '../../components/chart/pareto.ts';
import { Scatter } from '../../components/chart/Scatter.tsx';
import { VirtualTable, type Column } from '../../components/virtual-table/VirtualTable.tsx';
import { bytesText, countedText, exactBytesText, numberText } from '../../text/amounts.ts';
import { bitsText } from '../../text/bits.ts';
import { seriesColor } from '../../text/series.ts';
import { visibleText } from '../../text/visible.ts';
import { metricText, worseBy } from './fit-words.ts';

interface FitFrontProps {
  readonly name: string;
  /** Smallest first. */
  readonly candidates: readonly Candidate[];
  readonly chosen: Candidate | undefined;
  readonly onChoose: (candidate: Candidate) => void;
}

/** Every candidate by its size and by what it does: measured where that was done, else what sensitivities say. */
export function FitFront({ name, candidates, chosen, onChoose }: FitFrontProps) {
  const measured = candidates.filter(({ metrics }) => metrics?.[0] !== undefined);
  const isMeasured = measured.length > 0;
  const shown = isMeasured ? measured : candidates;
  const places = useMemo(
    () => shown.map((one) => ({ x: one.bytes, y: isMeasured ? (worst(one) ?? 0) : one.predictedDamage })),
    [shown, isMeasured],
  );
  const hollow = dominated(places);
  const title = shown[0]?.metrics?.[0]?.title ?? '';
  const label = isMeasured ? `${visibleText(title)}: worse than the original` : 'predicted damage';
  const finding = findingOf(shown, hollow, isMeasured);
  return (
    <section aria-label="Candidates">
      <Chart
        title="Size and quality"
        finding={finding}
        fileName={`${name} candidates`}
        table={{
          columns: ['Bytes', 'Bits per weight', 'Predicted damage', 'Metric', 'Value', 'Low', 'High'],
          rows: candidates.map(({ bytes, bitsPerWeight, predictedDamage, metrics }) => {
            const metric = metrics?.[0];
            return [
              { value: bytes, text: bytesText(bytes) },
              { value: bitsPerWeight, text: bitsText(bitsPerWeight) },
              { value: predictedDamage, text: numberText(predictedDamage) },
              metric?.title ?? 'not measured',
              metric === undefined ? '' : metricText(metric),
              metric?.interval ? numberText(metric.interval.low) : '',
              metric?.interval ? numberText(metric.interval.high) : '',
            ];
          }),
        }}
      >
        <Scatter
          title="Size and quality of all candidates"
          description={finding}
          points={shown.map((one, place) => ({
            x: one.bytes,
            y: places[place]?.y ?? 0,
            series: isMeasured ? 0 : 1,
            isDominated: hollow[place] ?? false,
            isChosen: one.fit === chosen?.fit && one.number === chosen.number,
            tell: `${exactBytesText(one.bytes)}\n${qualityWords(one)}`,
          }))}
          x={{ label: 'size of the archive', text: bytesText }}
          y={isMeasured ? { label, text: shareText } : { label, text: numberText, isLogarithmic: true }}
          color={seriesColor}
          onChoose={(place) => {
            const one = shown[place];
            if (one !== undefined) onChoose(one);
          }}
        />
      </Chart>
      <VirtualTable
        label="Candidates"
        columns={columns}
        total={candidates.length}
        rowAt={(place) => candidates[place]}
        onRange={() => undefined}
        onSelect={onChoose}
        isSelected={({ fit, number }) => fit === chosen?.fit && number === chosen.number}
      />
    </section>
  );
}

/** As many digits as a narrow axis needs. */
function shareText(share: number): string {
  return `${Number((share * 100).toPrecision(3))} %`;
}

const columns: readonly Column<Candidate>[] = [
  {
    title: 'Size',
    width: '80px',
    isNumber: true,
    cell: ({ bytes }) => `~ ${bytesText(bytes)}`,
    hint: ({ bytes }) => exactBytesText(bytes),
  },
  { title: 'Bits', width: '56px', isNumber: true, cell: ({ bitsPerWeight }) => bitsText(bitsPerWeight) },
  { title: 'How good', width: 'minmax(0, 4fr)', cell: (one) => qualityWords(one), hint: (one) => qualityWords(one) },
];

/** A candidate's first metric with its verdict, or that there is none. */
export function qualityWords({ metrics }: Candidate): string {
  const metric = metrics?.[0];
  if (metric === undefined) return 'Not measured';
  return `${visibleText(metric.title)} ${metricText(metric)}: ${visibleText(metric.verdict)}`;
}

function worst({ metrics }: Candidate): number | undefined {
  const metric = metrics?.[0];
  return metric === undefined ? undefined : worseBy(metric);
}

function findingOf(shown: readonly Candidate[], hollow: readonly boolean[], isMeasured: boolean): string {
  const front = shown.filter((_, place) => hollow[place] !== true);
  const [smallest] = front;
  const many =
    shown.length === 1
      ? '1 candidate'
      : `${countedText(shown.length, 'candidate')}, ${front.length} of them beaten by no other`;
  if (smallest === undefined) return 'Nothing was tried yet.';
  if (!isMeasured) return `${many}. None was measured: what is shown is predicted.`;
  return `${many}. The smallest takes ${bytesText(smallest.bytes)}: ${qualityWords(smallest)}`;
}
