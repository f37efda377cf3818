import type { PauseGate } from '../../engine/index.ts';

/** A gate that a job passes between batches, and somebody may close. */
export interface PauseControl extends PauseGate {
  readonly isHeld: boolean;
  /** Holds the work at its next border of this kind; `reached` is called when it stands there. */
  hold(border: 'batch' | 'tensor', reached: () => void): void;
  release(): void;
}

export function createPauseControl(): PauseControl {
  let held:
    (PromiseWithResolvers<undefined> & { readonly border: string; reached: (() => void) | undefined }) | undefined;
  return {
    get isHeld() {
      return held !== undefined;
    },
    wait(border) {
      if (held === undefined || (held.border === 'tensor' && border === 'batch')) return undefined;
      const { reached } = held;
      held.reached = undefined;
      reached?.();
      return held.promise;
    },
    hold(border, reached) {
      this.release();
      held = { ...Promise.withResolvers<undefined>(), border, reached };
    },
    release() {
      const { resolve } = held ?? {};
      held = undefined;
      resolve?.(undefined);
    },
  };
}
