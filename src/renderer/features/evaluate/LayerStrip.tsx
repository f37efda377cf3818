import { useId, useState } from 'react';
import type { EvaluationReport } from '../../../contract/evaluations.ts';
import { Chart } from '../../components/chart/Chart.tsx';
import { Picture } from '../../components/chart/Picture.tsx';
import { visibleText } from '../../text/visible.ts';
import { differenceText } from './evaluation-words.ts';
import { worstLayer } from './layer-lines.ts';
import { heightOf, LayerLines } from './LayerLines.tsx';
import classes from './LayerStrip.module.css';

export type Layers = NonNullable<EvaluationReport['layers']>;

/** What the layers of one candidate give, against those of its original. */
export interface LayerRow {
  readonly label: string;
  readonly layers: Layers;
}

/** How far each layer's values are from the original's, in the order of the graph; one part for each candidate, one scale for all. */
export function LayerStrip({ rows, fileName }: { readonly rows: readonly LayerRow[]; readonly fileName: string }) {
  const [chosen, setChosen] = useState<ReadonlyMap<number, number>>(new Map());
  const chosenOf = (row: number): number => chosen.get(row) ?? worstLayer(rows[row]?.layers.layers ?? []);
  const choose = (row: number, place: number) => setChosen(new Map(chosen).set(row, place));
  const finding = rows.map(rowFinding).join(' ');
  const tops = rows.map((_, row) => rows.slice(0, row).reduce((sum, above) => sum + heightOf(above), 0));
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
      <Picture
        title="Differences by layer"
        description={finding}
        height={rows.reduce((sum, row) => sum + heightOf(row), 0)}
      >
        {(width) =>
          rows.map((row, place) => (
            <g key={place} transform={`translate(0 ${tops[place] ?? 0})`}>
              <LayerLines {...row} width={width} chosen={chosenOf(place)} onChoose={(layer) => choose(place, layer)} />
            </g>
          ))
        }
      </Picture>
      {rows.map((row, place) => (
        <OneLayer key={place} {...row} chosen={chosenOf(place)} onChoose={(layer) => choose(place, layer)} />
      ))}
      {rows.map(({ label, layers: { notes = [] } }) =>
        notes.map((note) => (
          <p key={`${label} ${note}`} className={classes.note}>
            {visibleText(note)}
          </p>
        )),
      )}
    </Chart>
  );
}

interface OneLayerProps extends LayerRow {
  readonly chosen: number;
  readonly onChoose: (place: number) => void;
}

/** Goes from layer to layer by arrow keys, and tells the one it stands on. */
function OneLayer({ label, layers: { layers }, chosen, onChoose }: OneLayerProps) {
  const id = useId();
  const layer = layers[chosen];
  if (layer === undefined) return null;
  const words = `${chosen + 1} of ${layers.length}: ${visibleText(layer.name)} (${visibleText(layer.operator)}) differs by ${differenceText(layer.relativeL2)} of its size`;
  return (
    <p className={classes.one}>
      <input
        id={id}
        type="range"
        min={1}
        max={layers.length}
        value={chosen + 1}
        aria-label={`Layer of ${visibleText(label)}`}
        aria-valuetext={words}
        onChange={({ currentTarget }) => onChoose(Number(currentTarget.value) - 1)}
      />
      <output htmlFor={id}>{words}</output>
    </p>
  );
}

function rowFinding({ label, layers: { layers, missing, items } }: LayerRow): string {
  const worst = layers[worstLayer(layers)];
  const gone = missing === 0 ? '' : ` ${missing} layers are not there under the same name.`;
  if (worst === undefined || worst.relativeL2 === 0) return `${label}: no layer differs on ${items} items.${gone}`;
  return `${label}: "${worst.name}" differs most, by ${differenceText(worst.relativeL2)} of its size on ${items} items.${gone}`;
}
