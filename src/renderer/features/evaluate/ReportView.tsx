import { Button } from '@mantine/core';
import { Link } from 'wouter';
import type { EvaluationReport } from '../../../contract/evaluations.ts';
import { useShortcut } from '../../app/use-shortcut.ts';
import { Actions } from '../../components/Actions.tsx';
import { saveText } from '../../components/chart/save.ts';
import { Facts } from '../../components/Facts.tsx';
import { Bytes } from '../../components/Bytes.tsx';
import { Hash } from '../../components/Hash.tsx';
import { bytesText, durationText } from '../../text/amounts.ts';
import { accuracyLink, candidatesLink } from '../../text/links.ts';
import { visibleText } from '../../text/visible.ts';
import { askedWords, noiseWords, unitText } from './evaluation-words.ts';
import { Examples } from './Examples.tsx';
import classes from './Evaluate.module.css';
import { Faults } from './Faults.tsx';
import { LayerStrip } from './LayerStrip.tsx';
import { judgementWords, metricTitle } from './metric-words.ts';
import { MetricDots } from './MetricDots.tsx';
import { OutputDifferences } from './OutputDifferences.tsx';
import { SmallestChanges, useSmallestChange } from './SmallestChanges.tsx';
import { WeightErrors } from './WeightErrors.tsx';

/** What an evaluation found: its own noise first, then what may be said, then where it comes from. */
export function ReportView({ report }: { readonly report: EvaluationReport }) {
  const { candidate, original, metrics, outputs, layers, weights, notices } = report;
  const smallestOf = useSmallestChange();
  const noise = noiseWords(report);
  const rows = metrics.map((metric) => ({ label: metricTitle(metric), metric, smallest: smallestOf(metric) }));
  const words = rows.map(({ label, metric, smallest }) => `${label}: ${judgementWords(metric, smallest)}.`);
  const save = () => saveText(`${candidate.name}.evaluation.json`, 'application/json', JSON.stringify(report, null, 2));
  useShortcut('export', save);
  return (
    <>
      <Faults report={report} />
      {noise !== undefined && (
        <section>
          <h2>Noise floor</h2>
          <p>{noise}</p>
        </section>
      )}
      <section aria-label="Findings">
        {candidate.fault === undefined && <p className={classes.quiet}>{visibleText(askedWords(report))}</p>}
        <ul className={classes.findings}>
          {words.map((finding) => (
            <li key={finding}>{visibleText(finding)}</li>
          ))}
        </ul>
      </section>
      <Actions>
        <Button
          variant="default"
          component={Link}
          href={accuracyLink({ original: original?.path, candidate: candidate.path })}
        >
          Measure again
        </Button>
        {original !== undefined && (
          <Button variant="default" component={Link} href={candidatesLink(original.sha256)}>
            Compare all candidates
          </Button>
        )}
        <Button variant="default" onClick={save}>
          Save the report
        </Button>
      </Actions>
      {rows.length > 0 && (
        <>
          {original !== undefined && (
            <MetricDots
              title="Accuracy"
              finding={words.join(' ')}
              fileName={`${candidate.name} accuracy`}
              rows={rows}
            />
          )}
          {original !== undefined && <SmallestChanges metrics={metrics} />}
        </>
      )}
      <Examples report={report} />
      <OutputDifferences outputs={outputs} />
      {layers !== undefined && <LayerStrip rows={[{ label: candidate.name, layers }]} fileName={candidate.name} />}
      {weights !== undefined && <WeightErrors weights={weights} />}
      {notices.map((notice) => (
        <p key={notice}>{visibleText(notice)}</p>
      ))}
      <ReportFacts report={report} />
    </>
  );
}

function ReportFacts({ report }: { readonly report: EvaluationReport }) {
  const { candidate, original, task, items, unit, seed, seconds, peakRssBytes, machine, originalFromCache } = report;
  return (
    <section>
      <h2>How it was measured</h2>
      <Facts
        facts={[
          ...[['Original', original] as const, ['Candidate', candidate] as const].flatMap(([title, model]) =>
            model === undefined
              ? []
              : [
                  [
                    title,
                    <span key={title}>
                      {visibleText(model.path)} <Bytes value={model.storedBytes} /> <Hash value={model.sha256} />
                    </span>,
                  ] as const,
                ],
          ),
          ...(task === undefined ? [] : [['Task', visibleText(task.path)] as const]),
          ['Items', `${unitText(items, unit)} · seed ${seed} · 95 % intervals`],
          [
            'Time',
            `${durationText(seconds)} · ${bytesText(peakRssBytes)} of memory at its peak${originalFromCache ? ' · the original’s answers were known from before' : ''}`,
          ],
          ['Machine', `${visibleText(machine.cpu)}, ${machine.cores} cores · engine ${machine.engine}`],
        ]}
      />
    </section>
  );
}
