import { Button, Checkbox } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'wouter';
import { Actions } from '../../components/Actions.tsx';
import { Approximate } from '../../components/Approximate.tsx';
import { Failure } from '../../components/Failure.tsx';
import { useRuns } from '../../host/runs.ts';
import { bytesText, percentText } from '../../text/amounts.ts';
import { visibleText } from '../../text/visible.ts';
import classes from './ChooseRuns.module.css';

const most = 12;
const runsOffered = 200;
const when = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });

interface ChooseRunsProps {
  readonly chosen: readonly string[];
  readonly onChoose: (ids: readonly string[]) => void;
}

/** The archives that were made, to take two or more of. */
export function ChooseRuns({ chosen: known, onChoose }: ChooseRunsProps) {
  const { data, error } = useRuns({ limit: runsOffered });
  const [chosen, setChosen] = useState(known);
  const runs = data?.runs.filter(({ command }) => command === 'compress') ?? [];
  const toggle = (id: string) =>
    setChosen(chosen.includes(id) ? chosen.filter((other) => other !== id) : [...chosen, id]);
  if (error !== null) return <Failure error={error} />;
  if (data === undefined) return null;
  if (runs.length < 2)
    return (
      <p>
        Compress a model twice, with different presets say, and the results will stand here beside each other: sizes,
        speeds, and where the bytes went. <Link href="/">Open a model</Link>
      </p>
    );
  return (
    <form
      className={classes.form}
      onSubmit={(event) => {
        event.preventDefault();
        onChoose(chosen);
      }}
    >
      <p>Take two or more. The first is what the others are compared with, until you pin another.</p>
      <ul className={classes.list}>
        {runs.map(({ id, name, finished, receipt: { bytesIn, bytesOut, preset, approximation } }) => (
          <li key={id} className={classes.run}>
            <Checkbox
              checked={chosen.includes(id)}
              disabled={!chosen.includes(id) && chosen.length >= most}
              onChange={() => toggle(id)}
              label={`${visibleText(name)}${preset === undefined ? '' : `, ${preset}`}`}
            />
            {approximation !== undefined && <Approximate />}
            <span className={classes.quiet}>
              {`${bytesText(bytesIn)} → ${bytesText(bytesOut)} · ${percentText(bytesOut / Math.max(1, bytesIn))} left · ${when.format(finished)}`}
            </span>
          </li>
        ))}
      </ul>
      <Actions>
        <Button type="submit" disabled={chosen.length < 2}>
          {chosen.length < 2 ? 'Compare' : `Compare ${chosen.length}`}
        </Button>
      </Actions>
    </form>
  );
}
