import type { ExportTarget } from '../../../contract/exports.ts';
import { IconCheck, IconMinus } from '../../components/icons.ts';
import { tickWords } from './export-words.ts';
import classes from './Ticks.module.css';

/** What a kind of file is better at, and what it is not, by glyph and word. */
export function Ticks({ ticks }: { readonly ticks: ExportTarget['ticks'] }) {
  return (
    <span className={classes.ticks}>
      {tickWords.map(([tick, words]) => (
        <span key={tick} className={classes.tick} data-not={!ticks[tick] || undefined}>
          {ticks[tick] ? (
            <IconCheck size={14} stroke={2} aria-hidden />
          ) : (
            <IconMinus size={14} stroke={2} aria-hidden />
          )}
          {ticks[tick] ? words : `not ${words}`}
        </span>
      ))}
    </span>
  );
}
