import { NumberInput, Slider } from '@mantine/core';
import { useId, useState } from 'react';
import { useShortcut } from '../../app/use-shortcut.ts';
import { Chart } from '../../components/chart/Chart.tsx';
import { Picture } from '../../components/chart/Picture.tsx';
import { countText, numberText } from '../../text/amounts.ts';
import { visibleText } from '../../text/visible.ts';
import classes from './TwoUp.module.css';
import { pairFinding, pairHistograms, type Histogram, type PairColumn } from './histogram-pair.ts';

interface Side {
  readonly title: string;
  readonly histogram: Histogram;
}

interface TwoUpProps {
  readonly name: string;
  readonly left: Side;
  readonly right: Side;
}

const height = 240;
const floor = height - 22;

/** Two histograms under one divider: to its left the one, to its right the other. Keys 1, 2 and 3 show one, both and the other. */
export function TwoUp({ name, left, right }: TwoUpProps) {
  const [divider, setDivider] = useState(50);
  const id = useId();
  useShortcut('left', () => setDivider(100));
  useShortcut('both', () => setDivider(50));
  useShortcut('right', () => setDivider(0));
  const pair = pairHistograms(left.histogram, right.histogram);
  const finding = pairFinding(left.histogram, right.histogram);
  return (
    <Chart
      title={`Weights of ${visibleText(name)}`}
      finding={finding}
      fileName={`${name} weights`}
      table={{
        columns: ['Side', 'From', 'Count'],
        rows: [left, right].flatMap(({ title, histogram: { from, to, counts } }) =>
          counts.map((count, index) => {
            const start = from + ((to - from) * index) / Math.max(1, counts.length);
            return [title, { value: start, text: numberText(start) }, { value: count, text: countText(count) }];
          }),
        ),
      }}
    >
      <div className={classes.titles}>
        <span className={classes.leftTitle}>{visibleText(left.title)}</span>
        <span className={classes.rightTitle}>{visibleText(right.title)}</span>
      </div>
      <Picture title={`Weights of ${name}`} description={finding} height={height}>
        {(width) => {
          const at = (width * divider) / 100;
          return (
            <>
              <clipPath id={`${id}-left`}>
                <rect width={at} height={height} />
              </clipPath>
              <clipPath id={`${id}-right`}>
                <rect x={at} width={width - at} height={height} />
              </clipPath>
              <path d={shape(pair.left, width)} className={classes.left} clipPath={`url(#${id}-left)`} />
              <path d={shape(pair.right, width)} className={classes.right} clipPath={`url(#${id}-right)`} />
              <path d={`M0 ${floor + 0.5}H${width}`} className={classes.axis} />
              <path d={`M${at} 0V${floor}`} className={classes.divider} />
              <text y={height - 6}>{numberText(pair.from)}</text>
              <text x={width} y={height - 6} textAnchor="end">
                {numberText(pair.to)}
              </text>
            </>
          );
        }}
      </Picture>
      <div className={classes.controls}>
        <Slider
          className={classes.slider}
          value={divider}
          onChange={setDivider}
          label={null}
          thumbLabel="Divider between left and right"
        />
        <NumberInput
          aria-label="Divider in per cent"
          className={classes.number}
          min={0}
          max={100}
          value={divider}
          onChange={(value) => setDivider(typeof value === 'number' ? value : 50)}
          suffix=" %"
        />
      </div>
    </Chart>
  );
}

function shape(columns: readonly PairColumn[], width: number): string {
  return columns
    .filter((column) => column.height > 0)
    .map(({ x, width: share, height: part }) => {
      const top = (part * (floor - 8)).toFixed(1);
      return `M${(x * width).toFixed(1)} ${floor}v-${top}h${(share * width).toFixed(2)}v${top}z`;
    })
    .join('');
}
