import { visibleText } from '../../text/visible.ts';
import { cellText, type ChartTable } from './table.ts';
import classes from './Chart.module.css';

const rowsShown = 500;

/** Rows of facts under their titles; numbers stand at the right. */
export function TableTwin({ title, table: { columns, rows } }: { readonly title: string; readonly table: ChartTable }) {
  return (
    <div className={classes.scroll} tabIndex={0} role="region" aria-label={title}>
      <table className={classes.table}>
        <thead>
          <tr>
            {columns.map((column, index) => (
              <th
                key={column}
                scope="col"
                className={typeof rows[0]?.[index] === 'string' ? undefined : classes.number}
              >
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, rowsShown).map((row, line) => (
            <tr key={line}>
              {row.map((cell, index) => (
                <td
                  key={index}
                  className={typeof cell === 'string' ? undefined : classes.number}
                  title={typeof cell === 'object' ? String(cell.value) : undefined}
                >
                  {visibleText(cellText(cell))}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length > rowsShown && <p>{rows.length - rowsShown} more rows are in the CSV.</p>}
    </div>
  );
}
