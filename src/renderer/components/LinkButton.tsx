import type { ReactNode } from 'react';
import classes from './LinkButton.module.css';

interface LinkButtonProps {
  readonly onClick: () => void;
  /** For those who do not see what stands beside it. */
  readonly label?: string;
  readonly isPressed?: boolean;
  readonly children: ReactNode;
}

/** A quiet button that looks like a link, at least 24 pixels high. */
export function LinkButton({ onClick, label, isPressed, children }: LinkButtonProps) {
  return (
    <button type="button" className={classes.button} onClick={onClick} aria-label={label} aria-pressed={isPressed}>
      {children}
    </button>
  );
}
