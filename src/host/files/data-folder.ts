import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where the application keeps its own files: `FEATHERWEIGHT_DATA`, else the platform's place for such. */
export function defaultDataFolder(): string {
  const { FEATHERWEIGHT_DATA, XDG_DATA_HOME, APPDATA } = process.env;
  if (FEATHERWEIGHT_DATA) return FEATHERWEIGHT_DATA;
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'Featherweight');
  if (process.platform === 'win32') return join(APPDATA ?? join(homedir(), 'AppData', 'Roaming'), 'Featherweight');
  return join(XDG_DATA_HOME ?? join(homedir(), '.local', 'share'), 'featherweight');
}
