import type { Geometry } from '../../quantizers/quantizer.ts';
import type { TensorStatistics } from '../../quantizers/statistics.ts';

/** Names under which tables of transforms are known, also where a layer has them as its weights. */
const transformNames =
  /(^|[._/])(forward_basis|inverse_basis|stft\w*|dft\w*|mel_?(basis|filters?|bank)?|filter_?bank|fbank|hann\w*|hamming\w*|inv_?freq\w*|freqs?_cis|(cos|sin)_?cached?)([._/]|$)/i;
/** Names of masks and tables that layers go by as well: a head that tells masks, an attention that is causal. */
const bufferNames = /(^|[._/])(window|rotary\w*|\w*mask\w*|causal\w*|relative_position_index|anchors?)([._/]|$)/i;
/** How the names of what a layer learned end. */
const learnedNames = /[._/](\w*weight\w*|bias|kernel)(:\d+)?$/i;

function isTableName(name: string): boolean {
  return transformNames.test(name) || (bufferNames.test(name) && !learnedNames.test(name));
}

const alike = 1e-3;
const nearlyAll = 0.95;
const leastColumns = 16;

/**
 * Why a tensor looks computed instead of learned, in words: masks, and tables of transforms, which are exact by design and are
 * not forgiving. Judged by its name and by its first numbers. `undefined` for weights.
 */
export function tableReason(
  names: readonly string[],
  geometry: Geometry,
  statistics: TensorStatistics,
): string | undefined {
  const named = names.find(isTableName);
  if (named !== undefined) return 'its name is that of a computed table or mask';
  const { head, count, zeros, least } = statistics;
  if (distinctUpTo(head, 16) <= 16) return 'it has few different values';
  const rows = rowsOf(head, geometry.columns);
  if (zeros > count / 2 && least >= 0 && rows.length > 1 && rows.every(isOneRun)) return 'it is a bank of filters';
  if (rows.length > 1 && rows.every(isMirrored)) return 'its rows are mirror images, as those of a transform are';
  if (isOscillating(rows)) return 'it is a table of sines and cosines';
  return undefined;
}

function distinctUpTo(values: Float32Array, most: number): number {
  const seen = new Set<number>();
  for (const value of values) {
    seen.add(value);
    if (seen.size > most) break;
  }
  return seen.size;
}

function rowsOf(head: Float32Array, columns: number): Float32Array[] {
  if (columns < leastColumns) return [];
  return Array.from({ length: Math.min(16, Math.floor(head.length / columns)) }, (_, row) =>
    head.subarray(row * columns, (row + 1) * columns),
  );
}

/** Whether what is not zero stands together. */
function isOneRun(row: Float32Array): boolean {
  const first = row.findIndex((value) => value !== 0);
  const last = row.findLastIndex((value) => value !== 0);
  return first < 0 || row.subarray(first, last + 1).every((value) => value !== 0);
}

/** Whether a row is the same, or the negative, from back to front; transforms may leave the first number out of it. */
function isMirrored(row: Float32Array): boolean {
  const most = row.reduce((greatest, value) => Math.max(greatest, Math.abs(value)), 0);
  const fits = (sign: number, start: number): boolean => {
    let near = 0;
    for (let place = start; place < row.length; place++) {
      const other = row[row.length - 1 - place + start] ?? 0;
      if (Math.abs((row[place] ?? 0) - sign * other) <= alike * most) near++;
    }
    return near >= nearlyAll * (row.length - start);
  };
  return most === 0 || [1, -1].some((sign) => fits(sign, 0) || fits(sign, 1));
}

/** Whether each column goes on as a sampled sine does: x(t+1) + x(t−1) = 2·cos ω·x(t). */
function isOscillating(rows: readonly Float32Array[]): boolean {
  const columns = rows[0]?.length ?? 0;
  if (rows.length < 6) return false;
  let [near, moving] = [0, 0];
  for (let column = 0; column < columns; column++) {
    const at = (row: number): number => rows[row]?.[column] ?? 0;
    const [pivot] = [1, 2, 3].sort((one, other) => Math.abs(at(other)) - Math.abs(at(one)));
    const factor = (at((pivot ?? 1) + 1) + at((pivot ?? 1) - 1)) / at(pivot ?? 1);
    const most = rows.reduce((greatest, row) => Math.max(greatest, Math.abs(row[column] ?? 0)), 0);
    const fits = rows
      .slice(2)
      .every((_, row) => Math.abs(at(row + 2) + at(row) - factor * at(row + 1)) <= 4 * alike * most);
    if (fits) near++;
    if (fits && most > 0) moving++;
  }
  return moving > columns / 2 && near >= nearlyAll * columns;
}
