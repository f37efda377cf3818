import { NativeSelect, NumberInput, Switch } from '@mantine/core';
import type { TaskSummary } from '../../../contract/evaluations.ts';
import { visibleText } from '../../text/visible.ts';
import { PathField } from '../browse/PathField.tsx';
import classes from './Evaluate.module.css';
import type { TaskChoice } from './task-choice.ts';

interface TaskFormProps {
  readonly tasks: readonly TaskSummary[];
  readonly choice: TaskChoice;
  readonly onChange: (choice: TaskChoice) => void;
}

/** What the models are asked, where the data are, and how much of it. */
export function TaskForm({ tasks, choice, onChange }: TaskFormProps) {
  const { kind, path, dataFolder, limit, layers } = choice;
  const chosen = kind === 'bundled' ? tasks.find((task) => task.path === path) : undefined;
  const choose = (value: string) =>
    onChange({
      ...choice,
      ...(value === 'file' || value === 'none' ? { kind: value, path: '' } : { kind: 'bundled', path: value }),
    });
  return (
    <fieldset className={classes.part}>
      <legend>What are they asked?</legend>
      <NativeSelect
        label="Task"
        description={
          chosen === undefined
            ? undefined
            : `Measures ${chosen.metrics.join(', ')} on ${visibleText(chosen.unit)}.${chosen.hasData ? '' : ' Its data did not come with the program; tell where they are.'}`
        }
        value={kind === 'bundled' ? path : kind}
        data={[
          ...tasks.map((task) => ({ value: task.path, label: task.title })),
          { value: 'file', label: 'A task file of my own' },
          { value: 'none', label: 'No task: made-up inputs' },
        ]}
        onChange={({ currentTarget }) => choose(currentTarget.value)}
      />
      {kind === 'none' && (
        <p className={classes.quiet}>
          Made-up inputs tell whether two models compute the same. They say nothing of how good either is.
        </p>
      )}
      {kind === 'file' && (
        <PathField label="Task file" value={path} onChange={(file) => onChange({ ...choice, path: file })} />
      )}
      {(kind === 'file' || chosen?.hasData === false) && (
        <PathField
          label="Folder with the task’s data"
          description="Empty: the folder of the task file"
          kind="folder"
          value={dataFolder}
          onChange={(folder) => onChange({ ...choice, dataFolder: folder })}
        />
      )}
      <p className={classes.quiet}>
        A program of your own can judge models too, but a window starts none. In a terminal:{' '}
        <code>{'fw compare ORIGINAL CANDIDATE --command "python eval.py {model}"'}</code>
      </p>
      <div className={classes.fields}>
        <NumberInput
          label="At most so many items"
          description="Empty: all of them. More items make intervals narrower."
          value={limit ?? ''}
          min={1}
          allowDecimal={false}
          onChange={(value) => onChange({ ...choice, limit: typeof value === 'number' ? value : undefined })}
        />
        <Switch
          label="Also compare layer by layer"
          description="On the first few items; shows where a difference comes from."
          checked={layers}
          onChange={({ currentTarget }) => onChange({ ...choice, layers: currentTarget.checked })}
        />
      </div>
    </fieldset>
  );
}
