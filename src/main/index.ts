import { app, dialog, protocol } from 'electron';
import { listenForFiles } from './early-files.ts';
import { scheme } from './window-address.ts';

protocol.registerSchemesAsPrivileged([{ scheme, privileges: { standard: true, secure: true, supportFetchAPI: true } }]);

listenForFiles();

// Windows shows notices of programs only that name themselves as their installer did (`appId` in package.json).
if (process.platform === 'win32') app.setAppUserModelId('org.featherweight.app');

// Two programs on one history would tell each other's windows nothing, so the second one only raises the first.
if (!app.requestSingleInstanceLock()) app.quit();
// Awaiting `whenReady` at the top level of an ESM entry never resolves, so the application starts from its callback.
else
  void app
    .whenReady()
    .then(() => import('./boot.ts'))
    .catch((error: unknown) => {
      // Without a window there is nothing else that could tell.
      const why = error instanceof Error ? error.message : String(error);
      dialog.showErrorBox('Featherweight could not start', `${why}\n\nYour files are as they were.`);
      app.exit(1);
    });
