import { availableParallelism, totalmem } from 'node:os';
import type { Handlers } from './handlers.ts';

/** Facts about the program and the machine it runs on. */
export function appHandlers(facts: {
  readonly version: string;
  readonly remembers: boolean;
  readonly historyFault?: string;
  readonly writes: boolean;
  readonly trash: boolean;
}): Handlers<'app.info'> {
  return {
    'app.info': () => ({
      ...facts,
      platform: `${process.platform} ${process.arch}`,
      node: process.versions.node,
      cores: availableParallelism(),
      memoryBytes: totalmem(),
    }),
  };
}
