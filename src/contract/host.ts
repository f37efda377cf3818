import type { CallName, Input, Output } from './calls.ts';
import type { HostErrorData } from './errors.ts';
import type { EventName, Events } from './events.ts';

/** The application as its shells see it: directly, through Electron's bridge, or over HTTP. */
export interface Host {
  /** Rejects with a `HostError`. */
  call<Name extends CallName>(name: Name, input: Input<Name>): Promise<Output<Name>>;
  /** Returns the function that ends the subscription. */
  on<Name extends EventName>(name: Name, listener: (event: Events[Name]) => void): () => void;
}

/** The answer to a call, as it travels over a border. */
export type Reply = { readonly value: unknown } | { readonly error: HostErrorData };

/** Abilities that only a desktop shell has; the window asks whether they are there, never which shell it runs in. */
export interface Native {
  /** The system's dialog; nothing when it was closed without a choice. */
  pick(kind: 'file' | 'folder'): Promise<string | undefined>;
  /** Where a dropped file lies; nothing for a file that is not on a disk. */
  pathOf(file: object): Promise<string | undefined>;
  /** Opens the system's file manager with the file selected. */
  show(path: string): Promise<void>;
  /** Begins to drag a file out of the window. */
  startDrag?(path: string): void;
  /** The files that were opened from outside before the window asked, such as those the program was started with. */
  opened(): Promise<readonly string[]>;
}

/** What the preload script puts on the window as `featherweight`. */
export interface Bridge {
  call(name: string, input: unknown): Promise<Reply>;
  on(name: string, listener: (event: unknown) => void): () => void;
  readonly native: Native;
}
