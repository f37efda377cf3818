import type { ExportTarget } from '../../../contract/exports.ts';
import cards from '../model/PresetChoice.module.css';
import { Ticks } from './Ticks.tsx';

interface TargetChoiceProps {
  readonly targets: readonly ExportTarget[];
  readonly value: string | undefined;
  readonly onChange: (target: string) => void;
}

/** The kinds of files that this model can become, in plain words. */
export function TargetChoice({ targets, value, onChange }: TargetChoiceProps) {
  return (
    <fieldset className={cards.group}>
      <legend className={cards.legend}>Which program is it for? The ticks are about the file in that program.</legend>
      <div className={cards.presets}>
        {targets.map(({ id, title, summary, ticks }) => (
          <label key={id} className={cards.preset}>
            <input type="radio" name="target" value={id} checked={value === id} onChange={() => onChange(id)} />
            <span>
              <span className={cards.title}>{title}</span>
              <span className={cards.says}>{summary}</span>
              <Ticks ticks={ticks} />
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
