import type { Command } from '../../../contract/jobs.ts';

const did: Readonly<Record<Command, string>> = { compress: 'Compressed', restore: 'Restored', verify: 'Verified' };

/** What a finished job did, in one word. */
export function runWords(command: Command): string {
  return did[command];
}
