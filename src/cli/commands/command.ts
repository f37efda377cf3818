import type { Command } from 'commander';
import type { EngineContext } from '../../engine/index.ts';
import type { AnyReport, Output } from '../output.ts';
import type { Shell } from '../shell.ts';

/** What an action works with. */
export interface CommandContext {
  readonly shell: Shell;
  readonly output: Output;
  readonly signal: AbortSignal;
  readonly engineContext: EngineContext;
}

/** The work of one command: prints for people, returns the report that `--json` prints, throws engine failures. */
export type Action = (context: CommandContext) => Promise<AnyReport>;

/** Runs an action with interrupts and the last JSON line taken care of. */
export type RunAction = (action: Action) => Promise<void>;

/** Adds one command to the program. */
export type AddCommand = (program: Command, runAction: RunAction) => void;
