import { availableParallelism, totalmem } from 'node:os';
import type { Handlers } from './handlers.ts';

/** Facts about the program and the machine it runs on. */
export function appHandlers(version: string, remembers: boolean): Handlers<'app.info'> {
  return {
    'app.info': () => ({
      version,
      platform: `${process.platform} ${process.arch}`,
      node: process.versions.node,
      cores: availableParallelism(),
      memoryBytes: totalmem(),
      remembers,
    }),
  };
}
