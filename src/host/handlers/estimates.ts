import { dirname } from 'node:path';
import type { Events } from '../../contract/events.ts';
import type { Settings } from '../../contract/settings.ts';
import type { EngineContext } from '../../engine/index.ts';
import type { Access } from '../files/access.ts';
import { driveRoom } from '../files/disk-room.ts';
import type { Engine } from '../engine.ts';
import type { Handlers } from './handlers.ts';

export interface EstimateParts {
  readonly engine: Engine;
  readonly access: Access;
  readonly spawnWorker: EngineContext['spawnWorker'];
  readonly settings: () => Settings;
  readonly progress: (event: Events['estimate.progress']) => void;
}

/** Codes samples: of a whole model for an estimate, of which one runs at a time, and of single tensors. */
export function estimateHandlers({
  engine,
  access,
  spawnWorker,
  settings,
  progress,
}: EstimateParts): Handlers<'models.estimate' | 'models.close' | 'tensors.look'> {
  let current: { readonly path: string; readonly controller: AbortController } | undefined;

  return {
    'models.estimate': async ({ path: asked }) => {
      const path = await access.check(asked);
      current?.controller.abort();
      const controller = new AbortController();
      const mine = { path, controller };
      current = mine;
      try {
        const { memoryBytes } = settings();
        const { presets, tensors, ...estimate } = await engine.estimate(
          {
            input: path,
            memoryBytes,
            progress: (sampledBytes, bytesTotal) => progress({ path: asked, sampledBytes, bytesTotal }),
          },
          { spawnWorker, signal: controller.signal },
        );
        const { outputPlace, outputFolder, diskReserveBytes } = settings();
        const folder = outputPlace === 'folder' && outputFolder !== '' ? outputFolder : dirname(path);
        const { free, reserve } = await driveRoom(folder, diskReserveBytes);
        const needed = Math.max(0, ...presets.map(({ high }) => high));
        return {
          ...estimate,
          presets: [...presets],
          tensors: tensors.slice(0, tensorsShown),
          disk: { folder, free, needed, reserve, enough: free - reserve >= needed },
        };
      } finally {
        if (current === mine) current = undefined;
      }
    },
    'models.close': async ({ path: asked }) => {
      const path = await access.check(asked);
      if (current?.path === path) current.controller.abort();
      return {};
    },
    'tensors.look': async ({ path: asked, file, name }) => {
      const input = await access.check(asked);
      const { numbers, fields, exponents, elements, shape, ...look } = await engine.look(
        { input, file, name },
        { spawnWorker },
      );
      return {
        ...look,
        shape: [...shape],
        fields: fields.map((field) => ({ ...field })),
        exponents: mostFrequent(exponents),
        ...(numbers === undefined
          ? {}
          : {
              statistics: { ...numbers.statistics },
              histogram: { ...numbers.histogram, counts: [...numbers.histogram.counts] },
            }),
        sample: [...(numbers?.sample ?? [])],
        sampledElements: elements,
      };
    },
  };
}

const tensorsShown = 4000;
const exponentsShown = 256;

type Exponents = readonly { readonly value: number; readonly count: number }[];

/** Of eleven-bit exponents the rare ones are left out. */
function mostFrequent(exponents: Exponents): { value: number; count: number }[] {
  const kept = exponents.toSorted((a, b) => b.count - a.count).slice(0, exponentsShown);
  return kept.sort((a, b) => a.value - b.value).map((entry) => ({ ...entry }));
}
