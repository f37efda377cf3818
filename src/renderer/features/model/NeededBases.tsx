import type { ModelSummary } from '../../../contract/models.ts';
import { Bytes } from '../../components/Bytes.tsx';
import { Facts } from '../../components/Facts.tsx';
import { Hash } from '../../components/Hash.tsx';
import { visibleText } from '../../text/visible.ts';
import { PathField } from '../browse/PathField.tsx';
import classes from './BaseField.module.css';

interface NeededBasesProps {
  readonly bases: NonNullable<ModelSummary['bases']>;
  readonly value: string;
  readonly onChange: (path: string) => void;
}

/** The files of other models without which an archive cannot be restored, and where they are. */
export function NeededBases({ bases, value, onChange }: NeededBasesProps) {
  return (
    <section>
      <h2>Needs another model</h2>
      <p>
        Only what differs from these files is stored. They, or an archive of them, are looked for beside the archive,
        and taken only when their sha256 is the right one.
      </p>
      <Facts
        facts={bases.map(({ name, bytes, sha256 }) => [
          visibleText(name),
          <span key={sha256}>
            <Bytes value={bytes} /> <Hash value={sha256} />
          </span>,
        ])}
      />
      <div className={classes.base}>
        <PathField label="Base model, where it is elsewhere" value={value} onChange={onChange} />
      </div>
    </section>
  );
}
