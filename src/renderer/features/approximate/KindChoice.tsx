import { IconLock, IconTilde } from '../../components/icons.ts';
import cards from '../model/PresetChoice.module.css';
import classes from './MethodChoice.module.css';

export type Kind = 'exact' | 'approximate';

interface KindChoiceProps {
  readonly value: Kind;
  readonly onChange: (kind: Kind) => void;
}

/** The first question of all: do the same bytes have to come back? */
export function KindChoice({ value, onChange }: KindChoiceProps) {
  return (
    <fieldset className={cards.group}>
      <legend className={cards.legend}>Do the same bytes have to come back?</legend>
      <div className={cards.presets}>
        <label className={cards.preset}>
          <input type="radio" name="kind" checked={value === 'exact'} onChange={() => onChange('exact')} />
          <span>
            <span className={cards.title}>
              <IconLock size={14} stroke={2} aria-hidden /> Exact
            </span>
            <span className={cards.says}>Yes. Every byte comes back, and that is proved.</span>
          </span>
        </label>
        <label className={`${cards.preset} ${classes.method}`}>
          <input type="radio" name="kind" checked={value === 'approximate'} onChange={() => onChange('approximate')} />
          <span>
            <span className={cards.title}>
              <IconTilde size={14} stroke={2} aria-hidden /> Approximate
            </span>
            <span className={cards.says}>
              No. Weights change, which saves far more; what a model does with them has to be measured.
            </span>
          </span>
        </label>
      </div>
    </fieldset>
  );
}
