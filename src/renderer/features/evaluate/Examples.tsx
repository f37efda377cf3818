import { Slider } from '@mantine/core';
import { useState } from 'react';
import type { EvaluationReport } from '../../../contract/evaluations.ts';
import { useShortcut } from '../../app/use-shortcut.ts';
import { Sparkline } from '../../components/chart/Sparkline.tsx';
import { countText } from '../../text/amounts.ts';
import { visibleText } from '../../text/visible.ts';
import { AnswersShown } from './AnswersShown.tsx';
import { unitText } from './evaluation-words.ts';
import classes from './Examples.module.css';

type Example = EvaluationReport['examples'][number];

const changes: Readonly<Record<Example['change'], string>> = {
  worse: 'Was right, or better, before',
  better: 'Is right, or better, now',
  other: 'Another answer',
};

/** The items that came out otherwise, each with what the models were asked. */
export function Examples({ report }: { readonly report: EvaluationReport }) {
  const { examples, changed, items, unit, candidate, original } = report;
  const [divider, setDivider] = useState(50);
  useShortcut('left', () => setDivider(100));
  useShortcut('both', () => setDivider(50));
  useShortcut('right', () => setDivider(0));
  const wereBothRun = candidate.fault === undefined && original !== undefined && original.fault === undefined;
  if (!wereBothRun || report.inputs === 'none') return null;
  return (
    <section>
      <h2>What came out otherwise</h2>
      <p className={classes.count}>
        {changed === 0
          ? `None of ${unitText(items, unit)}.`
          : `${countText(changed)} of ${unitText(items, unit)}${examples.length < changed ? `; the ${examples.length} that changed most:` : ':'}`}
      </p>
      {examples.some(({ answers }) => answers?.kind === 'image') && (
        <div className={classes.divider}>
          <span className={classes.count}>
            Divider of all pictures; keys 1, 2 and 3 show the original, both, the candidate
          </span>
          <Slider
            value={divider}
            onChange={setDivider}
            label={null}
            thumbLabel="Divider between original and candidate"
          />
        </div>
      )}
      {examples.length > 0 && (
        <ul className={classes.list}>
          {examples.map((example) => (
            <li key={`${example.place} ${example.name}`} className={classes.item}>
              <Card example={example} divider={divider} />
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function Card({ example, divider }: { readonly example: Example; readonly divider: number }) {
  const { name, target, original, candidate, scored, change, answers } = example;
  return (
    <>
      <Asked example={example} />
      <p className={classes.name}>{visibleText(name)}</p>
      {answers !== undefined && <AnswersShown answers={answers} name={visibleText(name)} divider={divider} />}
      <dl className={classes.answers}>
        {target !== undefined && <Answer title="Right" text={target} />}
        <Answer title="Original" text={original} />
        <Answer title="Candidate" text={candidate} />
      </dl>
      <p className={classes.change} data-change={change}>
        {scored === undefined
          ? changes[change]
          : `${change === 'worse' ? 'Worse' : 'Better'}, by ${visibleText(scored)}`}
      </p>
    </>
  );
}

function Answer({ title, text }: { readonly title: string; readonly text: string }) {
  return (
    <div>
      <dt>{title}</dt>
      <dd>{visibleText(text)}</dd>
    </div>
  );
}

/** The picture, the sound or the text itself. */
function Asked({ example: { name, preview } }: { readonly example: Example }) {
  switch (preview?.kind) {
    case 'image':
      return (
        <img
          className={classes.picture}
          alt={visibleText(name)}
          src={`data:${preview.mime};base64,${preview.base64}`}
        />
      );
    case 'wave':
      return <Sparkline values={preview.peaks} label={`The sound of ${visibleText(name)}`} />;
    case 'text':
      return (
        <blockquote className={classes.text} tabIndex={0}>
          {preview.text.split('\n').map(visibleText).join('\n')}
        </blockquote>
      );
    case undefined:
      return null;
  }
}
