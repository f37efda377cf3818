import { HostError } from '../../contract/errors.ts';
import type { Handlers } from './handlers.ts';

/** Replacing an original by its archive, and putting it back. */
export function originalHandlers(): Handlers<'originals.replace' | 'originals.undo' | 'originals.list'> {
  return { 'originals.replace': notYet, 'originals.undo': notYet, 'originals.list': () => [] };
}

function notYet(): never {
  throw new HostError({ code: 'UNSUPPORTED', message: 'This version cannot replace originals yet.' });
}
