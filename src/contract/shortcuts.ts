/** What the keyboard can do, in the order of the sheet; `keys` `mod` is Ctrl or ⌘. Menus have the same. */
export const shortcuts = [
  { id: 'open', keys: ['mod+O'], title: 'Open a file', group: 'Anywhere' },
  { id: 'open-folder', keys: ['mod+shift+O'], title: 'Open a folder', group: 'Anywhere' },
  { id: 'compress', keys: ['mod+1', 'alt+1'], title: 'Go to Compress', group: 'Anywhere' },
  { id: 'zoo', keys: ['mod+2', 'alt+2'], title: 'Go to Zoo', group: 'Anywhere' },
  { id: 'compare', keys: ['mod+3', 'alt+3'], title: 'Go to Compare', group: 'Anywhere' },
  { id: 'history', keys: ['mod+4', 'alt+4'], title: 'Go to History', group: 'Anywhere' },
  { id: 'settings', keys: ['mod+,'], title: 'Settings', group: 'Anywhere' },
  { id: 'keyboard', keys: ['shift+?', '?'], title: 'This sheet', group: 'Anywhere' },
  { id: 'close', keys: ['Escape'], title: 'Close a panel; never stops a job', group: 'Anywhere' },
  { id: 'start', keys: ['mod+Enter'], title: 'Start what the screen is about', group: 'A model or a result' },
  { id: 'filter', keys: ['mod+F'], title: 'Find tensors', group: 'A model or a result' },
  { id: 'export', keys: ['mod+E'], title: 'Save the receipt or the table', group: 'A model or a result' },
  { id: 'undo', keys: ['mod+Z'], title: 'Undo the last move to the trash', group: 'A model or a result' },
  { id: 'pause', keys: ['Space'], title: 'Pause or go on with the job', group: 'Jobs' },
  { id: 'stop', keys: ['mod+.'], title: 'Ask how to stop the job', group: 'Jobs' },
  { id: 'left', keys: ['1'], title: 'Show the left one', group: 'Compare two' },
  { id: 'both', keys: ['2'], title: 'Show both', group: 'Compare two' },
  { id: 'right', keys: ['3'], title: 'Show the right one', group: 'Compare two' },
] as const satisfies readonly Shortcut[];

interface Shortcut {
  readonly id: string;
  readonly keys: readonly string[];
  readonly title: string;
  readonly group: string;
}

export type ShortcutId = (typeof shortcuts)[number]['id'];
