import { IconAlertTriangle } from '../../components/icons.ts';
import type { ModelSummary } from '../../../contract/models.ts';
import { visibleText } from '../../text/visible.ts';
import classes from './Faults.module.css';

/** Files that break the rules of their format, or are of none that is known; both can be stored exactly all the same. */
export function Faults({ model: { files, notices } }: { readonly model: ModelSummary }) {
  const faults = files.filter(({ fault }) => fault !== undefined);
  // The engine says a fault in its notices as well.
  const otherNotices = notices.filter((notice) => !faults.some(({ fault }) => notice.includes(fault ?? notice)));
  const isUnknown = faults.length === 0 && files.length > 0 && files.every(({ format }) => format === 'bytes');
  return (
    <>
      {faults.map(({ name, fault }) => (
        <section key={name} className={classes.fault} role="alert">
          <h2 className={classes.title}>
            <IconAlertTriangle size={16} aria-hidden />
            This file breaks the rules of its format
          </h2>
          <p>{visibleText(fault ?? '')}</p>
          <p>It is untouched. You can store it exactly all the same: every byte comes back, faults included.</p>
        </section>
      ))}
      {isUnknown && <p>This is no model that Featherweight knows. It can be stored exactly all the same.</p>}
      {otherNotices.map((notice) => (
        <p key={notice}>{visibleText(notice)}</p>
      ))}
    </>
  );
}
