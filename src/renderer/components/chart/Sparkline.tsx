import classes from './Sparkline.module.css';

interface SparklineProps {
  /** Oldest first. */
  readonly values: readonly number[];
  /** What it shows and where it stands, in words. */
  readonly label: string;
  /** The value of the upper edge; by itself the largest. */
  readonly most?: number;
}

/** A small line of what lies behind, scaled to its place, from 0 to the largest value. */
export function Sparkline({ values, label, most = Math.max(...values, 0) }: SparklineProps) {
  const top = most > 0 ? most : 1;
  const points = values.map((value, index) => {
    const x = values.length < 2 ? 100 : (index / (values.length - 1)) * 100;
    return `${x.toFixed(2)},${(22 - Math.min(1, value / top) * 20).toFixed(2)}`;
  });
  return (
    <svg className={classes.line} viewBox="0 0 100 24" preserveAspectRatio="none" role="img" aria-label={label}>
      {points.length === 1 ? (
        <path d={`M0 ${points[0]?.split(',')[1] ?? '22'}H100`} />
      ) : (
        <polyline points={points.join(' ')} />
      )}
    </svg>
  );
}
