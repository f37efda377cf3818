import { changeInPercent } from '../../contract/change.ts';

const units = ['B', 'kB', 'MB', 'GB', 'TB'] as const;
const binaryUnits = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

// Made once: to make one takes longer than to draw the row of a table that the number is in.
const grouped = new Intl.NumberFormat('en-US');
const fourDigits = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 4 });

/** Three significant digits in decimal units, such as `16.1 GB`. */
export function bytesText(bytes: number): string {
  return inUnits(bytes, 1000, units);
}

/** The exact count and the binary unit, for tooltips: `16,060,522,496 bytes (15.0 GiB)`. */
export function exactBytesText(bytes: number): string {
  const exact = `${countText(bytes)} bytes`;
  return bytes < 1024 ? exact : `${exact} (${inUnits(bytes, 1024, binaryUnits)})`;
}

/** What is gone, in per cent, such as `−32.4 %`; a file that grew by its frame shows `+0.0 %`. */
export function changeText(before: number, after: number): string {
  if (before === 0) return '+0.0 %';
  return `${after < before ? '−' : '+'}${changeInPercent(before, after)} %`;
}

/** Two sizes in one unit, such as `10.9–11.1 GB`; one, where they read the same. */
export function bytesRangeText(low: number, high: number): string {
  const [from, to] = [bytesText(low), bytesText(high)];
  if (from === to) return to;
  const [fromNumber = '', fromUnit] = from.split(' ');
  return fromUnit === to.split(' ')[1] ? `${fromNumber}–${to}` : `${from} – ${to}`;
}

/** A share from 0 to 1, such as `65.7 %`. */
export function percentText(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

/** A number of any size in four digits: `0.0123`, `−1.5e-9`, `1,024`. */
export function numberText(value: number): string {
  const size = Math.abs(value);
  const text =
    size === 0 || (size >= 1e-4 && size < 1e6) ? fourDigits.format(size) : size.toExponential(3).replace('e+', 'e');
  return value < 0 ? `−${text}` : text;
}

/** A whole number with its thousands set apart. */
export function countText(count: number): string {
  return grouped.format(count);
}

/** A number of things, such as `1 tensor` and `1,024 tensors`. */
export function countedText(count: number, thing: string): string {
  return `${countText(count)} ${thing}${count === 1 ? '' : 's'}`;
}

/** Seconds as a person says them: `0.4 s`, `12 s`, `3 min 20 s`, `2 h 5 min`. */
export function durationText(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min ${whole % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** Time that is left: of none that can be told, less than a second. */
export function leftText(seconds: number): string {
  return `${seconds < 1 ? 'less than a second' : durationText(seconds)} left`;
}

function inUnits(amount: number, base: number, names: readonly string[]): string {
  let value = amount;
  let unit = 0;
  // 999.6 would be rounded to 1000 of its unit, so it takes the next one.
  while (value >= base - 0.5 && unit < names.length - 1) {
    value /= base;
    unit += 1;
  }
  const digits = unit === 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
  return `${value.toFixed(digits)} ${names[unit] ?? ''}`;
}
