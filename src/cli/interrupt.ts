import { exitCodes } from './exit-code.ts';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** One press of Ctrl-C under `npm run` arrives twice, from the terminal and from npm; a second press comes later than this. */
const samePressMilliseconds = 400;

/** Turns the first interrupt into an abort, so that work can tidy up, and the second into an exit at once. */
export function interruptible(): Disposable & { readonly signal: AbortSignal } {
  const controller = new AbortController();
  let first = 0;
  const interrupt = (): void => {
    const now = performance.now();
    if (!controller.signal.aborted) {
      first = now;
      controller.abort();
    } else if (now - first > samePressMilliseconds) process.exit(exitCodes.cancelled);
  };
  for (const name of signals) process.on(name, interrupt);
  return {
    signal: controller.signal,
    [Symbol.dispose]() {
      for (const name of signals) process.off(name, interrupt);
    },
  };
}
