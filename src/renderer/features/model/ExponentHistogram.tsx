import type { TensorLook } from '../../../contract/models.ts';
import { Chart } from '../../components/chart/Chart.tsx';
import { Columns } from '../../components/chart/Columns.tsx';
import { percentText } from '../../text/amounts.ts';
import { bitsText } from '../../text/bits.ts';

/** Which exponents occur: a few of all that a number could have, which is what is saved. */
export function ExponentHistogram({ look, fileName }: { readonly look: TensorLook; readonly fileName: string }) {
  const { exponents, fields } = look;
  const total = exponents.reduce((sum, { count }) => sum + count, 0) || 1;
  const field = fields.find(({ name }) => name === 'exponent');
  const top = exponents.toSorted((a, b) => b.count - a.count);
  const eight = top.slice(0, 8).reduce((sum, { count }) => sum + count, 0);
  const first = exponents[0]?.value ?? 0;
  const last = exponents.at(-1)?.value ?? first;
  const counts = new Map(exponents.map(({ value, count }) => [value, count]));
  const values = Array.from({ length: Math.min(512, last - first + 1) }, (_, index) => first + index);
  const entropy =
    field === undefined ? '' : ` An exponent carries ${bitsText(field.entropy)} of its ${field.bits} bits.`;
  const finding = `The eight commonest exponents are ${percentText(eight / total)} of all.${entropy}`;
  return (
    <Chart
      title="Exponents"
      finding={finding}
      fileName={`${fileName} exponents`}
      table={{
        columns: ['Exponent as stored', 'Count', 'Share'],
        rows: exponents.map(({ value, count }) => [
          value,
          count,
          { value: count / total, text: percentText(count / total) },
        ]),
      }}
    >
      <Columns
        title="Exponents"
        description={finding}
        height={110}
        values={values.map((value) => counts.get(value) ?? 0)}
        tell={(index) => `${first + index}: ${percentText((counts.get(first + index) ?? 0) / total)}`}
        from={`${first}`}
        to={`${last}`}
      />
    </Chart>
  );
}
