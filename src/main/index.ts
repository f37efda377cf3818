import { app, protocol } from 'electron';
import { listenForFiles } from './early-files.ts';
import { scheme } from './window-address.ts';

protocol.registerSchemesAsPrivileged([{ scheme, privileges: { standard: true, secure: true, supportFetchAPI: true } }]);

listenForFiles();

// Two programs on one history would tell each other's windows nothing, so the second one only raises the first.
if (!app.requestSingleInstanceLock()) app.quit();
// Awaiting `whenReady` at the top level of an ESM entry never resolves, so the application starts from its callback.
else void app.whenReady().then(() => import('./boot.ts'));
