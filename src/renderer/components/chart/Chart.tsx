import { useRef, useState, type ReactNode } from 'react';
import { LinkButton } from '../LinkButton.tsx';
import classes from './Chart.module.css';
import { saveText, standaloneSvg } from './save.ts';
import { tableCsv, type ChartTable } from './table.ts';
import { TableTwin } from './TableTwin.tsx';

interface ChartProps {
  readonly title: string;
  /** What the picture shows, in one sentence. */
  readonly finding: string;
  /** The beginning of the names of saved files. */
  readonly fileName: string;
  readonly table: ChartTable;
  /** Holds one `<svg>`. */
  readonly children: ReactNode;
}

/** A picture with its finding in words, its twin as a table, and both as files. */
export function Chart({ title, finding, fileName, table, children }: ChartProps) {
  const [isTable, setTable] = useState(false);
  const picture = useRef<HTMLDivElement>(null);
  const saveSvg = () => {
    const svg = picture.current?.querySelector('svg');
    if (svg) saveText(`${fileName}.svg`, 'image/svg+xml', standaloneSvg(svg));
  };
  return (
    <figure className={classes.chart} aria-label={title}>
      <figcaption className={classes.caption}>
        <div className={classes.words}>
          <h2 className={classes.title}>{title}</h2>
          <p className={classes.finding}>{finding}</p>
        </div>
        <div className={classes.tools}>
          <LinkButton
            onClick={() => setTable(!isTable)}
            label={`${isTable ? 'Show the picture' : 'Show as a table'}: ${title}`}
          >
            {isTable ? 'Picture' : 'Table'}
          </LinkButton>
          <LinkButton
            label={`Save as CSV: ${title}`}
            onClick={() => saveText(`${fileName}.csv`, 'text/csv', tableCsv(table))}
          >
            CSV
          </LinkButton>
          {!isTable && (
            <LinkButton label={`Save as SVG: ${title}`} onClick={saveSvg}>
              SVG
            </LinkButton>
          )}
        </div>
      </figcaption>
      {isTable ? <TableTwin title={`${title}, table`} table={table} /> : <div ref={picture}>{children}</div>}
    </figure>
  );
}
