import { Button, Checkbox } from '@mantine/core';
import { useState } from 'react';
import { LinkButton } from '../../components/LinkButton.tsx';
import { bytesText } from '../../text/amounts.ts';
import { fileName, visibleText } from '../../text/visible.ts';
import { PathField } from '../browse/PathField.tsx';
import classes from './Evaluate.module.css';
import { useMadeFrom } from './use-made-from.ts';

interface CandidateFormProps {
  readonly original: string;
  readonly candidates: readonly string[];
  readonly onChange: (candidates: readonly string[]) => void;
}

/** Which models are measured: those that were made here of the original, and any other. */
export function CandidateForm({ original, candidates, onChange }: CandidateFormProps) {
  const [written, setWritten] = useState('');
  const made = useMadeFrom(original);
  const others = candidates.filter((path) => !made.some((known) => known.path === path));
  const toggle = (path: string) =>
    onChange(candidates.includes(path) ? candidates.filter((known) => known !== path) : [...candidates, path]);
  const add = () => {
    if (written !== '' && !candidates.includes(written)) onChange([...candidates, written]);
    setWritten('');
  };
  return (
    <fieldset className={classes.part}>
      <legend>Which are measured?</legend>
      {(made.length > 0 || others.length > 0) && (
        <ul className={classes.list}>
          {made.map(({ path, title, bytes }) => (
            <li key={path} className={classes.entry}>
              <Checkbox
                checked={candidates.includes(path)}
                onChange={() => toggle(path)}
                label={visibleText(fileName(path))}
              />
              <span className={classes.quiet}>{`${visibleText(title)} · ${bytesText(bytes)}`}</span>
            </li>
          ))}
          {others.map((path) => (
            <li key={path} className={classes.entry}>
              <span>{visibleText(path)}</span>
              <LinkButton label={`Do not measure ${fileName(path)}`} onClick={() => toggle(path)}>
                Remove
              </LinkButton>
            </li>
          ))}
        </ul>
      )}
      <div className={classes.line}>
        <PathField
          label="Another model or archive"
          description="Written, dropped here, or chosen"
          value={written}
          onChange={setWritten}
        />
        <Button variant="default" disabled={written === ''} onClick={add}>
          Add it
        </Button>
      </div>
    </fieldset>
  );
}
