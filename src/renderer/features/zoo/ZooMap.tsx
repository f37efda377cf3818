import { useMemo } from 'react';
import type { ZooModelRow, ZooSummary } from '../../../contract/zoo.ts';
import { Chart } from '../../components/chart/Chart.tsx';
import { Treemap } from '../../components/treemap/Treemap.tsx';
import { useOpenModel } from '../../host/models.ts';
import { useZooModels } from '../../host/zoo.ts';
import { bytesText, percentText } from '../../text/amounts.ts';
import { visibleText } from '../../text/visible.ts';
import { Legend } from '../model/Legend.tsx';
import { familyOf } from './zoo-words.ts';

/** The disk by family: area is bytes; what is there twice is pale. */
export function ZooMap({ summary }: { readonly summary: ZooSummary }) {
  const { data } = useZooModels(summary.bytes);
  const open = useOpenModel();
  const groups = useMemo(() => {
    const byFamily = Map.groupBy(data?.models ?? [], familyOf);
    return [...byFamily].map(([name, tiles]) => ({ name, tiles }));
  }, [data]);
  const largest = groups
    .map(({ name, tiles }) => ({ name, bytes: tiles.reduce((sum, { bytes }) => sum + bytes, 0) }))
    .sort((a, b) => b.bytes - a.bytes)[0];
  if (data === undefined || largest === undefined) return null;
  const finding = `Most is in ${visibleText(largest.name)}, ${percentText(largest.bytes / Math.max(1, summary.bytes))} of all models.`;
  return (
    <Chart
      title="Where the bytes are"
      finding={finding}
      fileName="zoo map"
      table={{
        columns: ['Model', 'Family', 'Bytes', 'Twice'],
        rows: data.models.map((model) => [
          model.id,
          familyOf(model),
          { value: model.bytes, text: bytesText(model.bytes) },
          model.equalTo === undefined ? '' : `as ${model.equalTo}`,
        ]),
      }}
    >
      <Treemap
        title="Map of models"
        description={finding}
        groups={groups}
        size={sizeOf}
        name={nameOf}
        detail={sizeWords}
        tell={tell}
        fill={fill}
        onSelect={({ path }) => open(path)}
        height={280}
      />
      <Legend
        title="Models"
        entries={[
          { color: 'var(--fw-done)', words: 'once' },
          { color: 'var(--fw-empty)', words: 'there twice' },
        ]}
      />
    </Chart>
  );
}

const sizeOf = ({ bytes }: ZooModelRow): number => bytes;
const nameOf = ({ name }: ZooModelRow): string => name;
const sizeWords = ({ bytes }: ZooModelRow): string => bytesText(bytes);
const fill = ({ equalTo }: ZooModelRow) => ({
  color: equalTo === undefined ? 'var(--fw-done)' : 'var(--fw-empty)',
  share: 1,
});

function tell({ id, bytes, equalTo }: ZooModelRow): string {
  return `${visibleText(id)}\n${bytesText(bytes)}${equalTo === undefined ? '' : `, the same as ${visibleText(equalTo)}`}`;
}
