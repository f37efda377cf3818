// End-to-end tests of the real window: the built program serves it, a real browser opens it. Arguments go to Playwright.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { buildIfStale, root } from './freshness.mjs';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];
const applications = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

const browser = findBrowser() ?? (installBrowser() ? findBrowser() : undefined);
if (browser === undefined) {
  console.error(
    'No Chromium or Chrome was found for the end-to-end tests. Install one, or name it in FEATHERWEIGHT_BROWSER.',
  );
  process.exit(1);
}
buildIfStale();
const { status } = spawnSync(
  process.execPath,
  [
    join(root, 'node_modules/@playwright/test/cli.js'),
    'test',
    '-c',
    join(root, 'tests/playwright.config.ts'),
    ...process.argv.slice(2),
  ],
  { cwd: root, stdio: 'inherit', env: { ...process.env, FEATHERWEIGHT_BROWSER: browser } },
);
process.exit(status ?? 1);

function findBrowser() {
  const named = process.env.FEATHERWEIGHT_BROWSER;
  if (named) return named;
  const folders = (process.env.PATH ?? '').split(delimiter);
  const candidates = [...folders.flatMap((folder) => names.map((name) => join(folder, name))), ...applications];
  return candidates.find(isExecutable);
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return existsSync(path);
  } catch {
    return false;
  }
}

/** Only where it asks nobody for a password: as root on a Debian system. */
function installBrowser() {
  if (process.platform !== 'linux' || process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return false;
  console.error('No browser here; installing the package chromium …');
  const apt = (...words) =>
    spawnSync('apt-get', words, {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
  apt('update', '-qq');
  return apt('install', '-y', '-qq', '--no-install-recommends', 'chromium').status === 0;
}
