import type { BatchRowView } from '../../../contract/zoo.ts';
import { failureWords } from '../../components/failure-words.ts';
import { IconAlertTriangle } from '../../components/icons.ts';
import { countedText } from '../../text/amounts.ts';
import { visibleText } from '../../text/visible.ts';
import classes from './Zoo.module.css';

const mostShown = 50;

/** Models that failed while the others went on: what happened, what is safe, what to do. */
export function NeedsAttention({ rows, total }: { readonly rows: readonly BatchRowView[]; readonly total: number }) {
  if (rows.length === 0) return null;
  return (
    <section aria-label="Needs attention">
      <h2>Needs attention</h2>
      <ul className={classes.attention}>
        {rows.slice(0, mostShown).map(({ id, note, reason, code = 'INTERNAL' }) => {
          const { title, safe, next } = failureWords(code);
          return (
            <li key={id}>
              <h3>
                <IconAlertTriangle size={14} aria-hidden /> {visibleText(id)}
              </h3>
              <p>{`${title}. ${visibleText(note ?? reason)}`}</p>
              <p>{safe}</p>
              <p>{next}</p>
            </li>
          );
        })}
      </ul>
      {total > mostShown && <p>{`${countedText(total - mostShown, 'more model')} are in the table below.`}</p>}
    </section>
  );
}
