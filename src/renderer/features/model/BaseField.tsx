import { PathField } from '../browse/PathField.tsx';
import classes from './BaseField.module.css';

interface BaseFieldProps {
  readonly value: string;
  readonly onChange: (path: string) => void;
}

/** The model that this one may be stored as a difference to. Empty: it is stored by itself. */
export function BaseField({ value, onChange }: BaseFieldProps) {
  return (
    <details className={classes.base} open={value === '' ? undefined : true}>
      <summary>Store only what differs from another model</summary>
      <p>
        For fine-tunes and later checkpoints of a model that you keep, as a file or as an archive. Restoring needs it
        again. The sizes above are told without it.
      </p>
      <PathField label="Base model" value={value} onChange={onChange} />
    </details>
  );
}
