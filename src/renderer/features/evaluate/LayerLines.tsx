import { visibleText } from '../../text/visible.ts';
import { differenceText } from './evaluation-words.ts';
import { leastDifference, linesOf, mostDifference, shareOf } from './layer-lines.ts';
import classes from './LayerStrip.module.css';
import type { LayerRow } from './LayerStrip.tsx';

interface LayerLinesProps extends LayerRow {
  readonly width: number;
  /** The place of the layer that is looked at. */
  readonly chosen: number;
  readonly onChoose: (place: number) => void;
}

const labelHeight = 16;
const barHeight = 56;
const lineHeight = 84;
/** Room for numbers below the bars, in pixels along the line. */
const labelEvery = 40;
const widestBar = 56;
/** Room for the words of the scale at the right. */
const scaleWidth = 44;

/** Height of a candidate's part of the picture. */
export function heightOf({ layers: { layers } }: LayerRow): number {
  return labelHeight + lineHeight * linesOf(layers).length;
}

/** One candidate's layers as bars, in several lines where they are many; numbers count from 1 in the order of the graph. */
export function LayerLines({ label, layers: { layers }, width, chosen, onChoose }: LayerLinesProps) {
  const lines = linesOf(layers);
  const longest = lines[0]?.length ?? 1;
  const step = Math.min(widestBar, (width - scaleWidth) / longest);
  const shownEvery = Math.max(1, Math.ceil(labelEvery / step));
  return (
    <>
      <text y={11} className={classes.label}>
        {visibleText(label)}
      </text>
      {lines.map((line, number) => (
        <g key={number} transform={`translate(0 ${labelHeight + number * lineHeight})`}>
          <path d={`M0 ${barHeight}.5H${width}M0 .5H${width}`} className={classes.axis} />
          <text x={width} y={12} textAnchor="end" className={classes.tick}>
            {String(mostDifference)}
          </text>
          <text x={width} y={barHeight - 4} textAnchor="end" className={classes.tick}>
            {leastDifference.toExponential()}
          </text>
          {line.map(({ name, operator, relativeL2 }, at) => {
            const place = number * longest + at;
            const share = shareOf(relativeL2);
            const isChosen = place === chosen;
            return (
              <g key={place} onClick={() => onChoose(place)}>
                <title>{`${place + 1}. ${visibleText(name)} (${visibleText(operator)}): ${differenceText(relativeL2)}`}</title>
                <rect
                  x={at * step + 0.5}
                  y={barHeight * (1 - share)}
                  width={Math.max(0.5, step - 1)}
                  height={barHeight * share}
                  className={classes.bar}
                  data-broken={relativeL2 === null || undefined}
                  style={{ fillOpacity: isChosen ? 1 : 0.35 + 0.65 * share }}
                />
                <rect
                  x={at * step}
                  width={step}
                  height={barHeight}
                  className={classes.target}
                  data-chosen={isChosen || undefined}
                />
                {at % shownEvery === 0 && (
                  <text x={at * step} y={barHeight + 12} className={classes.tick}>
                    {String(place + 1)}
                  </text>
                )}
              </g>
            );
          })}
        </g>
      ))}
    </>
  );
}
