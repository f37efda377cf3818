import { changeInPercent } from '../../contract/change.ts';

const byteUnits = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'] as const;

/** Bytes in decimal units (1 GB = 10⁹) with three significant digits, e.g. `16.1 GB`; below 1000 the exact number. */
export function formatBytes(bytes: number): string {
  const step = unitStep(bytes);
  return `${digits(bytes, step)} ${unitName(step)}`;
}

/** A change of size in one unit where both ends are readable in it: `16.1 → 10.9 GB`, else `1.20 GB → 340 kB`. */
export function formatChange(before: number, after: number): string {
  const step = Math.max(unitStep(before), unitStep(after));
  const smaller = Math.min(before, after);
  if (smaller !== 0 && smaller < 1000 ** step / 10) return `${formatBytes(before)} → ${formatBytes(after)}`;
  return `${digits(before, step)} → ${digits(after, step)} ${unitName(step)}`;
}

/** How much smaller `after` is, in per cent: `−32.4 %`, `−99.98 %`, `+0.1 %`, `±0.0 %`. */
export function formatSaving(before: number, after: number): string {
  const shown = before === 0 ? '0.0' : changeInPercent(before, after);
  if (shown === '0.0') return '±0.0 %';
  return `${after < before ? '−' : '+'}${shown} %`;
}

/** Seconds for people: `0.42 s`, `12.3 s`, `2 min 05 s`, `1 h 02 min`. */
export function formatSeconds(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(2)} s`;
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${pad(whole % 60)} s`;
  const minutes = Math.round(whole / 60);
  return `${Math.floor(minutes / 60)} h ${pad(minutes % 60)} min`;
}

/** Bytes per second, e.g. `512 MB/s`. */
export function formatRate(bytesPerSecond: number): string {
  return `${formatBytes(bytesPerSecond)}/s`;
}

/** A count with thin groups of three, e.g. `16 060 522`. */
export function formatCount(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ' ');
}

/** So many things of a kind, whose name takes an s: `1 tensor`, `1 204 tensors`. */
export function formatNumber(count: number, thing: string): string {
  return `${formatCount(count)} ${thing}${count === 1 ? '' : 's'}`;
}

const memoryFactors: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
  tib: 2 ** 40,
};

/** Reads an amount of memory such as `512MiB`, `1.5GiB` or `2GB`; `undefined` when it is not one. */
export function parseBytes(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(text.trim());
  const factor = memoryFactors[match?.[2]?.toLowerCase() ?? '?'];
  if (match === null || factor === undefined) return undefined;
  const bytes = Math.round(Number(match[1]) * factor);
  return Number.isSafeInteger(bytes) && bytes > 0 ? bytes : undefined;
}

/** The power of 1000 whose unit shows `bytes` as 1.00 to 999; rounding up may carry into the next unit. */
function unitStep(bytes: number): number {
  let step = 0;
  while (step < byteUnits.length - 1 && Number((bytes / 1000 ** step).toPrecision(3)) >= 1000) step++;
  return step;
}

function unitName(step: number): string {
  return byteUnits[step] ?? 'B';
}

function digits(bytes: number, step: number): string {
  if (step === 0) return String(Math.round(bytes));
  const value = bytes / 1000 ** step;
  if (value === 0) return '0';
  const shown = Number(value.toPrecision(3));
  return shown.toFixed(shown >= 100 ? 0 : shown >= 10 ? 1 : 2);
}

function pad(number: number): string {
  return String(number).padStart(2, '0');
}
