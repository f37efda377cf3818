import { useId, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import { countText } from '../../text/amounts.ts';
import { nextRow } from './next-row.ts';
import { rowHeight, useVisibleRows } from './use-visible-rows.ts';
import classes from './VirtualTable.module.css';

export interface Column<Row> {
  readonly title: string;
  /** As CSS grid takes it. */
  readonly width: string;
  readonly isNumber?: boolean;
  /** Left out of narrow windows. */
  readonly isMinor?: boolean;
  readonly cell: (row: Row) => ReactNode;
  /** The precise or whole value, on hover. */
  readonly hint?: (row: Row) => string;
}

interface VirtualTableProps<Row> {
  readonly label: string;
  readonly columns: readonly Column<Row>[];
  readonly total: number;
  /** Undefined as long as it is on its way. */
  readonly rowAt: (index: number) => Row | undefined;
  readonly onRange: (first: number, last: number) => void;
  readonly onSelect?: (row: Row) => void;
  readonly isSelected?: (row: Row) => boolean;
  /** Several rows may be selected: Space or a click takes one, with Shift all up to it, Ctrl+A all of them. */
  readonly onPick?: (from: number, to: number, isRange: boolean) => void;
  /** A letter was typed: where a search begins. */
  readonly onType?: (letter: string) => void;
}

const rowsInPage = 15;

/**
 * A table of any length of which only what can be seen is on the page. It is one stop for the Tab key; arrows, Page, Home
 * and End go through its rows, and Enter opens one.
 */
export function VirtualTable<Row>(props: VirtualTableProps<Row>) {
  const { label, columns, total, rowAt, onRange, onSelect, isSelected, onPick, onType } = props;
  const scroll = useRef<HTMLDivElement>(null);
  const id = useId();
  const [active, setActive] = useState(0);
  const anchor = useRef(0);
  const visible = useVisibleRows(scroll, total, onRange);
  const current = Math.min(active, total - 1);
  const select = (index: number) => {
    const row = rowAt(index);
    if (row !== undefined) onSelect?.(row);
  };
  const pick = (index: number, isRange: boolean) => {
    if (!isRange) anchor.current = index;
    onPick?.(Math.min(anchor.current, index), Math.max(anchor.current, index), isRange);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const next = nextRow(event.key, current, total, rowsInPage);
    if (next !== undefined) {
      setActive(next);
      visible.scrollTo(next);
      if (event.shiftKey) pick(next, true);
    } else if (event.key === 'Enter') select(current);
    else if (event.key === ' ' && onPick !== undefined) pick(current, event.shiftKey);
    else if (event.key === 'a' && (event.ctrlKey || event.metaKey) && onPick !== undefined) onPick(0, total - 1, true);
    else if (
      onType !== undefined &&
      /^[\p{L}\p{N}]$/u.test(event.key) &&
      !event.ctrlKey &&
      !event.metaKey &&
      !event.altKey
    )
      onType(event.key);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const template = { '--columns': columns.map(({ width }) => width).join(' ') } as Record<string, string>;
  const major = columns.filter(({ isMinor }) => isMinor !== true);
  template['--major-columns'] = major.map(({ width }) => width).join(' ');
  return (
    <div
      ref={scroll}
      role="grid"
      aria-label={label}
      aria-rowcount={total + 1}
      aria-colcount={columns.length}
      aria-multiselectable={onPick !== undefined || undefined}
      aria-activedescendant={total > 0 ? `${id}-${current}` : undefined}
      tabIndex={0}
      className={classes.table}
      style={{ ...template, height: (Math.min(total, 14) + 1) * rowHeight + 2 }}
      onKeyDown={onKeyDown}
    >
      <div role="rowgroup" className={classes.head}>
        <div role="row" aria-rowindex={1} className={classes.row}>
          {columns.map(({ title, isNumber, isMinor }) => (
            <span key={title} role="columnheader" className={cellClass(isNumber, isMinor)}>
              {title}
            </span>
          ))}
        </div>
      </div>
      <div role="rowgroup" className={classes.body} style={{ height: visible.height }}>
        {visible.rows.map(({ index, top }) => {
          const row = rowAt(index);
          return (
            <div
              key={index}
              id={`${id}-${index}`}
              role="row"
              aria-rowindex={index + 2}
              aria-selected={row !== undefined && (isSelected?.(row) ?? false)}
              data-active={index === current || undefined}
              className={`${classes.row} ${classes.place}`}
              style={{ transform: `translateY(${top}px)` }}
              onClick={({ shiftKey }) => {
                setActive(index);
                if (onPick === undefined) select(index);
                else pick(index, shiftKey);
              }}
              onDoubleClick={onPick === undefined ? undefined : () => select(index)}
            >
              {columns.map(({ title, isNumber, isMinor, cell, hint }, place) => (
                <span
                  key={title}
                  role="gridcell"
                  className={cellClass(isNumber, isMinor)}
                  title={row === undefined ? undefined : hint?.(row)}
                >
                  {row === undefined ? place === 0 && `Row ${countText(index + 1)} …` : cell(row)}
                </span>
              ))}
            </div>
          );
        })}
      </div>
    </div>
  );
}

function cellClass(isNumber = false, isMinor = false): string {
  return [classes.cell, isNumber && classes.number, isMinor && classes.minor].filter(Boolean).join(' ');
}
