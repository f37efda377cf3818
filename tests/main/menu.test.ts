import type { MenuItemConstructorOptions } from 'electron';
import { expect, test } from 'vitest';
import { shortcuts } from '../../src/contract/shortcuts.ts';
import { menuTemplate } from '../../src/main/menu.ts';

const entriesOf = (template: readonly MenuItemConstructorOptions[]) =>
  template.flatMap(({ submenu }) => (Array.isArray(submenu) ? submenu : []));

test.each(['linux', 'win32', 'darwin'])(
  'every shortcut is in the menu of %s once, and a click tells it',
  (platform) => {
    const chosen: string[] = [];
    const entries = entriesOf(menuTemplate(platform, (id) => chosen.push(id)));
    for (const { click } of entries) (click as (() => void) | undefined)?.();
    expect(chosen.toSorted()).toEqual(shortcuts.map(({ id }) => id).toSorted());
  },
);

test('keys are shown and left to the window, and macOS registers none that people type', () => {
  const shown = (platform: string) =>
    new Map(entriesOf(menuTemplate(platform, () => undefined)).map(({ id, accelerator }) => [id, accelerator]));
  const linux = shown('linux');
  expect(linux.get('open-folder')).toBe('CmdOrCtrl+Shift+O');
  expect(linux.get('start')).toBe('CmdOrCtrl+Enter');
  expect(linux.get('keyboard')).toBe('?');
  for (const { id, registerAccelerator } of entriesOf(menuTemplate('linux', () => undefined)))
    if (id !== undefined) expect([id, registerAccelerator]).toEqual([id, false]);
  for (const [id, accelerator] of shown('darwin'))
    if (id !== undefined)
      expect([id, accelerator ?? 'CmdOrCtrl+']).toEqual([id, expect.stringMatching(/^CmdOrCtrl\+/)]);
});
