import { useMemo } from 'react';
import type { SurveyPoint } from '../../../contract/approximations.ts';
import type { Catalog } from '../../../contract/catalog.ts';
import { Chart } from '../../components/chart/Chart.tsx';
import { dominated } from '../../components/chart/pareto.ts';
import { Scatter } from '../../components/chart/Scatter.tsx';
import { ShapeLegend } from '../../components/chart/ShapeLegend.tsx';
import { VirtualTable, type Column } from '../../components/virtual-table/VirtualTable.tsx';
import { bytesText, exactBytesText, percentText } from '../../text/amounts.ts';
import { bitsText } from '../../text/bits.ts';
import { seriesColor } from '../../text/series.ts';
import { stepWords } from './step-words.ts';

interface SurveyChartProps {
  readonly name: string;
  readonly points: readonly SurveyPoint[];
  readonly methods: Catalog['methods'];
  readonly onChoose: (point: SurveyPoint) => void;
}

const axes = {
  x: { label: 'bits per weight', text: (bits: number) => String(Number(bits.toPrecision(3))) },
  y: {
    label: 'relative error of weights',
    text: (share: number) => `${Number((share * 100).toPrecision(2))} %`,
    isLogarithmic: true,
  },
} as const;

/** Size against error, with the same points as a table from which one is taken by keyboard, too. */
export function SurveyChart({ name, points, methods, onChoose }: SurveyChartProps) {
  const places = useMemo(() => points.map(({ bitsPerWeight: x, relativeError: y }) => ({ x, y })), [points]);
  const hollow = useMemo(() => dominated(places), [places]);
  const seriesOf = ({ method }: SurveyPoint) => methods.findIndex(({ id }) => id === method);
  const tried = methods.filter(({ id }) => points.some(({ method }) => method === id));
  const finding = findingOf(points, hollow, methods);
  return (
    <>
      <Chart
        title="Size and error"
        finding={finding}
        fileName={`${name} methods`}
        table={{
          columns: ['Method', 'Bits per weight', 'Relative error', 'Archive', 'Front'],
          rows: points.map((point, place) => [
            stepWords(point, methods),
            { value: point.bitsPerWeight, text: bitsText(point.bitsPerWeight) },
            { value: point.relativeError, text: percentText(point.relativeError) },
            { value: point.bytesOut, text: bytesText(point.bytesOut) },
            hollow[place] === true ? '' : 'yes',
          ]),
        }}
      >
        <Scatter
          title="Size and error of all methods"
          description={finding}
          points={points.map((point, place) => ({
            x: point.bitsPerWeight,
            y: point.relativeError,
            series: seriesOf(point),
            isDominated: hollow[place] ?? false,
            tell: `${stepWords(point, methods)}\n${bitsText(point.bitsPerWeight)} bits a weight, error ${percentText(point.relativeError)}, about ${bytesText(point.bytesOut)}`,
          }))}
          {...axes}
          color={seriesColor}
          isJoined
          onChoose={(place) => {
            const point = points[place];
            if (point !== undefined) onChoose(point);
          }}
        />
        <ShapeLegend
          entries={tried.map(({ id, title }) => ({ series: methods.findIndex((one) => one.id === id), words: title }))}
          note="Filled: no other is both smaller and nearer."
        />
      </Chart>
      <VirtualTable
        label="Methods that were tried"
        columns={columnsFor(methods)}
        total={points.length}
        rowAt={(place) => points[place]}
        onRange={() => undefined}
        onSelect={onChoose}
      />
      <p>
        A point or a row, once chosen, is the method and its options for this model. The error is of weights, not of
        answers.
      </p>
    </>
  );
}

function columnsFor(methods: Catalog['methods']): readonly Column<SurveyPoint>[] {
  const words = (point: SurveyPoint) => stepWords(point, methods);
  return [
    { title: 'Method', width: 'minmax(0, 3fr)', cell: words, hint: words },
    { title: 'Bits', width: '56px', isNumber: true, cell: ({ bitsPerWeight }) => bitsText(bitsPerWeight) },
    { title: 'Error', width: '72px', isNumber: true, cell: ({ relativeError }) => `~ ${percentText(relativeError)}` },
    {
      title: 'Archive',
      width: '80px',
      isNumber: true,
      cell: ({ bytesOut }) => bytesText(bytesOut),
      hint: ({ bytesOut }) => `about ${exactBytesText(bytesOut)}`,
    },
  ];
}

/** Which method is on the front most often. */
function findingOf(points: readonly SurveyPoint[], hollow: readonly boolean[], methods: Catalog['methods']): string {
  const front = points.filter((_, place) => hollow[place] !== true);
  const [best] = [...Map.groupBy(front, ({ method }) => method)].sort(([, a], [, b]) => b.length - a.length);
  if (best === undefined) return 'Nothing was tried yet.';
  const [method, own] = best;
  const title = methods.find(({ id }) => id === method)?.title ?? method;
  return `${title} has ${own.length} of the ${front.length} points that no other beats in both size and error.`;
}
