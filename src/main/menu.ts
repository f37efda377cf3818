import type { MenuItemConstructorOptions } from 'electron';
import { shortcuts, type ShortcutId } from '../contract/shortcuts.ts';

const menuOf: Readonly<Record<ShortcutId, 'File' | 'Edit' | 'View' | 'Jobs' | 'Help'>> = {
  ...{ open: 'File', 'open-folder': 'File', export: 'File', settings: 'File', undo: 'Edit', filter: 'Edit' },
  ...{
    compress: 'View',
    zoo: 'View',
    compare: 'View',
    history: 'View',
    left: 'View',
    both: 'View',
    right: 'View',
    close: 'View',
  },
  ...{ start: 'Jobs', pause: 'Jobs', stop: 'Jobs', keyboard: 'Help' },
};

/** What the system itself does in each menu, after our own entries. */
const roles = {
  File: ['close', 'quit'],
  Edit: ['undo', 'redo', 'cut', 'copy', 'paste', 'selectAll'],
  View: ['resetZoom', 'zoomIn', 'zoomOut', 'togglefullscreen'],
  Jobs: [],
  Help: ['about'],
} as const satisfies Readonly<Record<string, readonly MenuItemConstructorOptions['role'][]>>;

/**
 * The application's menu: every shortcut of the window, by title and keys. The window itself listens to the keys, since it
 * knows what has focus; here they are only shown, and `choose` is told of a click. macOS registers what it shows, so there
 * only keys with ⌘ are, and ⌘Z stays with the text fields.
 */
export function menuTemplate(platform: string, choose: (id: ShortcutId) => void): MenuItemConstructorOptions[] {
  const isApple = platform === 'darwin';
  const entry = ({ id, keys, title }: (typeof shortcuts)[number]): MenuItemConstructorOptions => {
    const isShown = !isApple || (keys[0].startsWith('mod') && id !== 'undo');
    return {
      ...{ id, label: id === 'keyboard' ? 'Keyboard' : title, registerAccelerator: false },
      ...(isShown ? { accelerator: acceleratorOf(keys[0]) } : {}),
      click: () => choose(id),
    };
  };
  const menus = Object.entries(roles).map(([label, ends]): MenuItemConstructorOptions => ({
    label,
    submenu: [
      ...shortcuts.filter(({ id }) => menuOf[id] === label).map(entry),
      ...(ends.length === 0 ? [] : [{ type: 'separator' as const }]),
      ...ends.map((role) => ({ role })),
    ],
  }));
  return isApple ? [{ role: 'appMenu' }, ...menus, { role: 'windowMenu' }] : menus;
}

/** Keys as Electron writes them. */
function acceleratorOf(keys: string): string {
  if (keys === 'shift+?') return '?';
  return keys.replace('mod', 'CmdOrCtrl').replace('shift', 'Shift').replace('Escape', 'Esc');
}
