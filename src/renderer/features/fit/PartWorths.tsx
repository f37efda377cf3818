import type { PartWorth } from '../../../contract/fits.ts';
import { Chart } from '../../components/chart/Chart.tsx';
import { SignedBars } from '../../components/chart/SignedBars.tsx';
import { bytesText } from '../../text/amounts.ts';
import { mayBeLuck, partsFinding, partWords, worthWords } from './part-words.ts';

interface PartWorthsProps {
  readonly rows: readonly PartWorth[];
  /** Bytes of the archive that all sizes are compared with. */
  readonly whole: number;
  /** The beginning of names of saved files. */
  readonly name: string;
}

const title = 'What each part is worth';

/** At which size the model is equally good without each part of the fit, or with such as were not asked for. */
export function PartWorths({ rows, whole, name }: PartWorthsProps) {
  const finding = partsFinding(rows, whole);
  const share = (bytes: number): number => bytes / whole - 1;
  return (
    <Chart
      title={title}
      finding={finding}
      fileName={`${name} parts`}
      table={{
        columns: ['Equally good', 'Size', 'Change', 'Low', 'High'],
        rows: rows.map((row) => [
          partWords(row),
          row.bytes === null ? '' : { value: row.bytes, text: bytesText(row.bytes) },
          worthWords(row, whole),
          row.interval ? { value: row.interval.low, text: bytesText(row.interval.low) } : '',
          row.interval ? { value: row.interval.high, text: bytesText(row.interval.high) } : '',
        ]),
      }}
    >
      <SignedBars
        title={title}
        description={finding}
        sides={['smaller', 'larger']}
        rows={rows.map((row) => ({
          label: partWords(row),
          value: row.bytes === null ? undefined : share(row.bytes),
          interval: row.interval ? { low: share(row.interval.low), high: share(row.interval.high) } : undefined,
          isWeak: mayBeLuck(row, whole),
          text: worthWords(row, whole),
        }))}
      />
    </Chart>
  );
}
