import type { Catalog } from '../../../contract/catalog.ts';
import { IconAlertTriangle } from '../../components/icons.ts';
import cards from '../model/PresetChoice.module.css';
import classes from './MethodChoice.module.css';

interface MethodChoiceProps {
  readonly methods: Catalog['methods'];
  readonly value: string;
  readonly onChange: (method: string) => void;
}

/** The ways to approximate, in plain words, each with what must be known before it is chosen. */
export function MethodChoice({ methods, value, onChange }: MethodChoiceProps) {
  return (
    <fieldset className={cards.group}>
      <legend className={cards.legend}>
        How are weights approximated? The file has the same form as before, with other numbers in it. Smaller on disk;
        as large in memory and as fast as before.
      </legend>
      <div className={cards.presets}>
        {methods.map(({ id, title, summary, caution }) => (
          <label key={id} className={`${cards.preset} ${classes.method}`}>
            <input type="radio" name="method" value={id} checked={value === id} onChange={() => onChange(id)} />
            <span>
              <span className={cards.title}>{title}</span>
              <span className={cards.says}>{summary}</span>
              {caution !== undefined && (
                <span className={classes.caution}>
                  <IconAlertTriangle size={14} stroke={2} aria-hidden /> {caution}
                </span>
              )}
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
