/** Keys that work where they have focus, told on the sheet as well. */
export const localKeys = [
  { keys: ['Arrows', 'Home', 'End'], title: 'Go through a table or the map of tensors' },
  { keys: ['Enter'], title: 'Tell more about the tensor' },
] as const;

const symbols: Readonly<Record<string, string>> = { mod: 'Ctrl', shift: 'Shift', alt: 'Alt', Escape: 'Esc' };
const appleSymbols: Readonly<Record<string, string>> = { mod: '⌘', shift: '⇧', alt: '⌥', Enter: '↵', Escape: 'Esc' };

/** A key combination as it stands on the keys of the person's machine. */
export function keyWords(keys: string, isApple: boolean): readonly string[] {
  if (keys === 'shift+?') return ['?'];
  return keys.split('+').map((key) => (isApple ? appleSymbols : symbols)[key] ?? key);
}
