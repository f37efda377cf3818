import { Sparkline } from '../../components/chart/Sparkline.tsx';
import classes from './WorkingLine.module.css';

interface WorkingLineProps {
  readonly title: string;
  readonly value: string;
  readonly values: readonly number[];
}

/** One figure of the work and how it has gone so far. */
export function WorkingLine({ title, value, values }: WorkingLineProps) {
  return (
    <div>
      <p className={classes.words}>
        <span>{title}</span>
        <span className={classes.value}>{value}</span>
      </p>
      <Sparkline values={values} label={`${title}, now ${value}`} />
    </div>
  );
}
