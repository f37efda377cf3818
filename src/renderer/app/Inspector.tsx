import { createContext, use, useEffect, type ReactNode } from 'react';
import { createPortal } from 'react-dom';
import { IconX } from '../components/icons.ts';
import { visibleText } from '../text/visible.ts';
import classes from './Inspector.module.css';

/** The place at the right of the frame, once it is there. */
export const InspectorPlace = createContext<HTMLElement | null>(null);

interface InspectorProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

/** What is known of the thing that is selected, at the right, or over the lower part of a narrow window. Esc closes it. */
export function Inspector({ title, onClose, children }: InspectorProps) {
  const place = use(InspectorPlace);
  useEffect(() => {
    const close = (event: KeyboardEvent) => {
      // A dialog above closes first.
      if (event.key === 'Escape' && !event.defaultPrevented && document.querySelector('[role="dialog"]') === null)
        onClose();
    };
    document.addEventListener('keydown', close);
    return () => document.removeEventListener('keydown', close);
  }, [onClose]);
  if (place === null) return null;
  return createPortal(
    <aside className={classes.panel} aria-label={`About ${visibleText(title)}`}>
      <header className={classes.header}>
        <h2 className={classes.title}>{visibleText(title)}</h2>
        <button type="button" className={classes.close} onClick={onClose} aria-label="Close" title="Close (Esc)">
          <IconX size={16} aria-hidden />
        </button>
      </header>
      {children}
    </aside>,
    place,
  );
}
