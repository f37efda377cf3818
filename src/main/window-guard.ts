import { origin } from './window-address.ts';

/** The parts of Electron's web contents and session that are closed here; tests hand in stand-ins. */
export interface GuardedContents {
  on(
    event: 'will-navigate' | 'will-redirect' | 'will-attach-webview' | 'will-frame-navigate',
    listener: (event: { preventDefault(): void }) => void,
  ): unknown;
  setWindowOpenHandler(handler: () => { readonly action: 'deny' }): void;
}

export interface GuardedSession {
  setPermissionRequestHandler(
    handler: (contents: unknown, permission: string, answer: (granted: boolean) => void) => void,
  ): void;
  setPermissionCheckHandler(handler: (contents: unknown, permission: string) => boolean): void;
  setDevicePermissionHandler(handler: () => boolean): void;
}

/** The window shows its own page and nothing else: no navigation, no second window, no embedded page. */
export function guardContents(contents: GuardedContents): void {
  for (const event of ['will-navigate', 'will-redirect', 'will-frame-navigate', 'will-attach-webview'] as const)
    contents.on(event, (navigation) => navigation.preventDefault());
  contents.setWindowOpenHandler(() => ({ action: 'deny' }));
}

/** No permission is needed but to copy text, so none is given; Electron's own answer would be yes. */
export function guardSession(session: GuardedSession): void {
  const isGiven = (permission: string) => permission === 'clipboard-sanitized-write';
  session.setPermissionRequestHandler((_contents, permission, answer) => answer(isGiven(permission)));
  session.setPermissionCheckHandler((_contents, permission) => isGiven(permission));
  session.setDevicePermissionHandler(() => false);
}

/** Whether a message comes from the main frame of our own page, and not from something inside it. */
export function isOwnFrame(frame: { readonly url: string; readonly parent: unknown } | null): boolean {
  if (frame === null || frame.parent !== null || !URL.canParse(frame.url)) return false;
  const { protocol, host } = new URL(frame.url);
  return `${protocol}//${host}` === origin;
}
