import type { EvaluationReport } from '../../../contract/evaluations.ts';
import { numberText } from '../../text/amounts.ts';
import classes from './AnswersShown.module.css';

type Answers = NonNullable<EvaluationReport['examples'][number]['answers']>;

interface AnswersShownProps {
  readonly answers: Answers;
  /** Of the item, as it is shown. */
  readonly name: string;
  /** Left of it is the original's, in per cent of the width. */
  readonly divider: number;
}

/** What both models gave for one item: two pictures under one divider, or two curves on one scale. */
export function AnswersShown({ answers, name, divider }: AnswersShownProps) {
  if (answers.kind === 'curve') return <Curves {...answers} name={name} />;
  const { original, candidate, difference, times } = answers;
  const source = ({ mime, base64 }: typeof original) => `data:${mime};base64,${base64}`;
  return (
    <div className={classes.pictures}>
      <figure className={classes.figure}>
        <div className={classes.pair}>
          <img className={classes.picture} alt={`What the original makes of ${name}`} src={source(original)} />
          <img
            className={classes.over}
            alt={`What the candidate makes of ${name}`}
            src={source(candidate)}
            style={{ clipPath: `inset(0 0 0 ${divider}%)` }}
          />
        </div>
        <figcaption className={classes.caption}>Original left, candidate right</figcaption>
      </figure>
      <figure className={classes.figure}>
        <img className={classes.picture} alt={`Where the two differ on ${name}`} src={source(difference)} />
        <figcaption
          className={classes.caption}
        >{`Difference, ${numberText(Number(times.toPrecision(2)))} times as strong`}</figcaption>
      </figure>
    </div>
  );
}

const height = 48;

function Curves({ original, candidate, name }: Extract<Answers, { kind: 'curve' }> & Pick<AnswersShownProps, 'name'>) {
  const all = [...original, ...candidate];
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const points = (values: readonly number[]) =>
    values
      .map((value, place) => {
        const x = (place / Math.max(1, values.length - 1)) * 100;
        const y = height - 1 - ((value - low) / (high - low || 1)) * (height - 2);
        return `${x.toFixed(2)},${y.toFixed(2)}`;
      })
      .join(' ');
  return (
    <figure className={classes.figure}>
      <svg
        className={classes.curves}
        viewBox={`0 0 100 ${height}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`What both models say along ${name}, from ${numberText(low)} to ${numberText(high)}`}
      >
        <polyline className={classes.original} points={points(original)} />
        <polyline className={classes.candidate} points={points(candidate)} />
      </svg>
      <figcaption className={classes.caption}>
        <span className={classes.originalWord}>Original, a full line</span>,{' '}
        <span className={classes.candidateWord}>candidate, a broken one</span>
      </figcaption>
    </figure>
  );
}
