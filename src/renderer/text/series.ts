const colors = 8;

/** The colour of the thing at a place of the catalog, the same on every screen. */
export function seriesColor(place: number): string {
  return `var(--fw-series-${((place % colors) + colors) % colors})`;
}
