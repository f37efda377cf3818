import { NativeSelect } from '@mantine/core';
import { useState } from 'react';
import type { EvaluationSummary } from '../../../contract/evaluations.ts';
import { useEvaluationReport } from '../../host/evaluations.ts';
import { visibleText } from '../../text/visible.ts';
import { LayerStrip } from '../evaluate/LayerStrip.tsx';
import classes from './CandidateFigures.module.css';

interface LayerPairProps {
  readonly evaluations: readonly EvaluationSummary[];
  readonly fileName: string;
}

/** The layers of two candidates, one strip above the other on one scale. */
export function LayerPair({ evaluations, fileName }: LayerPairProps) {
  const [upper, setUpper] = useState<string>();
  const [lower, setLower] = useState<string>();
  const first = evaluations.find(({ id }) => id === upper) ?? evaluations[0];
  const second = evaluations.find(({ id }) => id === lower) ?? evaluations[1];
  const one = useEvaluationReport(first?.id ?? '', first !== undefined);
  const other = useEvaluationReport(second?.id ?? '', second !== undefined);
  const rows = [one.data, other.data].flatMap((report) =>
    report?.layers === undefined ? [] : [{ label: report.candidate.name, layers: report.layers }],
  );
  const choices = evaluations.map(({ id, candidate }) => ({ value: id, label: visibleText(candidate.name) }));
  return (
    <>
      {first !== undefined && second !== undefined && (
        <div className={classes.choices}>
          <NativeSelect
            label="Layers above"
            value={first.id}
            data={choices}
            onChange={({ currentTarget }) => setUpper(currentTarget.value)}
          />
          <NativeSelect
            label="Layers below"
            value={second.id}
            data={choices}
            onChange={({ currentTarget }) => setLower(currentTarget.value)}
          />
        </div>
      )}
      {rows.length > 0 && <LayerStrip rows={rows} fileName={fileName} />}
    </>
  );
}
