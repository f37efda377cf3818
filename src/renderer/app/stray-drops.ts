import { useEffect } from 'react';

/** Keeps a file that is dropped beside the places for it from taking the window's place, as a browser has it do. */
export function useStrayDrops(): void {
  useEffect(() => {
    const over = (event: DragEvent) => {
      // A place for files has taken it already.
      if (event.defaultPrevented || event.dataTransfer?.types.includes('Files') !== true) return;
      event.preventDefault();
      event.dataTransfer.dropEffect = 'none';
    };
    const drop = (event: DragEvent) => {
      if (event.dataTransfer?.types.includes('Files') === true) event.preventDefault();
    };
    document.addEventListener('dragover', over);
    document.addEventListener('drop', drop);
    return () => {
      document.removeEventListener('dragover', over);
      document.removeEventListener('drop', drop);
    };
  }, []);
}
