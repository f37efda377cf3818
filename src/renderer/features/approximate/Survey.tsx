import { Button } from '@mantine/core';
import type { SurveyPoint } from '../../../contract/approximations.ts';
import type { Catalog } from '../../../contract/catalog.ts';
import { Actions } from '../../components/Actions.tsx';
import { Failure } from '../../components/Failure.tsx';
import { useSurvey } from '../../host/approximations.ts';
import classes from './Recipe.module.css';
import { SurveyChart } from './SurveyChart.tsx';

interface SurveyProps {
  readonly path: string;
  readonly name: string;
  readonly methods: Catalog['methods'];
  readonly onChoose: (point: SurveyPoint) => void;
}

/** All methods on samples of this model: how small, and how near. */
export function Survey({ path, name, methods, onChoose }: SurveyProps) {
  const { survey, isRunning, error, start, stop } = useSurvey(path);
  const isStopped = error !== null && 'code' in error && error.code === 'CANCELLED';
  const { points = [], total = 0 } = survey ?? {};
  return (
    <section aria-label="All methods">
      <div className={classes.head}>
        <h2>All methods on this model</h2>
        <span className={classes.quiet}>Each is tried on samples of it, finely to coarsely. Nothing is written.</span>
      </div>
      <Actions>
        {isRunning ? (
          <Button variant="default" onClick={stop}>
            Stop
          </Button>
        ) : (
          <Button variant="default" onClick={start}>
            {points.length === 0 ? 'Try all methods' : 'Try again'}
          </Button>
        )}
        <span role="status">
          {isRunning && (total === 0 ? 'Reading samples …' : `${points.length} of ${total} tried`)}
          {!isRunning && points.length > 0 && points.length < total && `Stopped after ${points.length} of ${total}.`}
        </span>
      </Actions>
      {error !== null && !isStopped && <Failure error={error} />}
      {points.length > 0 && <SurveyChart name={name} points={points} methods={methods} onChoose={onChoose} />}
    </section>
  );
}
