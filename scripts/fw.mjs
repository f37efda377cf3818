// `npm run --silent fw -- <command …>`: the command line of this checkout, built first when the sources are newer.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const [major] = process.versions.node.split('.');
const root = join(fileURLToPath(import.meta.url), '..', '..');
const pinned = join(root, 'node_modules', '.bin', process.platform === 'win32' ? 'node.cmd' : 'node');

if (Number(major) < 24 && existsSync(pinned)) {
  // Started by hand with an older Node: go on under the pinned one. npm itself has it on its path already.
  const child = spawn(pinned, process.argv.slice(1), { stdio: 'inherit', shell: process.platform === 'win32' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('close', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 1)));
} else {
  const { buildIfStale } = await import('./freshness.mjs');
  buildIfStale();
  // npm runs scripts in the package's folder; the person's paths are relative to where they stood. Only when npm ran
  // *this* script: other scripts that call it inherit a folder that is not theirs.
  if (process.env.npm_lifecycle_event === 'fw' && process.env.INIT_CWD) process.chdir(process.env.INIT_CWD);
  const entry = join(root, 'out', 'main', 'cli.js');
  process.argv[1] = entry;
  // In this process, so that signals, exit code and streams are the program's own.
  await import(pathToFileURL(entry).href);
}
