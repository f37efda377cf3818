import { Button, NumberInput, Radio, Slider, Switch, TextInput } from '@mantine/core';
import { useState } from 'react';
import { mostTrials, type FitTarget } from '../../../contract/fits.ts';
import { Actions } from '../../components/Actions.tsx';
import { IconTilde } from '../../components/icons.ts';
import { TaskChoice } from '../../components/TaskChoice.tsx';
import { bytesText, durationText } from '../../text/amounts.ts';
import approximate from '../approximate/Recipe.module.css';
import classes from './FitForm.module.css';
import { FitWays, type Ways } from './FitWays.tsx';

/** What is learned from and measured on. */
export interface Inputs {
  /** A task file; empty: made-up inputs. */
  readonly task: string;
  /** How many items are learned from; absent: the part that the task names, or a third, at most 32. */
  readonly calibrate?: number;
}

interface FitFormProps {
  /** Of the model. */
  readonly bytes: number;
  readonly inputs: Inputs;
  readonly onInputs: (inputs: Inputs) => void;
  readonly ways: Ways;
  readonly onWays: (ways: Ways) => void;
  /** Where the archive goes; empty: beside the model. */
  readonly output: string;
  readonly onOutput: (output: string) => void;
  readonly isBusy: boolean;
  /** What the last fit took, if there was one. */
  readonly seconds: number | undefined;
  readonly onStart: (target: FitTarget, ablate: boolean) => void;
}

type Aim = 'size' | 'bits' | 'drop' | 'front';

const aims: Readonly<Record<Aim, { readonly title: string; readonly says: string }>> = {
  size: { title: 'Fit into a size', says: 'You set the size; bits are spent where they matter.' },
  bits: { title: 'Bits for each weight', says: 'The same, said as an average over the weights of matrices.' },
  drop: { title: 'Stay this good', says: 'You set what you accept; the smallest that keeps it is looked for.' },
  front: { title: 'Show me what is possible', says: 'Models of six sizes are made, measured and thrown away.' },
};
const frontShares = [0.25, 0.16, 0.11, 0.08, 0.06, 0.045];
const megabyte = 1e6;

/** How small, or how good, and with which inputs. */
export function FitForm(props: FitFormProps) {
  const { bytes, inputs, onInputs, ways, onWays, output, onOutput, isBusy, seconds, onStart } = props;
  const [aim, setAim] = useState<Aim>('size');
  const [percent, setPercent] = useState(10);
  const [bits, setBits] = useState(3);
  const [drop, setDrop] = useState(1);
  const [isAblated, setAblated] = useState(false);
  const hasTask = inputs.task !== '';
  const mayAblate = hasTask && (aim === 'size' || aim === 'bits');
  const targets: Readonly<Record<Aim, FitTarget>> = {
    size: { share: percent / 100 },
    bits: { bits },
    drop: { drop: drop / 100 },
    front: { front: frontShares },
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        onStart(targets[aim], mayAblate && isAblated);
      }}
    >
      <TaskFields inputs={inputs} onInputs={onInputs} />
      <Radio.Group label="What do you want?" value={aim} onChange={(value) => setAim(value)} mb={16}>
        <div className={classes.aims}>
          {(Object.keys(aims) as Aim[]).map((id) => (
            <Radio
              key={id}
              value={id}
              label={aims[id].title}
              description={aims[id].says}
              disabled={id === 'drop' && !hasTask}
              color="var(--fw-approximate)"
            />
          ))}
        </div>
      </Radio.Group>
      <div className={classes.fields}>
        {aim === 'size' && (
          <>
            <div className={classes.slider}>
              <Slider
                value={percent}
                onChange={setPercent}
                min={2}
                max={50}
                step={0.5}
                label={null}
                thumbLabel="Share of the original in per cent"
                color="var(--fw-approximate)"
              />
              <span>{`~ ${bytesText((bytes * percent) / 100)} of ${bytesText(bytes)}, ${(100 / percent).toFixed(1)} times smaller`}</span>
            </div>
            <NumberInput
              label="Size in MB"
              value={Number(((bytes * percent) / 100 / megabyte).toPrecision(4))}
              min={bytes / 50 / megabyte}
              max={bytes / 2 / megabyte}
              clampBehavior="blur"
              hideControls
              onChange={(value) => {
                if (typeof value === 'number' && value > 0) setPercent(Math.min(50, (value * megabyte * 100) / bytes));
              }}
            />
          </>
        )}
        {aim === 'bits' && (
          <NumberInput
            label="Bits for each weight"
            value={bits}
            min={0.5}
            max={16}
            step={0.5}
            onChange={numberInto(setBits)}
          />
        )}
        {aim === 'drop' && (
          <NumberInput
            label="At most worse, in per cent"
            description="Of the task's first metric, relative to the original's; the worse end of the interval counts."
            value={drop}
            min={0.05}
            max={100}
            step={0.5}
            onChange={numberInto(setDrop)}
          />
        )}
      </div>
      <FitWays ways={ways} onWays={onWays} />
      {aim !== 'front' && (
        <TextInput
          label="Where to"
          description="A file. Empty: beside the model, with .fit in its name."
          value={output}
          onChange={({ currentTarget }) => onOutput(currentTarget.value)}
          mb={16}
        />
      )}
      <Switch
        label="Also measure what each part earns"
        description={ablationTime(seconds)}
        checked={isAblated && mayAblate}
        disabled={!mayAblate}
        onChange={({ currentTarget }) => setAblated(currentTarget.checked)}
        color="var(--fw-approximate)"
        mb={16}
      />
      <Actions>
        <Button
          type="submit"
          className={approximate.button ?? ''}
          disabled={isBusy}
          leftSection={<IconTilde size={16} aria-hidden />}
        >
          {aim === 'front' ? 'Measure the sizes' : 'Look for the best'}
        </Button>
        <span>Every candidate is written, read back and compared before it counts.</span>
      </Actions>
    </form>
  );
}

/** How long it takes to tell what parts are worth. */
function ablationTime(seconds: number | undefined): string {
  const time = seconds === undefined ? '' : `, at most ${durationText(mostTrials * seconds)} by what the last one took`;
  return `At one size, with inputs of yours: up to ${mostTrials} more fits${time}. Each leaves a part out or takes one more, and is thrown away.`;
}

function TaskFields({ inputs, onInputs }: Pick<FitFormProps, 'inputs' | 'onInputs'>) {
  return (
    <div className={classes.fields}>
      <TaskChoice
        value={inputs.task}
        onChange={(task) => onInputs({ ...inputs, task })}
        none="None: made up"
        saysOfNone="Made-up inputs teach little, and nothing is said of how good the result is."
      />
      {inputs.task !== '' && (
        <NumberInput
          label="Items to learn from"
          description="from all over it, or from the part it names for that; all others measure the result"
          placeholder="that part, or a third, at most 32"
          value={inputs.calibrate ?? ''}
          min={1}
          max={100_000}
          onChange={(value) =>
            onInputs({
              task: inputs.task,
              ...(typeof value === 'number' && value > 0 && { calibrate: value }),
            })
          }
        />
      )}
    </div>
  );
}

function numberInto(set: (value: number) => void): (value: number | string) => void {
  return (value) => {
    if (typeof value === 'number' && value > 0) set(value);
  };
}
