import { createHash } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import { weightsModel } from './models.ts';
import { expect, openFromFolder, test } from './window.ts';

test('a paused job survives that the program is killed, and goes on when it is opened again', async ({
  page: window,
  server,
  folder,
}) => {
  await window.goto(server.url);
  const model = weightsModel(600_000_000);
  await openFromFolder(window, folder, 'large.safetensors', model);
  await window.getByText('Smallest', { exact: true }).click();
  await window.getByRole('button', { name: 'Compress exactly' }).click();
  await expect(window.getByText(/^[1-9][\d.]* MB of 600 MB/)).toBeVisible();
  await window.getByRole('button', { name: 'Pause' }).click();
  await expect(window.getByText('Paused. What is proved is kept', { exact: true })).toBeVisible();
  await server.restart();
  await window.goto(server.url);
  await window.getByRole('complementary', { name: 'Queue' }).getByRole('link').click();
  await expect(window.getByRole('button', { name: 'Go on' })).toBeVisible();
  expect(await readdir(folder)).not.toContain('large.safetensors.fwz');
  await window.getByRole('button', { name: 'Go on' }).click();
  await expect(window.getByText(/^Proved: all/)).toBeVisible();
  expect(
    createHash('sha256')
      .update(await readFile(`${folder}/large.safetensors`))
      .digest('hex'),
  ).toBe(createHash('sha256').update(model).digest('hex'));
});
