import type { Catalog } from '../../../contract/catalog.ts';
import cards from '../model/PresetChoice.module.css';
import classes from './MethodChoice.module.css';

/** Stands for methods, rules and tensors, all chosen by hand. */
export const byHand = 'by-hand';

interface LevelChoiceProps {
  readonly levels: Catalog['levels'];
  readonly value: string;
  readonly onChange: (level: string) => void;
}

/** How far the weights may change, in plain words; the last card opens everything that can be chosen. */
export function LevelChoice({ levels, value, onChange }: LevelChoiceProps) {
  const own = {
    id: byHand,
    title: 'By hand',
    says: 'Any method with its options, all of them tried on this model, rules for tensors, and what becomes of each.',
  };
  return (
    <fieldset className={cards.group}>
      <legend className={cards.legend}>
        How far may weights change? The file has the same form as before, with other numbers in it. Smaller on disk; as
        large in memory and as fast as before.
      </legend>
      <div className={cards.presets}>
        {[...levels, own].map(({ id, title, says }) => (
          <label key={id} className={`${cards.preset} ${classes.method}`}>
            <input type="radio" name="level" value={id} checked={value === id} onChange={() => onChange(id)} />
            <span>
              <span className={cards.title}>{title}</span>
              <span className={cards.says}>{says}</span>
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
