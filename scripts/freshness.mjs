// When is out/ what the sources say? A stamp keeps a hash of every source's path, size and modification time: reading
// a few hundred directory entries takes milliseconds, hashing contents or asking the bundler does not.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const out = join(root, 'out');
const stampFile = join(out, 'stamp');
const lockFile = join(out, 'building');
const inputs = ['src', 'electron.vite.config.ts', 'package.json', 'package-lock.json', 'tsconfig.json'];
const dayMilliseconds = 86_400_000;
/** Written by the build itself. */
const generated = join('src', 'engine', 'kernels', 'generated');

/** Builds when out/ is older than the sources; waits where another process is building already. */
export function buildIfStale() {
  while (!isFresh()) {
    if (!lock()) {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
      continue;
    }
    try {
      if (!isFresh()) build('pipe');
    } finally {
      rmSync(lockFile, { force: true });
    }
  }
}

/**
 * Builds in any case; ends the process with the tool's exit code when one fails. `pipe` shows output only of failures. Chunks
 * of older builds stay for a day, for programs that still run, unless `keepsOld` is false.
 */
export function build(stdio = 'inherit', keepsOld = true) {
  const stamp = currentStamp();
  const oldest = Date.now() - (keepsOld ? dayMilliseconds : 0);
  run([join('scripts', 'build-kernels.mjs')], stdio);
  run([join('node_modules', 'electron-vite', 'bin', 'electron-vite.js'), 'build'], stdio);
  mkdirSync(out, { recursive: true });
  removeOlder(join(out, 'main', 'chunks'), oldest);
  writeFileSync(stampFile, stamp);
}

function removeOlder(folder, milliseconds) {
  for (const name of existsSync(folder) ? readdirSync(folder) : []) {
    const path = join(folder, name);
    if (statSync(path).mtimeMs < milliseconds) rmSync(path);
  }
}

function isFresh() {
  return existsSync(stampFile) && readFileSync(stampFile, 'utf8') === currentStamp();
}

function currentStamp() {
  const hash = createHash('sha256');
  for (const input of inputs) addTo(hash, input);
  return hash.digest('hex');
}

function addTo(hash, path) {
  if (path === generated) return;
  const status = statSync(join(root, path), { throwIfNoEntry: false });
  if (status === undefined) return;
  if (status.isDirectory()) for (const name of readdirSync(join(root, path)).sort()) addTo(hash, join(path, name));
  else hash.update(`${path}\0${status.size}\0${status.mtimeMs}\n`);
}

/** Takes the lock, also from a process that died with it. */
function lock() {
  mkdirSync(out, { recursive: true });
  try {
    writeFileSync(lockFile, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
  }
  const owner = Number(existsSync(lockFile) ? readFileSync(lockFile, 'utf8') : 0);
  if (owner > 0 && !isAlive(owner)) rmSync(lockFile, { force: true });
  return false;
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

function run(words, stdio) {
  if (stdio === 'pipe') process.stderr.write(`Building (${words[0]}) …\n`);
  const { status, stdout, stderr } = spawnSync(process.execPath, words, { cwd: root, stdio, encoding: 'utf8' });
  if (status === 0) return;
  process.stderr.write(`${stdout ?? ''}${stderr ?? ''}`);
  rmSync(lockFile, { force: true });
  process.exit(status ?? 1);
}
