import { useState } from 'react';
import { Link } from 'wouter';
import type { ComparedRun } from '../../../contract/runs.ts';
import { saveText } from '../../components/chart/save.ts';
import { Approximate } from '../../components/Approximate.tsx';
import { LinkButton } from '../../components/LinkButton.tsx';
import { useShortcut } from '../../app/use-shortcut.ts';
import { csvText } from '../../text/csv.ts';
import { visibleText } from '../../text/visible.ts';
import plain from '../../components/plain-table.module.css';
import classes from './ComparisonTable.module.css';
import { comparisonMarkdown, deltaText, figuresOf, runTitle } from './figures.ts';

interface ComparisonTableProps {
  readonly runs: readonly ComparedRun[];
  readonly baseline: ComparedRun;
  readonly onPin: (id: string) => void;
  readonly onRemove: (id: string) => void;
}

/** A row for each result, a column for each figure, and under each figure how far it lies from the pinned row. */
export function ComparisonTable({ runs, baseline, onPin, onRemove }: ComparisonTableProps) {
  const [sort, setSort] = useState<string>();
  const [copied, setCopied] = useState(false);
  const figures = figuresOf(runs);
  const by = figures.find(({ id }) => id === sort);
  const rows = by === undefined ? runs : runs.toSorted((a, b) => (by.value(a) ?? Infinity) - (by.value(b) ?? Infinity));
  const save = () =>
    saveText(
      'comparison.csv',
      'text/csv',
      csvText([
        ['Result', ...figures.map(({ title }) => title)],
        ...rows.map((run) => [runTitle(run), ...figures.map(({ value }) => value(run) ?? '')]),
      ]),
    );
  useShortcut('export', save);
  return (
    <section>
      <div className={plain.scroll} tabIndex={0} role="region" aria-label="Comparison">
        <table className={plain.table}>
          <thead>
            <tr>
              <th scope="col">Pinned</th>
              <th scope="col">Result</th>
              {figures.map(({ id, title }) => (
                <th key={id} scope="col" className={plain.number} aria-sort={id === sort ? 'ascending' : undefined}>
                  <LinkButton label={`Sort by ${title}`} onClick={() => setSort(id === sort ? undefined : id)}>
                    {title}
                    {id === sort && ' ↑'}
                  </LinkButton>
                </th>
              ))}
              <td />
            </tr>
          </thead>
          <tbody>
            {rows.map((run) => (
              <tr key={run.id} className={classes.row} data-pinned={run.id === baseline.id || undefined}>
                <td>
                  <input
                    type="radio"
                    name="baseline"
                    className={classes.pin}
                    aria-label={`Compare with ${runTitle(run)}`}
                    checked={run.id === baseline.id}
                    onChange={() => onPin(run.id)}
                  />
                </td>
                <th scope="row" className={plain.name}>
                  <Link href={`/run/${run.id}`}>{visibleText(run.name)}</Link>
                  {run.isApproximate && <Approximate />}
                  {run.preset !== undefined && <span className={classes.delta}>{run.preset}</span>}
                </th>
                {figures.map(({ id, value, text, delta }) => {
                  const known = value(run);
                  return (
                    <td key={id} className={plain.number} title={known === undefined ? undefined : String(known)}>
                      {known === undefined ? <span className={classes.absent}>not measured</span> : text(known)}
                      {run.id !== baseline.id && (
                        <span className={classes.delta}>{deltaText(known, value(baseline), delta)}</span>
                      )}
                    </td>
                  );
                })}
                <td>
                  <LinkButton label={`Take ${runTitle(run)} out of the comparison`} onClick={() => onRemove(run.id)}>
                    Remove
                  </LinkButton>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <LinkButton
        onClick={() => {
          void navigator.clipboard.writeText(comparisonMarkdown(rows)).then(() => setCopied(true));
        }}
      >
        {copied ? 'Copied' : 'Copy as Markdown'}
      </LinkButton>
      <LinkButton onClick={save}>Save as CSV</LinkButton>
    </section>
  );
}
