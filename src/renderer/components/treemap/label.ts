import type { Box } from './layout.ts';

const letterWidth = 6.6;
const lineHeight = 15;
const padding = 10;

/** The longest ending of a dotted name that fits a tile in one line, whole words only; nothing when none does. */
export function fittingLabel(name: string, { width, height }: Box): string | undefined {
  if (height < lineHeight + 4) return undefined;
  const most = Math.floor((width - padding) / letterWidth);
  const words = name.split(/(?<=[./])/);
  for (let first = 0; first < words.length; first += 1) {
    const ending = words.slice(first).join('');
    if (ending.length <= most) return ending;
  }
  return undefined;
}

/** Whether a second line, such as a size, fits under the first. */
export function fitsSecondLine(text: string, { width, height }: Box): boolean {
  return height >= 2 * lineHeight + 6 && text.length * letterWidth + padding <= width;
}
