import code from '../kernels/generated/trellis.wasm.ts';
import { instantiate } from '../kernels/load.ts';
import type { Workspace } from '../kernels/workspace.ts';
import type { TrellisKernel } from './kernel.ts';

interface Exports {
  ways(
    wanted: number,
    count: number,
    prices: number,
    weight: number,
    isFree: number,
    lines: number,
    room: number,
  ): void;
}

/** The compiled loops, for arrays that all live in `workspace`. */
export function trellisKernel({ memory }: Workspace): TrellisKernel {
  const loops = instantiate(code, memory) as unknown as Exports;
  return {
    ways({ wanted, count, prices, weight, isFree, lines, room }) {
      const [from, to, priced] = [wanted.byteOffset, lines.byteOffset, prices.byteOffset];
      loops.ways(from, count, priced, weight, isFree ? 1 : 0, to, room.byteOffset);
    },
  };
}
