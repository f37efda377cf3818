import { NativeSelect } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'wouter';
import type { EvaluationSummary } from '../../../contract/evaluations.ts';
import { bytesText } from '../../text/amounts.ts';
import { visibleText } from '../../text/visible.ts';
import { judgementWords, metricTitle } from '../evaluate/metric-words.ts';
import { MetricDots } from '../evaluate/MetricDots.tsx';
import { SmallestChanges, useSmallestChange } from '../evaluate/SmallestChanges.tsx';
import { groupByAsked, onFront, qualitiesOf, sizeOf, type Quality } from './candidates.ts';
import classes from './CandidateFigures.module.css';
import { LayerPair } from './LayerPair.tsx';
import { ParetoChart } from './ParetoChart.tsx';

interface CandidateFiguresProps {
  /** Of candidates of one original, newest first. */
  readonly evaluations: readonly EvaluationSummary[];
  readonly fileName: string;
}

/** Candidates of one original by what they take and what changed, each with its interval. */
export function CandidateFigures({ evaluations, fileName }: CandidateFiguresProps) {
  const groups = groupByAsked(evaluations);
  const [asked, setAsked] = useState<string>();
  const [chosen, setChosen] = useState<string>();
  const group = groups.find(({ key }) => key === asked) ?? groups[0];
  const qualities = qualitiesOf(group?.evaluations ?? []);
  const quality = qualities.find(({ id }) => id === chosen) ?? qualities[0];
  if (group === undefined || quality === undefined)
    return <p>No candidate could be run, so there is nothing to draw; each report tells why.</p>;
  const measured = group.evaluations.filter((evaluation) => quality.of(evaluation) !== undefined);
  return (
    <>
      <div className={classes.choices}>
        <NativeSelect
          label="Asked"
          value={group.key}
          data={groups.map(({ key, title }) => ({ value: key, label: title }))}
          onChange={({ currentTarget }) => setAsked(currentTarget.value)}
        />
        <NativeSelect
          label="Drawn by"
          value={quality.id}
          data={qualities.map(({ id, title }) => ({ value: id, label: title }))}
          onChange={({ currentTarget }) => setChosen(currentTarget.value)}
        />
      </div>
      <Front evaluations={measured} quality={quality} fileName={fileName} />
      <Numbered evaluations={measured} quality={quality} />
      <Dots evaluations={measured} quality={quality} fileName={fileName} />
      <LayerPair evaluations={measured} fileName={fileName} />
    </>
  );
}

interface DrawnProps {
  readonly evaluations: readonly EvaluationSummary[];
  readonly quality: Quality;
  readonly fileName: string;
}

function Front({ evaluations, quality, fileName }: DrawnProps) {
  const smallestOf = useSmallestChange();
  const metric = evaluations[0] && quality.metricOf(evaluations[0]);
  const points = evaluations.flatMap((evaluation) => {
    const gain = quality.of(evaluation);
    if (gain === undefined) return [];
    return { label: evaluation.candidate.name, size: sizeOf(evaluation), gain, text: quality.text(evaluation) };
  });
  const front = onFront(points.map(({ size, gain }) => ({ size, value: gain.value })));
  const smallest = points.toSorted((one, other) => one.size - other.size)[0];
  const finding =
    smallest === undefined ? '' : `The smallest is "${smallest.label}", ${bytesText(smallest.size)}: ${smallest.text}.`;
  return (
    <ParetoChart
      title={`Size and ${quality.title}`}
      finding={finding}
      fileName={`${fileName} front`}
      points={points.map((point, place) => ({ ...point, isOnFront: front[place] === true }))}
      original={evaluations[0]?.original?.bytes ?? 0}
      smallest={metric && smallestOf(metric)}
    />
  );
}

/** The numbers of the picture with what they stand for. */
function Numbered({ evaluations, quality }: Omit<DrawnProps, 'fileName'>) {
  return (
    <ol className={classes.list}>
      {evaluations.map((evaluation) => (
        <li key={evaluation.id}>
          <Link href={`/measured/${evaluation.id}`}>{visibleText(evaluation.candidate.name)}</Link>
          {` · ${bytesText(sizeOf(evaluation))} · ${quality.text(evaluation)}`}
        </li>
      ))}
    </ol>
  );
}

function Dots({ evaluations, quality, fileName }: DrawnProps) {
  const smallestOf = useSmallestChange();
  const rows = evaluations.flatMap((evaluation) => {
    const metric = quality.metricOf(evaluation);
    return metric === undefined ? [] : [{ label: evaluation.candidate.name, metric, smallest: smallestOf(metric) }];
  });
  const [first] = rows;
  if (first === undefined) return null;
  return (
    <>
      <MetricDots
        title={metricTitle(first.metric)}
        finding={rows.map(({ label, metric, smallest }) => `${label}: ${judgementWords(metric, smallest)}.`).join(' ')}
        fileName={`${fileName} ${first.metric.metric}`}
        rows={rows}
      />
      <SmallestChanges metrics={[first.metric]} />
    </>
  );
}
