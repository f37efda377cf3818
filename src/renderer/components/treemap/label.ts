import type { Box } from './layout.ts';

const letterWidth = 6.6;
const lineHeight = 15;
const padding = 10;

/**
 * The longest part of a dotted name that fits a tile in one line: its ending, or, since most end alike, the ending of what
 * stands before the last word. Whole words only, beginning with no number; nothing when none fits.
 */
export function fittingLabel(name: string, { width, height }: Box): string | undefined {
  if (height < lineHeight + 4) return undefined;
  const most = Math.floor((width - padding) / letterWidth);
  const words = name.split(/[./]/);
  const before = words.slice(0, -1);
  const candidates = [
    name,
    ...words.map((_, first) => words.slice(first)).filter(({ length }) => length > 1 || words.length === 1),
    ...before.map((_, first) => before.slice(first)),
  ].map((part) => (typeof part === 'string' ? part : part.join('.')));
  return candidates.find((part) => part.length <= most && (part === name || !/^\d/.test(part)));
}

/** The longest ending of a group's name that fits a width, whole words only. */
export function fittingEnding(name: string, width: number): string | undefined {
  const words = name.split(/[./]/);
  const endings = words.map((_, first) => words.slice(first).join('.'));
  return endings.find((ending) => ending.length * letterWidth + padding <= width);
}

/** Whether a second line, such as a size, fits under the first. */
export function fitsSecondLine(text: string, { width, height }: Box): boolean {
  return height >= 2 * lineHeight + 6 && text.length * letterWidth + padding <= width;
}
