import { Button } from '@mantine/core';
import { useRef, useState } from 'react';
import { Link, useLocation } from 'wouter';
import { useShortcut } from '../../app/use-shortcut.ts';
import { Actions } from '../../components/Actions.tsx';
import { Failure } from '../../components/Failure.tsx';
import { Screen } from '../../components/Screen.tsx';
import { useEvaluationsUnderWay, useStartEvaluation, useTasks } from '../../host/evaluations.ts';
import { visibleText } from '../../text/visible.ts';
import { PathField } from '../browse/PathField.tsx';
import { CandidateForm } from './CandidateForm.tsx';
import classes from './Evaluate.module.css';
import { evaluationPhaseWords, measuringWords } from './evaluation-words.ts';
import { firstChoice, missingWords, toRequests, type TaskChoice } from './task-choice.ts';
import { TaskForm } from './TaskForm.tsx';

interface EvaluateScreenProps {
  readonly original: string;
  readonly candidate: string;
}

/** What is measured, against what, and on which inputs. */
export function EvaluateScreen(given: EvaluateScreenProps) {
  const { data: tasks, error } = useTasks();
  return (
    <Screen title="Measure accuracy">
      <p>
        Models are run on the same inputs, and what changed is told with an interval. Nothing is said that the interval
        does not support.
      </p>
      {error && <Failure error={error} />}
      {tasks !== undefined && <EvaluateForm {...given} tasks={tasks} />}
      <UnderWay />
    </Screen>
  );
}

function EvaluateForm(given: EvaluateScreenProps & { readonly tasks: Parameters<typeof TaskForm>[0]['tasks'] }) {
  const [, navigate] = useLocation();
  const start = useStartEvaluation();
  const [original, setOriginal] = useState(given.original);
  const [candidates, setCandidates] = useState<readonly string[]>(given.candidate === '' ? [] : [given.candidate]);
  const [task, setTask] = useState<TaskChoice>(firstChoice(given.tasks));
  const form = useRef<HTMLFormElement>(null);
  useShortcut('start', () => form.current?.requestSubmit());
  const missing = missingWords(original, candidates, task);
  return (
    <form
      ref={form}
      className={classes.form}
      onSubmit={(event) => {
        event.preventDefault();
        if (missing !== undefined) return;
        start.mutate(toRequests(original, candidates, task), {
          onSuccess: ([first, ...others]) => {
            if (first !== undefined && others.length === 0) navigate(`/measured/${first.id}`);
          },
        });
      }}
    >
      <PathField
        label="Original"
        description="What the others were made from. Empty: only how good they are at the task."
        value={original}
        onChange={setOriginal}
      />
      <CandidateForm original={original} candidates={candidates} onChange={setCandidates} />
      <TaskForm tasks={given.tasks} choice={task} onChange={setTask} />
      <Actions>
        <Button type="submit" disabled={missing !== undefined} loading={start.isPending}>
          {candidates.length > 1 ? `Measure ${candidates.length} models` : 'Measure'}
        </Button>
        <span role="status">{missing ?? 'Models are only read.'}</span>
      </Actions>
      {start.error && (
        <Failure error={start.error} words={measuringWords((start.error as { readonly code?: string }).code)} />
      )}
    </form>
  );
}

const ends = {
  ...{ done: 'Done', failed: 'Needs attention', cancelled: 'Stopped' },
  ...{ paused: 'Paused', interrupted: 'Interrupted' },
} as const;

/** What was asked in this session, newest first. */
function UnderWay() {
  const { data = [] } = useEvaluationsUnderWay();
  if (data.length === 0) return null;
  return (
    <section>
      <h2>In this session</h2>
      <ul className={classes.list}>
        {data.toReversed().map((evaluation) => {
          const { id, name, state, summary } = evaluation;
          const isOpen = state === 'queued' || state === 'running';
          return (
            <li key={id} className={classes.entry}>
              <Link href={`/measured/${id}`}>{visibleText(name)}</Link>
              <span className={classes.quiet}>{isOpen ? evaluationPhaseWords(evaluation) : ends[state]}</span>
              {summary?.task !== undefined && <span className={classes.quiet}>{visibleText(summary.task.title)}</span>}
            </li>
          );
        })}
      </ul>
    </section>
  );
}
