/** A method with its options as they are typed, numbers to three digits. */
export function methodWords({ method, options }: { readonly method: string; readonly options: object }): string {
  const words = Object.entries(options).map(
    ([name, value]) => `${name}=${typeof value === 'number' ? Number(value.toPrecision(3)) : String(value)}`,
  );
  return words.length === 0 ? method : `${method}:${words.join(',')}`;
}

/**
 * How far another archive's outputs are from the original's beside the result's. Both distances are squares, of KL about half of
 * one, so that their root tells how many times as far it is. Nothing where either is unknown or the result's are the original's.
 */
export function fartherWords(distance: number | undefined, ofResult: number | undefined): string | undefined {
  if (distance === undefined || !ofResult) return undefined;
  const times = Number(Math.sqrt(distance / ofResult).toPrecision(2));
  return times === 1
    ? "its outputs are as far from the original's"
    : `its outputs are ${times} times as far from the original's`;
}

/** An archive that differs by no more than this share from another one's size has that size, in words. */
const sameSize = 0.02;

/** How the size of the best single method stands to that of what was fitted: behind "the best single method". */
export function besideWords(bytes: number, ofFitted: number): string {
  if (Math.abs(bytes / ofFitted - 1) <= sameSize) return 'at that size';
  return bytes < ofFitted ? 'up to that size' : 'above that size, since none comes so small';
}
