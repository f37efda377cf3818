import { createHash } from 'node:crypto';
import { mkdir, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { check } from './check.ts';
import { brokenModel, weightsModel } from './models.ts';
import { drop, expect, finishedRows, openFromFolder, test } from './window.ts';

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const grouped = (hash: string) => hash.match(/.{8}/g)!.join(' ');

test('the sample is compressed, proved, verified and restored to the same bytes', async ({ window }) => {
  await window.getByRole('button', { name: 'Try the sample' }).click();
  await expect(window.getByRole('heading', { name: /digits/ })).toBeVisible();
  await expect(window.getByText(/^28 tensors ·/)).toBeVisible();
  await window.getByRole('button', { name: 'Compress exactly' }).click();
  await expect(window.getByText(/^Proved: all [\d,]+ bytes in 28 tensors come back the same\.$/)).toBeVisible();
  await expect(window.getByText(/compared with the original byte for byte/)).toBeVisible();

  await window.getByRole('button', { name: 'Verify again' }).click();
  await expect(window.getByText('Verified: the archive is whole.')).toBeVisible();
  await window.getByRole('button', { name: 'Restore the original' }).click();
  await expect(window.getByText(/^Restored: all [\d,]+ bytes are those of the original\.$/)).toBeVisible();

  const sample = await readFile(join(import.meta.dirname, '../../samples/digits.safetensors'));
  await expect(window.getByText(grouped(sha256(sample))).first()).toBeVisible();
  const saved = window.waitForEvent('download');
  await window.getByRole('link', { name: 'Save the file' }).click();
  expect(sha256(await readFile(await (await saved).path()))).toBe(sha256(sample));
  await window.getByRole('link', { name: 'History' }).click();
  await expect(finishedRows(window)).toHaveCount(3);
});

test('a dropped file is read from the browser, and its archive can be saved', async ({ window, folder }) => {
  const model = weightsModel(3_000_000);
  await drop(window, 'weights.safetensors', model);
  await expect(window.getByRole('gridcell', { name: '3.00 MB' })).toBeVisible();
  await window.getByText('Quick', { exact: true }).click();
  await window.getByRole('button', { name: 'Compress exactly' }).click();
  await expect(window.getByText(/^Proved: all 3,000,\d+ bytes/)).toBeVisible();
  await expect(window.getByText(/^−\d\d\.\d %$/).first()).toBeVisible();
  const saved = window.waitForEvent('download');
  await window.getByRole('link', { name: 'Save the archive' }).click();
  const download = await saved;
  expect(download.suggestedFilename()).toBe('weights.safetensors.fwz');
  const archive = await readFile(await download.path());
  expect(archive.length).toBeLessThan(0.75 * model.length);

  await window.getByRole('link', { name: 'Open another file' }).click();
  await drop(window, 'weights.fwz', archive);
  await window.getByRole('button', { name: 'Restore the original' }).click();
  await expect(window.getByText(grouped(sha256(model))).first()).toBeVisible();
  expect(await readdir(folder)).toEqual([]);
});

test('a tuned model is stored as a difference to its base, and says so until it is restored', async ({
  window,
  folder,
}) => {
  const base = weightsModel(3_000_000);
  const tuned = base.map((byte, place) => (place > 1_000_000 && place % 1000 === 0 ? byte ^ 1 : byte));
  const place = join(folder, 'bases', 'base.safetensors');
  await mkdir(dirname(place));
  await writeFile(place, base);
  await openFromFolder(window, folder, 'tuned.safetensors', tuned);
  await window.getByText('Store only what differs from another model').click();
  await window.getByRole('textbox', { name: 'Base model' }).fill(place);
  await window.getByRole('button', { name: 'Compress exactly' }).click();
  await expect(window.getByText(/^Proved: all 3,000,\d+ bytes/)).toBeVisible();
  await expect(window.getByText('Needs base.safetensors')).toBeVisible();
  await expect(window.getByText(/^−9\d\.\d %$/).first()).toBeVisible();
  await window.getByRole('button', { name: 'Restore the original' }).click();
  await expect(window.getByText(grouped(sha256(tuned))).first()).toBeVisible();

  await window.getByRole('link', { name: 'Open another file' }).click();
  await window.getByRole('link', { name: 'Open from a folder of this machine' }).click();
  await window.getByRole('link', { name: 'models', exact: true }).click();
  await window.getByRole('link', { name: /^tuned\.safetensors\.fwz [\d.]+ kB/ }).click();
  await expect(window.getByRole('heading', { name: 'Needs another model' })).toBeVisible();
  await check(window, 'archive-base');
  await window.getByRole('button', { name: 'Verify', exact: true }).click();
  await expect(window.getByRole('heading', { name: 'Another model is needed for this' })).toBeVisible();
});

test('everything can be done by keyboard alone', async ({ window }) => {
  const tabTo = async (name: string | RegExp, role: 'button' | 'link' | 'radio') => {
    const target = window.getByRole(role, { name });
    await expect(target).toBeVisible();
    for (let step = 0; step < 40; step += 1) {
      if ((await target.and(window.locator(':focus')).count()) === 1) return;
      await window.keyboard.press('Tab');
    }
    throw new Error(`No number of tabs leads to "${String(name)}".`);
  };
  await tabTo(/Drop a model here/, 'button');
  const chooser = window.waitForEvent('filechooser');
  await window.keyboard.press('Enter');
  await (await chooser).setFiles({ name: 'a.safetensors', mimeType: '', buffer: Buffer.from(weightsModel(100_000)) });
  await tabTo(/^Balanced/, 'radio');
  await window.keyboard.press('ArrowLeft');
  await expect(window.getByRole('radio', { name: /^Quick/ })).toBeChecked();
  await tabTo('Compress exactly', 'button');
  await window.keyboard.press('Enter');
  await expect(window.getByText(/^Proved: all/)).toBeVisible();
  await tabTo('Verify again', 'button');
  await window.keyboard.press('Enter');
  await expect(window.getByText('Verified: the archive is whole.')).toBeVisible();
  await tabTo('Open another file', 'link');
  await window.keyboard.press('Enter');
  await expect(window.getByRole('button', { name: /Drop a model here/ })).toBeVisible();
});

test('a job shows how far it is and can be stopped, leaving the original and nothing else', async ({
  window,
  server,
  folder,
}) => {
  const path = await openFromFolder(window, folder, 'large.safetensors', weightsModel(400_000_000));
  const before = await stat(path);
  await window.getByText('Smallest', { exact: true }).click();
  await window.getByRole('button', { name: 'Compress exactly' }).click();
  await expect(window.getByRole('progressbar')).toBeVisible();
  await expect(window.getByText(/^[\d.]+ MB of 400 MB/)).toBeVisible();
  // Who works by keyboard keeps their place when a button becomes another one.
  await window.getByRole('button', { name: 'Pause' }).focus();
  for (const key of ['Tab', 'Shift+Tab', 'Enter']) await window.keyboard.press(key);
  await expect(window.getByRole('button', { name: 'Go on' })).toBeFocused();
  await window.keyboard.press('Enter');
  await expect(window.getByRole('button', { name: 'Pause' })).toBeFocused();
  server.pause();
  await window.getByRole('button', { name: /^Stop/ }).click();
  await window.getByRole('menuitem', { name: 'Cancel and remove the unfinished file' }).click();
  server.resume();
  await expect(window.getByRole('heading', { name: 'Stopped' })).toBeVisible();
  expect(await readdir(folder)).toEqual(['large.safetensors']);
  expect((await stat(path)).mtimeMs).toBe(before.mtimeMs);
  await window.getByRole('link', { name: 'Back to the file' }).click();
  await expect(window.getByRole('button', { name: 'Compress exactly' })).toBeVisible();
});

test('a broken model is named for what it is, and stored exactly all the same', async ({ window, folder }) => {
  const model = brokenModel();
  const path = await openFromFolder(window, folder, 'broken.safetensors', model);
  await expect(window.getByRole('alert')).toContainText('breaks the rules of its format');
  await expect(window.getByRole('alert')).toContainText('1000000');
  await window.getByRole('button', { name: 'Store exactly as bytes' }).click();
  await expect(window.getByText(/^Proved: all 4,096 bytes/)).toBeVisible();
  await rm(path);
  await window.getByRole('button', { name: 'Restore the original' }).click();
  await expect(window.getByText(/^Restored: all 4,096 bytes/)).toBeVisible();
  expect(sha256(await readFile(join(folder, 'restored', 'broken.safetensors')))).toBe(sha256(model));
});

test('a damaged archive tells what happened, what is safe and what to do', async ({ window, folder }) => {
  const path = await openFromFolder(window, folder, 'a.safetensors', weightsModel(200_000));
  await window.getByRole('button', { name: 'Compress exactly' }).click();
  await expect(window.getByText(/^Proved: all/)).toBeVisible();
  const archive = await readFile(`${path}.fwz`);
  archive[archive.length >> 1]! ^= 1;
  await writeFile(`${path}.fwz`, archive);
  await window.getByRole('button', { name: 'Verify again' }).click();
  const alert = window.getByRole('alert');
  await expect(alert).toContainText('The archive is damaged');
  await expect(alert).toContainText('the archive was not changed');
  await expect(alert).toContainText('Take another copy');
  await expect(alert).toContainText('FW-DAMAGED');
});

test('an archive that is there already is kept until replacing it is asked for', async ({ window, folder }) => {
  await openFromFolder(window, folder, 'a.safetensors', weightsModel(2000));
  await writeFile(join(folder, 'a.safetensors.fwz'), 'something else');
  await window.getByRole('button', { name: 'Compress exactly' }).click();
  await expect(window.getByRole('alert')).toContainText('exists already');
  expect(await readFile(join(folder, 'a.safetensors.fwz'), 'utf8')).toBe('something else');
  await window.getByRole('button', { name: 'Replace what is there' }).click();
  await expect(window.getByText(/^Proved: all/)).toBeVisible();
  expect(await readdir(folder)).toEqual(['a.safetensors', 'a.safetensors.fwz', 'a.safetensors.fwz.receipt.json']);
});

test('the link works once, and a second browser is told so', async ({ window, browser }) => {
  const stranger = await browser.newPage();
  await stranger.goto(new URL('/', window.url()).href);
  await expect(stranger.getByRole('heading')).toHaveText('This window is not connected');
  await stranger.close();
  await window.reload();
  await expect(window.getByRole('button', { name: 'Try the sample' })).toBeVisible();
});

test('a file that is still on its way when another screen is opened takes nobody away from there', async ({
  window,
}) => {
  const gate = Promise.withResolvers<undefined>();
  await window.route('**/upload?*', async (route) => {
    await gate.promise;
    await route.continue();
  });
  await drop(window, 'on-its-way.safetensors', weightsModel(2000));
  await expect(window.getByRole('region', { name: 'Reading the file' })).toBeVisible();
  await window.getByRole('link', { name: 'Settings' }).click();
  const answer = window.waitForResponse('**/upload?*');
  gate.resolve(undefined);
  await (await answer).finished();
  await expect(window.getByRole('heading', { name: 'Settings' })).toBeVisible();
  await window.getByRole('link', { name: 'Compress' }).click();
  await window.getByRole('button', { name: 'Open it' }).click();
  await expect(window.getByRole('heading', { level: 1 })).toHaveText(/^on-its-way/);
});

test('more windows than a browser has connections for one host all work, and hear of each other', async ({
  window,
  context,
}) => {
  const others = Array.from({ length: 6 }, () => context.newPage());
  for (const other of others) await (await other).goto(new URL('/#/settings', window.url()).href);
  const last = (await others.at(-1)) ?? window;
  await last.getByRole('combobox', { name: 'Theme' }).selectOption('dark');
  await expect(window.locator('html')).toHaveAttribute('data-mantine-color-scheme', 'dark');
});

test('a chosen file that the program can reach is worked on where it lies, without a copy', async ({
  window,
  folder,
}) => {
  const path = join(folder, 'here.safetensors');
  await writeFile(path, weightsModel(200_000));
  await window.getByLabel('Model file').setInputFiles(path);
  await expect(window.getByText(path, { exact: true })).toBeVisible();
  await window.getByRole('button', { name: 'Compress exactly' }).click();
  await expect(window.getByText(/^Proved: all/)).toBeVisible();
  expect(await readdir(folder)).toEqual([
    'here.safetensors',
    'here.safetensors.fwz',
    'here.safetensors.fwz.receipt.json',
  ]);
});
