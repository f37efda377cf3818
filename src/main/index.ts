import { app } from 'electron';

// Awaiting `whenReady` at the top level of an ESM entry never resolves, so the application starts from its callback.
void app.whenReady().then(() => import('./boot.ts'));
