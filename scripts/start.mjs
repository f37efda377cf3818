// `npm start`: the window where Electron's binary is there or can be had quickly, else the same application in the browser.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildIfStale, root } from './freshness.mjs';

/** Electron's package downloads its binary at first use; without a network that attempt would go on for minutes. */
const probeMilliseconds = 5_000;
const downloadMilliseconds = 600_000;
const electron = join(root, 'node_modules', 'electron');

buildIfStale();
const why = missingDisplay() ?? (binary() === undefined ? await download() : undefined);
const program = binary();
if (why === undefined && program !== undefined) follow(program, [root, ...process.argv.slice(2)]);
else {
  console.error(`No Electron window (${why ?? 'its binary is missing'}); the same application opens in the browser.`);
  follow(process.execPath, [join(root, 'out', 'main', 'cli.js'), 'serve', '--open', ...process.argv.slice(2)]);
}

function binary() {
  const pathFile = join(electron, 'path.txt');
  if (!existsSync(pathFile)) return undefined;
  const path = join(electron, 'dist', readFileSync(pathFile, 'utf8').trim());
  return existsSync(path) ? path : undefined;
}

function missingDisplay() {
  const { DISPLAY, WAYLAND_DISPLAY } = process.env;
  return process.platform === 'linux' && !DISPLAY && !WAYLAND_DISPLAY ? 'this machine has no display' : undefined;
}

/** Fetches the binary, or says why it could not be had. */
async function download() {
  const server = process.env.ELECTRON_MIRROR ?? process.env.npm_config_electron_mirror ?? 'https://github.com/';
  try {
    await fetch(server, { method: 'HEAD', redirect: 'manual', signal: AbortSignal.timeout(probeMilliseconds) });
  } catch {
    return `its binary is not installed and ${server} cannot be reached`;
  }
  console.error('Fetching Electron, once …');
  const { error, status } = spawnSync(process.execPath, [join(electron, 'install.js')], {
    timeout: downloadMilliseconds,
    stdio: 'ignore',
  });
  if (error?.code === 'ETIMEDOUT') return `its binary did not arrive within ${downloadMilliseconds / 60_000} minutes`;
  return status === 0 ? undefined : 'the download of its binary failed';
}

function follow(program, words) {
  const child = spawn(program, words, { stdio: 'inherit' });
  // The terminal interrupts the child as well; this process only waits for it.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    console.error(error.message);
    process.exit(1);
  });
  child.on('close', (code) => process.exit(code ?? 1));
}
