/** The row that a key leads to; undefined for keys that go nowhere. */
export function nextRow(key: string, current: number, total: number, page: number): number | undefined {
  const steps: Readonly<Record<string, number>> = {
    ArrowDown: current + 1,
    ArrowUp: current - 1,
    PageDown: current + page,
    PageUp: current - page,
    Home: 0,
    End: total - 1,
  };
  const target = Object.hasOwn(steps, key) ? steps[key] : undefined;
  if (target === undefined || total === 0) return undefined;
  return Math.min(total - 1, Math.max(0, target));
}
