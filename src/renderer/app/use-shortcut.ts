import { useHotkeys } from '@mantine/hooks';
import { useEffect } from 'react';
import { shortcuts, type ShortcutId } from '../../contract/shortcuts.ts';
import { useConnection } from '../host/connection.tsx';

/**
 * Does something for a shortcut, by its keys or from a menu, as long as the component is shown. Undefined: there is nothing
 * to do now.
 */
export function useShortcut(id: ShortcutId, act: (() => void) | undefined): void {
  const { host } = useConnection();
  useEffect(() => host.on('menu.chosen', (chosen) => (chosen.id === id ? act?.() : undefined)));
  const keys = shortcuts.find((shortcut) => shortcut.id === id)?.keys ?? [];
  useHotkeys(
    keys.map((combination) => [
      combination,
      (event) => {
        // Space presses the button that has focus.
        if (act === undefined || (id === 'pause' && isControl(event.target))) return;
        event.preventDefault();
        act();
      },
      { preventDefault: false },
    ]),
    // What is held with Ctrl or ⌘ types nothing, so it works from a text field as well.
    keys.some((combination) => combination.startsWith('mod')) ? [] : undefined,
  );
}

function isControl(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('button, a, summary, input, [role="application"]') !== null;
}
