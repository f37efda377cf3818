import type { WaterfallStep } from '../../../contract/runs.ts';
import { Chart } from '../../components/chart/Chart.tsx';
import { Waterfall } from '../../components/chart/Waterfall.tsx';
import { stepText, waterfallFinding, waterfallSteps } from './waterfall-words.ts';

/** Where the bytes went, from the original to the archive. */
export function ByteWaterfall({
  steps: given,
  fileName,
}: {
  readonly steps: readonly WaterfallStep[];
  readonly fileName: string;
}) {
  const steps = waterfallSteps(given);
  const finding = waterfallFinding(steps);
  return (
    <Chart
      title="Where the bytes went"
      finding={finding}
      fileName={`${fileName} waterfall`}
      table={{
        columns: ['Step', 'Bytes'],
        rows: steps.map(({ label, value, isTotal }) => [label, { value, text: stepText(value, isTotal) }]),
      }}
    >
      <Waterfall title="Where the bytes went" description={finding} steps={steps} amount={stepText} />
    </Chart>
  );
}
