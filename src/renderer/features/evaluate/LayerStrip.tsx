import type { EvaluationReport } from '../../../contract/evaluations.ts';
import { Chart } from '../../components/chart/Chart.tsx';
import { Picture } from '../../components/chart/Picture.tsx';
import { visibleText } from '../../text/visible.ts';
import { differenceText } from './evaluation-words.ts';
import classes from './LayerStrip.module.css';

export type Layers = NonNullable<EvaluationReport['layers']>;

/** What the layers of one candidate give, against those of its original. */
export interface LayerRow {
  readonly label: string;
  readonly layers: Layers;
}

const rowHeight = 104;
const barHeight = 64;
/** The scale is logarithmic, from differences that are rounding to those as large as the value itself. */
const [least, most] = [1e-7, 1];
const labelEvery = 90;
const widestBar = 56;
/** Room for the words of the scale at the right. */
const scaleWidth = 44;

/** How far each layer's values are from the original's, in the order of the graph; one row for each candidate, one scale for all. */
export function LayerStrip({ rows, fileName }: { readonly rows: readonly LayerRow[]; readonly fileName: string }) {
  const finding = rows.map(rowFinding).join(' ');
  const height = rows.length * rowHeight;
  return (
    <Chart
      title="Where it comes from, layer by layer"
      finding={finding}
      fileName={`${fileName} layers`}
      table={{
        columns: ['Candidate', 'Layer', 'Operator', 'Relative L2', 'Cosine', 'Largest difference'],
        rows: rows.flatMap(({ label, layers }) =>
          layers.layers.map(({ name, operator, relativeL2, cosine, maxAbs }) => [
            label,
            name,
            operator,
            ...[relativeL2, cosine, maxAbs].map((value) =>
              value === null ? 'not a number' : { value, text: differenceText(value) },
            ),
          ]),
        ),
      }}
    >
      <Picture title="Differences by layer" description={finding} height={height}>
        {(width) =>
          rows.map(({ label, layers: { layers } }, row) => {
            const step = Math.min(widestBar, (width - scaleWidth) / Math.max(1, layers.length));
            const shownEvery = Math.max(1, Math.ceil(labelEvery / step));
            return (
              <g key={row} transform={`translate(0 ${row * rowHeight})`}>
                <text y={11} className={classes.label}>
                  {visibleText(label)}
                </text>
                <path d={`M0 ${16 + barHeight}.5H${width}M0 16.5H${width}`} className={classes.axis} />
                <text x={width} y={28} textAnchor="end" className={classes.tick}>
                  {String(most)}
                </text>
                <text x={width} y={16 + barHeight - 4} textAnchor="end" className={classes.tick}>
                  {least.toExponential()}
                </text>
                {layers.map(({ name, operator, relativeL2 }, place) => {
                  const share = shareOf(relativeL2);
                  return (
                    <g key={place}>
                      <title>{`${visibleText(name)} (${visibleText(operator)}): ${differenceText(relativeL2)}`}</title>
                      <rect x={place * step} y={14} width={step} height={barHeight + 2} className={classes.target} />
                      <rect
                        x={place * step + 0.5}
                        y={16 + barHeight * (1 - share)}
                        width={Math.max(0.5, step - 1)}
                        height={barHeight * share}
                        className={classes.bar}
                        data-broken={relativeL2 === null || undefined}
                        style={{ fillOpacity: 0.35 + 0.65 * share }}
                      />
                      {place % shownEvery === 0 && (
                        <text x={place * step} y={16 + barHeight + 12} className={classes.tick}>
                          {String(place + 1)}
                        </text>
                      )}
                    </g>
                  );
                })}
              </g>
            );
          })
        }
      </Picture>
    </Chart>
  );
}

/** From 0 to 1 on the logarithmic scale; what is no number is as bad as can be. */
export function shareOf(relativeL2: number | null): number {
  if (relativeL2 === null) return 1;
  if (relativeL2 <= least) return 0;
  return Math.min(1, Math.log(relativeL2 / least) / Math.log(most / least));
}

function rowFinding({ label, layers: { layers, missing, items } }: LayerRow): string {
  const worst = layers.toSorted((one, other) => shareOf(other.relativeL2) - shareOf(one.relativeL2))[0];
  const gone = missing === 0 ? '' : ` ${missing} layers are not there under the same name.`;
  if (worst === undefined || worst.relativeL2 === 0) return `${label}: no layer differs on ${items} items.${gone}`;
  return `${label}: "${worst.name}" differs most, by ${differenceText(worst.relativeL2)} of its size on ${items} items.${gone}`;
}
