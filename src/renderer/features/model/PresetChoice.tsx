import classes from './PresetChoice.module.css';

const presets = [
  { id: 'quick', title: 'Quick', says: 'For files that you open often. Fastest both ways.' },
  { id: 'balanced', title: 'Balanced', says: 'Good saving at good speed.' },
  { id: 'smallest', title: 'Smallest', says: 'For cold storage. Takes the time it needs.' },
] as const;

export type Preset = (typeof presets)[number]['id'];

interface PresetChoiceProps {
  readonly value: Preset;
  readonly onChange: (preset: Preset) => void;
}

/** How much time a saving is worth; the bytes come back the same with each. */
export function PresetChoice({ value, onChange }: PresetChoiceProps) {
  return (
    <fieldset className={classes.group}>
      <legend className={classes.legend}>How small? The same bytes come back with each.</legend>
      <div className={classes.presets}>
        {presets.map(({ id, title, says }) => (
          <label key={id} className={classes.preset}>
            <input type="radio" name="preset" value={id} checked={value === id} onChange={() => onChange(id)} />
            <span>
              <span className={classes.title}>{title}</span>
              <span className={classes.says}>{says}</span>
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
