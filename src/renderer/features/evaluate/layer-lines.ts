/** The scale is logarithmic, from differences that are rounding to those as large as the value itself. */
export const [leastDifference, mostDifference] = [1e-7, 1];

const fewestInLine = 60;
const mostLines = 8;

/** From 0 to 1 on the logarithmic scale; what is no number is as bad as can be. */
export function shareOf(relativeL2: number | null): number {
  if (relativeL2 === null) return 1;
  if (relativeL2 <= leastDifference) return 0;
  return Math.min(1, Math.log(relativeL2 / leastDifference) / Math.log(mostDifference / leastDifference));
}

/** How many layers stand in a line, so that many of them take several lines of about equal length. */
export function layersInLine(count: number): number {
  const lines = Math.min(mostLines, Math.ceil(count / fewestInLine));
  return Math.max(1, Math.ceil(count / Math.max(1, lines)));
}

/** Layers cut into lines. */
export function linesOf<Layer>(layers: readonly Layer[]): readonly (readonly Layer[])[] {
  const length = layersInLine(layers.length);
  return Array.from({ length: Math.ceil(layers.length / length) }, (_, line) =>
    layers.slice(line * length, (line + 1) * length),
  );
}

/** The place of the layer that differs most; 0 where none does. */
export function worstLayer(layers: readonly { readonly relativeL2: number | null }[]): number {
  let worst = 0;
  for (const [place, { relativeL2 }] of layers.entries())
    if ((relativeL2 ?? Infinity) > (layers[worst]?.relativeL2 ?? Infinity)) worst = place;
  return worst;
}
