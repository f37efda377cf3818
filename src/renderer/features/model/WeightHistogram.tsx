import type { TensorLook } from '../../../contract/models.ts';
import { Chart } from '../../components/chart/Chart.tsx';
import { Columns } from '../../components/chart/Columns.tsx';
import { countText, numberText, percentText } from '../../text/amounts.ts';

interface WeightHistogramProps {
  readonly histogram: NonNullable<TensorLook['histogram']>;
  readonly fileName: string;
}

/** How the numbers are spread over their range. */
export function WeightHistogram({ histogram: { from, to, counts }, fileName }: WeightHistogramProps) {
  const total = counts.reduce((sum, count) => sum + count, 0) || 1;
  const step = (to - from) / Math.max(1, counts.length);
  const most = counts.indexOf(Math.max(...counts));
  const finding = `Most lie near ${numberText(from + (most + 0.5) * step)}; the range is ${numberText(from)} to ${numberText(to)}.`;
  return (
    <Chart
      title="Values"
      finding={finding}
      fileName={`${fileName} values`}
      table={{
        columns: ['From', 'To', 'Count'],
        rows: counts.map((count, index) => [
          { value: from + index * step, text: numberText(from + index * step) },
          { value: from + (index + 1) * step, text: numberText(from + (index + 1) * step) },
          { value: count, text: countText(count) },
        ]),
      }}
    >
      <Columns
        title="Values"
        description={finding}
        height={110}
        values={counts}
        tell={(index) =>
          `${numberText(from + index * step)} to ${numberText(from + (index + 1) * step)}: ${percentText((counts[index] ?? 0) / total)}`
        }
        from={numberText(from)}
        to={numberText(to)}
      />
    </Chart>
  );
}
