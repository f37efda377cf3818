import classes from './Meter.module.css';

/** How much is done, from 0 to 1, as a bar with its number in words for those who cannot see it. */
export function Meter({ share, label }: { readonly share: number; readonly label: string }) {
  const percent = Math.floor(Math.min(1, Math.max(0, share)) * 100);
  return (
    <div
      className={classes.meter}
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent}
    >
      <svg viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden>
        <rect width={share * 100} height="1" />
      </svg>
    </div>
  );
}
