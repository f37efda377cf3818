import type { TensorLook } from '../../../contract/models.ts';
import { Chart } from '../../components/chart/Chart.tsx';
import { Picture } from '../../components/chart/Picture.tsx';
import { bitsText } from '../../text/bits.ts';
import { visibleText } from '../../text/visible.ts';
import classes from './FieldBars.module.css';
import { fieldFinding } from './field-finding.ts';

const rowHeight = 34;
const barHeight = 16;

/** Bits of one number: as stored, at the floor of entropy, and as reached, each divided into its fields; the floor as a line through all. */
export function FieldBars({ look, fileName }: { readonly look: TensorLook; readonly fileName: string }) {
  const { fields, floorBits, reachedBits } = look;
  const raw = fields.reduce((sum, { bits }) => sum + bits, 0);
  const finding = fieldFinding(look);
  const isSplit = fields.every(({ achieved }) => achieved !== undefined);
  const rows = [
    { title: 'Raw', total: raw, parts: fields.map(({ bits }) => bits) },
    { title: 'Entropy floor', total: floorBits, parts: fields.map(({ entropy }) => entropy) },
    {
      title: 'Reached',
      total: reachedBits,
      parts: isSplit ? fields.map(({ achieved = 0 }) => achieved) : [reachedBits],
    },
  ];
  const height = rows.length * rowHeight + 4;
  return (
    <Chart
      title="Bits of a number"
      finding={finding}
      fileName={`${fileName} bits`}
      table={{
        columns: ['Field', 'Raw bits', 'Entropy', 'Reached'],
        rows: fields.map(({ name, bits, entropy, achieved }) => [
          name,
          bits,
          { value: entropy, text: bitsText(entropy) },
          achieved === undefined ? '–' : { value: achieved, text: bitsText(achieved) },
        ]),
      }}
    >
      <Picture title="Bits of a number" description={finding} height={height}>
        {(width) => {
          const scale = width / Math.max(raw, reachedBits, 1);
          return (
            <>
              {rows.map(({ title, total, parts }, row) => (
                <g key={title} transform={`translate(0 ${row * rowHeight})`}>
                  <text y={12}>
                    {title} {bitsText(total)}
                  </text>
                  {parts.map((part, index) => (
                    <Segment
                      key={index}
                      x={parts.slice(0, index).reduce((sum, bits) => sum + bits, 0) * scale}
                      width={part * scale}
                      series={index}
                      name={parts.length === fields.length ? (fields[index]?.name ?? '') : title}
                      bits={part}
                    />
                  ))}
                </g>
              ))}
              <path d={`M${(floorBits * scale).toFixed(1)} 16V${height}`} className={classes.floor} />
            </>
          );
        }}
      </Picture>
    </Chart>
  );
}

interface SegmentProps {
  readonly x: number;
  readonly width: number;
  readonly series: number;
  readonly name: string;
  readonly bits: number;
}

function Segment({ x, width, series, name, bits }: SegmentProps) {
  const label = visibleText(name);
  return (
    <g>
      <title>{`${label}: ${bitsText(bits)} bits`}</title>
      <rect x={x} y={16} width={Math.max(0, width - 1)} height={barHeight} className={classes[`field${series % 4}`]} />
      {label.length * 6.6 + 8 < width && (
        <text x={x + 4} y={28} className={classes.label}>
          {label}
        </text>
      )}
    </g>
  );
}
