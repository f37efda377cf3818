import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { _electron, expect, test } from '@playwright/test';

const root = join(import.meta.dirname, '../..');
const package_ = join(root, 'node_modules/electron');
const pathFile = join(package_, 'path.txt');
const binary = existsSync(pathFile) ? join(package_, 'dist', readFileSync(pathFile, 'utf8').trim()) : undefined;
const hasDisplay = process.platform !== 'linux' || Boolean(process.env['DISPLAY'] ?? process.env['WAYLAND_DISPLAY']);
const missing =
  binary === undefined || !existsSync(binary) ? "Electron's binary" : hasDisplay ? undefined : 'a display for Electron';

test('the desktop window opens and shows the drop area', async () => {
  if (missing !== undefined)
    console.warn(`\n  SKIPPED: the desktop window was NOT tested, because ${missing} is missing here.\n`);
  test.skip(missing !== undefined, `${missing ?? ''} is missing`);
  const data = await mkdtemp(join(tmpdir(), 'featherweight-electron-'));
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const application = await _electron.launch({ args: [root, `--user-data-dir=${data}`, ...sandbox] });
  const window = await application.firstWindow();
  await expect(window.getByRole('button', { name: /Drop a model here/ })).toBeVisible();
  expect(await window.evaluate(() => typeof (globalThis as { readonly require?: unknown }).require)).toBe('undefined');
  await application.close();
  await rm(data, { recursive: true, force: true });
});
