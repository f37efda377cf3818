import { useEffect, useRef } from 'react';

/** Does something when the component goes. A field that goes with its screen, by a key that leads elsewhere, is told of no blur. */
export function useLeaving(act: () => void): void {
  const latest = useRef(act);
  useEffect(() => {
    latest.current = act;
  });
  useEffect(() => () => latest.current(), []);
}
