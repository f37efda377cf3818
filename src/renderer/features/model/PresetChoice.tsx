import type { Estimate } from '../../../contract/models.ts';
import { bytesText, changeText, durationText } from '../../text/amounts.ts';
import { useCatalog } from '../../host/settings.ts';
import classes from './PresetChoice.module.css';

interface PresetChoiceProps {
  readonly value: string;
  readonly onChange: (preset: string) => void;
  readonly estimate: Estimate | undefined;
  readonly bytes: number;
}

/** How much time a saving is worth; the bytes come back the same with each. */
export function PresetChoice({ value, onChange, estimate, bytes }: PresetChoiceProps) {
  const { data } = useCatalog();
  return (
    <fieldset className={classes.group}>
      <legend className={classes.legend}>
        How small? The same bytes come back with each. Smaller on disk, as fast as before in memory.
      </legend>
      <div className={classes.presets}>
        {data?.presets.map(({ id, title, says, does }) => {
          const expected = estimate?.presets.find(({ preset }) => preset === id);
          return (
            <label key={id} className={classes.preset} title={does}>
              <input type="radio" name="preset" value={id} checked={value === id} onChange={() => onChange(id)} />
              <span>
                <span className={classes.title}>{title}</span>
                <span className={classes.says}>{says}</span>
                <span className={classes.expected}>
                  {expected !== undefined &&
                    `${bytesText(expected.bytesOut)} · ${changeText(bytes, expected.bytesOut)} · ${durationText(expected.seconds)}`}
                </span>
              </span>
            </label>
          );
        })}
      </div>
    </fieldset>
  );
}
