import { copyFile, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { check, isGallery } from './check.ts';
import { expect, finishedRows, openFromFolder, test } from './window.ts';

const samples = join(import.meta.dirname, '../../samples');

test('the sample is exported for ONNX Runtime, which has loaded it before the window says so', async ({
  window,
  folder,
}) => {
  await openFromFolder(window, folder, 'digits.onnx', await readFile(join(samples, 'digits.onnx')));
  await window.getByRole('link', { name: 'Export for another program' }).click();
  await expect(window.getByRole('radio', { name: /^ONNX, 8-bit weights/ })).toBeChecked();
  await window.getByText(/kinds cannot be made of this/).click();
  await check(window, 'export');
  await window.getByRole('button', { name: 'Export as ONNX, 8-bit weights' }).click();
  await expect(window.getByText(/^Before it got its name, onnxruntime opened it: /)).toBeVisible();
  await expect(window.getByText(/^~ −7\d\.\d %$/)).toBeVisible();
  const table = window.getByRole('grid', { name: 'Tensors of the export' });
  await expect(table.getByRole('row').nth(1)).toContainText(/\d %$/);
  await window.getByRole('textbox', { name: 'Find tensors by name or form' }).fill('fc1.weight');
  await expect(window.getByText('1 tensor found')).toBeVisible();
  await window.getByRole('textbox', { name: 'Find tensors by name or form' }).fill('');
  await check(window, 'exported');
  expect((await stat(join(folder, 'digits.onnx-int8.onnx'))).size).toBeLessThan(600_000);
  // The same again finds a file in its place, which is replaced only when that is asked for.
  await window.goBack();
  await window.getByRole('button', { name: 'Export as ONNX, 8-bit weights' }).click();
  await expect(window.getByRole('alert')).toContainText('exists already');
  if (isGallery) await check(window, 'export-failed');
  await window.getByRole('button', { name: 'Replace what is there' }).click();
  await expect(window.getByText(/^Before it got its name, .* opened it/)).toBeVisible();
  await window.reload();
  await expect(window.getByText(/^Before it got its name, .* opened it/)).toBeVisible();
  await window.getByRole('link', { name: 'History' }).click();
  await window.getByRole('tab', { name: 'Exports' }).click();
  await expect(finishedRows(window)).toHaveCount(2);
  await check(window, 'history-exports');
});

test('an archive is exported to BF16 by keyboard alone, and its tensors say what they lost', async ({
  window,
  folder,
}) => {
  await copyFile(join(samples, 'digits.safetensors'), join(folder, 'digits.safetensors'));
  await window.getByRole('link', { name: 'Open from a folder of this machine' }).click();
  await window.getByRole('link', { name: 'models', exact: true }).click();
  await window.getByRole('link', { name: /^digits\.safetensors/ }).click();
  await window.getByRole('button', { name: 'Compress exactly' }).click();
  await expect(window.getByText(/^Proved: all/)).toBeVisible();
  await window.getByRole('link', { name: 'Export for another program' }).press('Enter');
  const first = window.getByRole('radio').first();
  await first.focus();
  for (let step = 0; step < 20; step += 1) {
    if (await window.getByRole('radio', { name: /^Safetensors, BF16/ }).isChecked()) break;
    await window.keyboard.press('ArrowDown');
  }
  await window.keyboard.press('Control+Enter');
  await expect(window.getByText(/^Before it got its name, .* opened it/)).toBeVisible();
  await expect(window.getByText(/BF16/).first()).toBeVisible();
  expect(await readdir(folder)).toContain('digits.safetensors-bf16.safetensors');
});

test('an export that nothing is known of, such as one that a kill ended, is told as that and not as a lost file', async ({
  window,
}) => {
  await expect(window.getByRole('button', { name: 'Try the sample' })).toBeVisible();
  await window.goto(new URL('#/exported/none', window.url()).href);
  await expect(window.getByRole('alert')).toContainText('Nothing is known of this export');
  await window.getByRole('link', { name: 'Open a model' }).press('Enter');
  await expect(window.getByRole('button', { name: 'Try the sample' })).toBeVisible();
});
