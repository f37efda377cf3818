import type { Dataset, DatasetItem } from './dataset.ts';

/** What items may take that nothing has asked for yet. */
const mostBytes = 32 * 2 ** 20;

/**
 * A dataset of whose items these are read and decoded by other threads from now on, as many as fit into 32 MiB: while models
 * are loaded, which leaves most cores idle, and while they run. For places in ascending order, asked for about so. The dataset itself where it does not tell what its items take.
 */
export function readAhead(dataset: Dataset, places: readonly number[]): Dataset {
  const { itemBytes } = dataset;
  if (itemBytes === undefined) return dataset;
  const most = Math.max(1, Math.floor(mostBytes / itemBytes));
  const read = new Map<number, Promise<DatasetItem>>();
  let next = 0;
  const fill = (): void => {
    for (; next < places.length && read.size < most; next++) {
      const place = places[next] ?? 0;
      const item = dataset.item(place);
      // Whoever asks for it is told; until then it is no failure of the process.
      item.catch(() => undefined);
      read.set(place, item);
    }
  };
  fill();
  return {
    count: dataset.count,
    item(place) {
      const item = read.get(place) ?? dataset.item(place);
      // The last one that was asked for stays, since the noise floor looks at the first before all others do.
      for (const passed of read.keys()) if (passed < place) read.delete(passed);
      fill();
      return item;
    },
    async [Symbol.asyncDispose]() {
      // No file is closed while it is read.
      await Promise.allSettled(read.values());
      await dataset[Symbol.asyncDispose]();
    },
  };
}
