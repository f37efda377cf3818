import { dirname } from 'node:path';
import { HostError, toHostErrorData } from '../contract/errors.ts';
import type { CallName, Input } from '../contract/calls.ts';
import type { Host, Reply } from '../contract/host.ts';
import { eventNames, type EventName, type Events } from '../contract/events.ts';
import { isOwnFrame } from './window-guard.ts';

/** What is used of Electron's `ipcMain`; tests hand in a stand-in. */
export interface MessageReceiver {
  handle(channel: string, answer: (message: MessageOrigin, ...words: unknown[]) => Promise<Reply>): void;
}

export interface MessageOrigin {
  readonly senderFrame: { readonly url: string; readonly parent: unknown } | null;
}

/** What a desktop can do for its window. */
export interface Desktop {
  pick(kind: 'file' | 'folder'): Promise<string | undefined>;
  show(path: string): void;
  /** Begins to drag a file out of the window. */
  drag(path: string): Promise<void>;
  /** Allows a folder, and all in it, to be read and written. */
  grant(folder: string): Promise<void>;
  /** Rejects what lies outside the allowed folders. */
  check(path: string): Promise<string>;
  /** The files that were opened before the window listened. */
  opened(): readonly string[];
}

/**
 * Answers the window's six channels. Each message must come from our own page, and each word of it is checked. Choosing
 * or dropping a file allows the folder it is in, because the archive will appear beside it.
 */
export function answerMessages(receiver: MessageReceiver, host: Host, desktop: Desktop): void {
  const answer = (channel: string, work: (...words: unknown[]) => Promise<unknown>) =>
    receiver.handle(channel, async ({ senderFrame }, ...words): Promise<Reply> => {
      try {
        if (!isOwnFrame(senderFrame)) throw new HostError({ code: 'NOT_ALLOWED', message: 'Only the window may ask.' });
        return { value: await work(...words) };
      } catch (thrown) {
        return { error: toHostErrorData(thrown) };
      }
    });
  answer('call', (name, input) => host.call(requireText(name) as CallName, input as Input<CallName>));
  answer('pick', async (kind) => {
    const path = await desktop.pick(kind === 'folder' ? 'folder' : 'file');
    if (path !== undefined) await desktop.grant(kind === 'folder' ? path : dirname(path));
    return path;
  });
  answer('dropped', (path) => desktop.grant(dirname(requireText(path))));
  answer('show', async (path) => desktop.show(await desktop.check(requireText(path))));
  answer('drag', async (path) => desktop.drag(await desktop.check(requireText(path))));
  answer('opened', () => Promise.resolve(desktop.opened()));
}

/** Tells the window what the shell itself knows, as the host tells the rest. */
export function tellWindow<Name extends EventName>(
  send: (channel: string, event: unknown) => void,
  name: Name,
  event: Events[Name],
): void {
  send(`event:${name}`, event);
}

/** Sends the host's events to the window; returns the function that ends it. */
export function forwardEvents(host: Host, send: (channel: string, event: unknown) => void): () => void {
  const stops = eventNames.map((name) => host.on(name, (event) => send(`event:${name}`, event)));
  return () => stops.forEach((stop) => stop());
}

function requireText(word: unknown): string {
  if (typeof word !== 'string' || word.length === 0 || word.length > 4096)
    throw new HostError({ code: 'BAD_INPUT', message: 'A message of the window had no text where one was needed.' });
  return word;
}
