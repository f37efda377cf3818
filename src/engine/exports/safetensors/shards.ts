/** Where the new files have a tensor. */
export interface Placed {
  readonly file: string;
  readonly bytes: number;
}

/** The text of a `model.safetensors.index.json`: which file has each tensor, and how many bytes there are in all. */
export function newIndex(placed: ReadonlyMap<string, Placed>): string {
  const entries = [...placed].sort(([one], [other]) => (one < other ? -1 : 1));
  const total = entries.reduce((sum, [, { bytes }]) => sum + bytes, 0);
  const map = Object.fromEntries(entries.map(([name, { file }]) => [name, file]));
  return `${JSON.stringify({ metadata: { total_size: total }, weight_map: map }, null, 2)}\n`;
}
