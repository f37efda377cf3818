import type { ReactNode } from 'react';
import plain from './plain-table.module.css';
import classes from './TimelineTable.module.css';

const day = new Intl.DateTimeFormat(undefined, { dateStyle: 'full' });
const time = new Intl.DateTimeFormat(undefined, { timeStyle: 'short' });

export interface TimelineRow {
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly finished: number;
  /** One for each column but the first, which is the time; the first of them names the row. */
  readonly cells: readonly ReactNode[];
  /** What the name stands for in full, on hover. */
  readonly hint?: string;
}

interface TimelineTableProps {
  readonly label: string;
  readonly columns: readonly string[];
  readonly rows: readonly TimelineRow[];
  /** How many of the last columns are numbers. */
  readonly numbers?: number;
}

/** Things that were finished, newest first: days as headings, one row for each. */
export function TimelineTable({ label, columns, rows, numbers = 0 }: TimelineTableProps) {
  const days = Map.groupBy(rows, ({ finished }) => day.format(finished));
  const isNumber = (column: number) => column >= columns.length - numbers;
  return (
    <div className={plain.scroll} tabIndex={0} role="region" aria-label={label}>
      <table className={plain.table}>
        <thead>
          <tr>
            {columns.map((title, column) =>
              title === '' ? (
                <td key={column} />
              ) : (
                <th key={column} scope="col" className={isNumber(column) ? plain.number : undefined}>
                  {title}
                </th>
              ),
            )}
          </tr>
        </thead>
        {[...days].map(([name, members]) => (
          <tbody key={name}>
            <tr className={classes.row}>
              <th scope="rowgroup" colSpan={columns.length} className={classes.day}>
                {name}
              </th>
            </tr>
            {members.map(({ id, finished, cells, hint }) => (
              <tr key={id}>
                <td>{time.format(finished)}</td>
                {cells.map((cell, column) => (
                  <td
                    key={column}
                    className={column === 0 ? plain.name : isNumber(column + 1) ? plain.number : undefined}
                    title={column === 0 ? hint : undefined}
                  >
                    {cell}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        ))}
      </table>
    </div>
  );
}
