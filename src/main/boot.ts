import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import {
  app,
  BrowserWindow,
  dialog,
  ipcMain,
  Menu,
  Notification,
  powerMonitor,
  powerSaveBlocker,
  session,
  shell,
} from 'electron';
import { bundledFile } from '../host/files/bundled-files.ts';
import { createHost } from '../host/host.ts';
import { spawnWorker } from '../host/threads/spawn-worker.ts';
import { spawnEvaluation } from './spawn-evaluation.ts';
import { menuTemplate } from './menu.ts';
import { answerMessages, forwardEvents, tellWindow } from './messages.ts';
import { namedFiles, openedFiles, openFiles } from './opened-files.ts';
import { whenOpened } from './early-files.ts';
import { watchPower } from './power.ts';
import { scheme, startAddress } from './window-address.ts';
import { windowFiles } from './window-files.ts';
import { guardContents, guardSession } from './window-guard.ts';
import { showWork } from './work-signs.ts';

let blocker: number | undefined;

/** The computer does not fall asleep over a job; the screen may. */
function keepAwake(isWorking: boolean): void {
  if (blocker !== undefined) powerSaveBlocker.stop(blocker);
  blocker = isWorking ? powerSaveBlocker.start('prevent-app-suspension') : undefined;
}

const host = await createHost({
  spawnWorker,
  spawnEvaluation,
  version: app.getVersion(),
  roots: [],
  dataFolder: app.getPath('userData'),
  remember: true,
  trash: (path) => shell.trashItem(path),
  workingChanged: (isWorking) => keepAwake(isWorking),
  sample: bundledFile('samples/digits.safetensors'),
  warn: (message) => console.error(message),
});
watchPower(powerMonitor, (isOnBattery) => host.setPower(isOnBattery));
// What a person has worked on before stays open to them, or the history would lead nowhere.
for (const { receipt } of await host.call('runs.recent', {}))
  for (const path of [receipt.input, receipt.output]) if (path !== undefined) await host.access.grant(dirname(path));
for (const { receipt } of await host.call('exports.list', {}))
  for (const path of [receipt.input, receipt.output]) await host.access.grant(dirname(path));
for (const { candidate, original = candidate } of await host.call('evaluations.list', {}))
  for (const { path } of [candidate, original]) await host.access.grant(dirname(path));
const { outputFolder } = await host.call('settings.get', {});
if (outputFolder !== '') await host.access.grant(outputFolder);

const folder = bundledFile('out/renderer');
if (folder === undefined) throw new Error('The window (out/renderer) has not been built.');
session.defaultSession.protocol.handle(scheme, await windowFiles(folder));
guardSession(session.defaultSession);
app.on('web-contents-created', (_event, contents) => guardContents(contents));
answerMessages(ipcMain, host, {
  async pick(kind) {
    const properties = kind === 'folder' ? (['openDirectory'] as const) : (['openFile'] as const);
    const { filePaths } = await dialog.showOpenDialog({ properties: [...properties], defaultPath: homedir() });
    const [path] = filePaths;
    if (path !== undefined) app.addRecentDocument(path);
    return path;
  },
  show: (path) => shell.showItemInFolder(path),
  async drag(file) {
    const icon = await app.getFileIcon(file);
    window.webContents.startDrag({ file, icon });
  },
  grant: host.access.grant,
  check: host.access.check,
  opened: () => opened.listen(),
});

const window = new BrowserWindow({
  ...{ width: 1120, height: 800, minWidth: 360, minHeight: 480, title: 'Featherweight' },
  autoHideMenuBar: true,
  webPreferences: {
    preload: join(dirname(folder), 'preload', 'index.cjs'),
    contextIsolation: true,
    sandbox: true,
    nodeIntegration: false,
    webviewTag: false,
    spellcheck: false,
  },
});
const send = (channel: string, event: unknown) => {
  if (!window.isDestroyed()) window.webContents.send(channel, event);
};
const raise = () => {
  if (window.isDestroyed()) return;
  if (window.isMinimized()) window.restore();
  window.focus();
};
const opened = openedFiles((path) => tellWindow(send, 'models.opened', { path }));
window.webContents.on('did-start-loading', () => opened.deafen());
window.webContents.on('render-process-gone', (_event, { reason }) => {
  if (reason !== 'clean-exit') void askAfterCrash();
});
const open = (paths: readonly string[]) =>
  openFiles(paths, {
    grant: host.access.grant,
    remember: (path) => app.addRecentDocument(path),
    show: (path) => opened.show(path),
  });
forwardEvents(host, send);
Menu.setApplicationMenu(
  Menu.buildFromTemplate(menuTemplate(process.platform, (id) => tellWindow(send, 'menu.chosen', { id }))),
);
showWork(host, {
  progress: (part, mode) => window.isDestroyed() || window.setProgressBar(part, { mode }),
  badge: (count) => app.setBadgeCount(count),
  isWindowInFront: () => !window.isDestroyed() && window.isFocused(),
  notify(title, body, path) {
    const notice = new Notification({ title, body });
    notice.on('click', () => (path === undefined ? raise() : shell.showItemInFolder(path)));
    notice.show();
  },
});
app.on('second-instance', (_event, words, workingFolder) => {
  raise();
  void open(namedFiles(words, workingFolder, app.getAppPath()));
});
app.on('window-all-closed', () => app.quit());

let isClosed = false;
app.on('will-quit', (event) => {
  if (isClosed) return;
  // A running job lets go of its unfinished file first.
  event.preventDefault();
  void host.close().finally(() => {
    isClosed = true;
    app.quit();
  });
});

/** Work goes on without the window, so a person decides whether to look at it again. */
async function askAfterCrash(): Promise<void> {
  const { response } = await dialog.showMessageBox({
    ...{ type: 'error', title: 'Featherweight', message: 'The window stopped working.' },
    detail: 'Work goes on behind it, and no file is touched.',
    ...{ buttons: ['Open it again', 'Quit'], defaultId: 0, cancelId: 0 },
  });
  if (response === 1 || window.isDestroyed()) app.quit();
  else window.webContents.reload();
}

await open([...namedFiles(process.argv, process.cwd(), app.getAppPath()), ...whenOpened((path) => void open([path]))]);
await window.loadURL(startAddress);
