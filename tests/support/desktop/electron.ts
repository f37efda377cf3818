/**
 * A stand-in for the module `electron` of the main process, for machines without its binary. It has what the program uses
 * and no more, in memory: a window is told to the test, which shows the page in a browser and speaks for it.
 */
import { fork } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import type { Answer, Question, Setup, Told } from './protocol.ts';
import { setupVariable } from './protocol.ts';

const setup = JSON.parse(process.env[setupVariable] ?? '{}') as Setup;
const tell = (told: Told | Answer) => process.send?.(told);

type Listener = (...words: unknown[]) => unknown;

/** Tells of an event that whoever hears it may prevent. */
function isPrevented(emitter: EventEmitter | undefined, name: string, ...words: readonly unknown[]): boolean {
  const event = { defaultPrevented: false, preventDefault: () => void (event.defaultPrevented = true) };
  emitter?.emit(name, event, ...words);
  return event.defaultPrevented;
}

class App extends EventEmitter {
  readonly whenReady = () => Promise.resolve();
  readonly requestSingleInstanceLock = () => true;
  readonly getVersion = () => '0.0.0';
  readonly getPath = () => setup.userData;
  readonly getAppPath = () => process.cwd();
  readonly getFileIcon = () => Promise.resolve({});
  readonly addRecentDocument = (path: string) => tell({ told: 'recent', path });
  readonly setBadgeCount = (count: number) => tell({ told: 'badge', count });

  readonly exit = (code: number) => process.exit(code);

  /** As Electron does: whoever hears `will-quit` may put it off. */
  quit(): void {
    if (!isPrevented(this, 'will-quit')) process.exit(0);
  }
}

class Contents extends EventEmitter {
  openHandler: () => unknown = () => ({ action: 'allow' });
  readonly send = (channel: string, event: unknown) => tell({ told: 'send', channel, event });
  readonly setWindowOpenHandler = (handler: () => unknown) => (this.openHandler = handler);
  readonly startDrag = () => undefined;
  readonly reload = () => tell({ told: 'reload' });
}

const handlers = new Map<string, Listener>();
const fetchers = new Map<string, (request: { readonly url: string }) => Promise<Response>>();
const clicks = new Map<string, () => void>();
let answerPermission: (contents: unknown, permission: string, answer: (isGiven: boolean) => void) => void = (
  _,
  __,
  answer,
) => answer(true);
let contents: Contents | undefined;

export const app = new App();
export const protocol = { registerSchemesAsPrivileged: () => undefined };
export const session = {
  defaultSession: {
    protocol: {
      handle: (scheme: string, fetcher: (request: { url: string }) => Promise<Response>) =>
        fetchers.set(scheme, fetcher),
    },
    setPermissionRequestHandler: (handler: typeof answerPermission) => (answerPermission = handler),
    setPermissionCheckHandler: () => undefined,
    setDevicePermissionHandler: () => undefined,
  },
};
export const ipcMain = { handle: (channel: string, answer: Listener) => handlers.set(channel, answer) };
export const dialog = {
  showOpenDialog: () => Promise.resolve({ filePaths: [setup.picked] }),
  showErrorBox: (title: string, text: string) => tell({ told: 'error-box', title, text }),
  showMessageBox({ message, buttons }: { readonly message: string; readonly buttons: readonly string[] }) {
    tell({ told: 'message-box', message, buttons });
    return Promise.resolve({ response: setup.button });
  },
};
export const shell = {
  showItemInFolder: (path: string) => tell({ told: 'shown', path }),
  trashItem: () => Promise.reject(new Error('There is no trash here.')),
};
export const powerMonitor = Object.assign(new EventEmitter(), { onBatteryPower: false });
export const powerSaveBlocker = {
  start() {
    tell({ told: 'awake', isKept: true });
    return 1;
  },
  stop: () => tell({ told: 'awake', isKept: false }),
};

interface Entry {
  readonly id?: string;
  readonly click?: () => void;
  readonly submenu?: readonly Entry[];
}

export const Menu = {
  buildFromTemplate: (entries: readonly Entry[]) => entries,
  setApplicationMenu(entries: readonly Entry[]) {
    for (const { id, click } of entries.flatMap(({ submenu = [] }) => submenu))
      if (id !== undefined && click !== undefined) clicks.set(id, click);
  },
};

export class Notification extends EventEmitter {
  readonly show = () => undefined;
}

export class BrowserWindow extends EventEmitter {
  readonly webContents = new Contents();
  readonly isDestroyed = () => false;
  readonly isMinimized = () => false;
  readonly isFocused = () => true;
  readonly focus = () => undefined;
  readonly setProgressBar = (part: number) => tell({ told: 'progress', part });

  constructor(options: { readonly webPreferences: Readonly<Record<string, unknown>> }) {
    super();
    contents = this.webContents;
    tell({ told: 'window', options });
    app.emit('web-contents-created', {}, contents);
  }

  /** Resolves when the test has shown the page. */
  async loadURL(url: string): Promise<void> {
    this.webContents.emit('did-start-loading');
    tell({ told: 'load', url });
    await once(this.webContents, 'did-finish-load');
  }
}

/** Models run in a process of plain Node here; Electron's speaks in the same words through another pair of functions. */
export const utilityProcess = {
  fork(entry: string, words: readonly string[], { env }: { readonly env: NodeJS.ProcessEnv }) {
    const stdio = ['ignore', 'ignore', 'ignore', 'ipc'] as const;
    const child = fork(entry, words, { env, stdio: [...stdio], execArgv: [], serialization: 'advanced' });
    return {
      postMessage: (message: object) => child.send(message),
      kill: () => child.kill(),
      on: child.on.bind(child),
      once: child.once.bind(child),
    };
  },
};

async function answer(question: Question): Promise<unknown> {
  switch (question.ask) {
    case 'fetch': {
      const reply = await fetchers.get(new URL(question.url).protocol.slice(0, -1))?.({ url: question.url });
      return (
        reply && {
          ...{ status: reply.status, headers: Object.fromEntries(reply.headers) },
          body: new Uint8Array(await reply.arrayBuffer()),
        }
      );
    }
    case 'invoke':
      return handlers.get(question.channel)?.({ senderFrame: question.frame }, ...question.words);
    case 'emit':
      return isPrevented(question.of === 'app' ? app : contents, question.event, ...question.words);
    case 'permission':
      return new Promise<boolean>((resolve) => answerPermission(contents, question.permission, resolve));
    case 'new-window':
      return contents?.openHandler();
    case 'menu':
      return clicks.get(question.entry)?.();
  }
}

process.on('message', (question: Question) => {
  void answer(question).then((value) => tell({ answers: question.id, value }));
});
