// Names of tensors and files come from strangers. Control characters would move the cursor or recolour the terminal,
// bidirectional marks would make `gpj.exe` read as `exe.jpg`; both are shown as their code points instead.
const unsafe = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/gu;

/** `text` with control, format, bidirectional, private-use and lone surrogate characters as `\u{…}`. */
export function escapeUnsafe(text: string): string {
  return text.replace(unsafe, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}

/** {@link escapeUnsafe} line by line: for our own texts of several lines that have foreign names in them. */
export function escapeLines(text: string): string {
  return text.split('\n').map(escapeUnsafe).join('\n');
}

/** An escaped name of at most `width` characters; a longer one loses its middle, because both ends tell tensors apart. */
export function fitName(name: string, width: number): string {
  const characters = Array.from(escapeUnsafe(name));
  if (characters.length <= width) return characters.join('');
  const head = Math.ceil((width - 1) / 2);
  return `${characters.slice(0, head).join('')}…${characters.slice(characters.length - (width - 1 - head)).join('')}`;
}
