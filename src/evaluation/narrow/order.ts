import type { Removal } from './removal.ts';

/** In which order channels are taken away, and what each costs. */
export interface RemovalOrder {
  readonly channels: readonly number[];
  /** The squared error that each adds to the outputs of what reads it, relative to their squares, summed over the readers. */
  readonly costs: readonly number[];
}

/** Takes away `most` of so many channels one after the other, always the one whose loss costs all readers together least. */
export function orderOf(readers: readonly Removal[], count: number, most: number): RemovalOrder {
  const left = new Set(Array.from({ length: count }, (_, channel) => channel));
  const [channels, costs]: [number[], number[]] = [[], []];
  while (channels.length < most) {
    let [best, least] = [-1, Infinity];
    for (const channel of left) {
      const cost = readers.reduce((sum, reader) => sum + reader.costOf(channel), 0);
      if (cost < least) [best, least] = [channel, cost];
    }
    if (best < 0) break;
    for (const reader of readers) reader.remove(best);
    left.delete(best);
    channels.push(best);
    costs.push(least);
  }
  return { channels, costs };
}

/** Of how many channels each order is followed, so that `total` go in all and the last ones cost the same everywhere. */
export function shareOut(orders: readonly RemovalOrder[], total: number): readonly number[] {
  const taken = orders.map(() => 0);
  for (let number = 0; number < total; number++) {
    let [best, least] = [-1, Infinity];
    orders.forEach(({ costs }, place) => {
      const cost = costs[taken[place] ?? 0] ?? Infinity;
      if (cost < least) [best, least] = [place, cost];
    });
    if (best < 0) break;
    taken[best] = (taken[best] ?? 0) + 1;
  }
  return taken;
}
