import { readdir } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import { writeLinearTask } from '../support/linear-task.ts';
import { check } from './check.ts';
import { expect, test } from './window.ts';

/** Opens a model of one matrix, and where it is fitted; gives the path of its task. */
async function fitLinear(window: Page, folder: string): Promise<string> {
  const { task } = await writeLinearTask(folder);
  await window.getByRole('link', { name: 'Open from a folder of this machine' }).click();
  await window.getByRole('link', { name: 'models', exact: true }).click();
  await window.getByRole('link', { name: 'linear.onnx' }).click();
  await window.getByText('Approximate', { exact: true }).click();
  await window.getByRole('link', { name: 'Fit it into a size' }).press('Enter');
  await expect(window.getByRole('heading', { name: 'Fit linear.onnx' })).toBeVisible();
  return task;
}

test('sizes are measured, one is taken by keyboard, and the fitted archive tells how good it is', async ({
  window,
  folder,
}) => {
  const task = await fitLinear(window, folder);
  await window.getByRole('combobox', { name: 'Inputs' }).selectOption('A task file of yours');
  await window.getByRole('textbox', { name: 'Task file' }).fill(task);
  await check(window, 'fit');
  await window.getByRole('radio', { name: 'Bits for each weight' }).press('Space');
  await window.getByRole('textbox', { name: 'Bits for each weight' }).fill('4');
  await window.getByRole('combobox', { name: 'Layers are rounded' }).selectOption('One after another');
  await window.getByRole('button', { name: 'Look for the best' }).press('Enter');
  const progress = window.getByRole('region', { name: 'Progress' });
  await expect(progress.getByText('Learned from')).toBeVisible();
  await expect(progress.getByText(/32 items of the task/)).toBeVisible();
  await expect(progress.getByText(/times as far from the original's$/)).toBeVisible();
  const candidates = window.getByRole('grid', { name: 'Candidates' });
  await expect(candidates.getByRole('row', { name: /log loss/ }).first()).toBeVisible();
  await candidates.focus();
  await candidates.press('Enter');
  const chosen = window.getByRole('region', { name: 'The chosen candidate' });
  await expect(chosen.getByRole('figure', { name: 'Bits by tensor' })).toBeVisible();
  await expect(chosen.getByRole('row', { name: /^weight 16,384/ })).toBeVisible();
  await check(window, 'fit-done');
  await expect(window.getByRole('button', { name: /Replace the original|Move the original/ })).toHaveCount(0);
  await progress.getByRole('button', { name: 'Open the archive' }).press('Enter');
  await expect(window.getByRole('button', { name: 'Restore the approximated model' })).toBeVisible();
  await expect(window.getByText('Approximate', { exact: true })).toBeVisible();
  await window.getByRole('row', { name: /^weight F32/ }).click();
  const inspector = window.getByRole('complementary', { name: 'About weight' });
  await expect(inspector.getByRole('figure').first()).toBeVisible();
  await check(window, 'archive-approximate');
});

test('what each part of a fit is worth is asked for and stopped by keyboard, and stands as a picture and a table', async ({
  window,
  folder,
}) => {
  const task = await fitLinear(window, folder);
  const earns = window.getByRole('switch', { name: 'Also measure what each part earns' });
  // Without inputs nothing tells how good a model is.
  await expect(earns).toBeDisabled();
  await window.getByRole('combobox', { name: 'Inputs' }).selectOption('A task file of yours');
  await window.getByRole('textbox', { name: 'Task file' }).fill(task);
  await earns.press('Space');
  await window.getByRole('button', { name: 'Look for the best' }).press('Enter');
  const progress = window.getByRole('region', { name: 'Progress' });
  await expect(progress.getByRole('status')).toContainText(/^Fit 2 \(at most \d+ more/);
  await progress.getByRole('button', { name: 'Stop' }).press('Enter');
  await expect(progress.getByRole('status')).toContainText(/^Stopped/);

  // All of them take longer than a test may: what a whole one came to stands in for the rest.
  await window.route('**/call/fits.running', async (route) => {
    const response = await route.fetch();
    const { value } = (await response.json()) as { value: readonly Record<string, unknown>[] };
    const jobs = value.map((job) => ({ ...job, state: 'done', error: undefined, receipt: wholeReceipt }));
    await route.fulfill({ response, json: { value: jobs } });
  });
  await window.reload();
  const worth = progress.getByRole('figure', { name: 'What each part is worth' });
  await expect(
    worth.getByText(/^The same quality takes 8\.0 % more without errors that are fed back/).first(),
  ).toBeVisible();
  await expect(worth.getByRole('img', { name: 'What each part is worth' })).toBeVisible();
  await check(window, 'fit-parts');
  await worth.getByRole('button', { name: 'Show as a table: What each part is worth' }).press('Enter');
  await expect(
    worth.getByRole('row', { name: /^with lines that take turns.*−3\.0 % \(−4\.5 % … −1\.5 %\)/ }),
  ).toBeVisible();
  await expect(worth.getByRole('row', { name: /^without steps of their own for rows.*the same model/ })).toBeVisible();
});

test('a fit that a kill interrupted is told at the next start, goes on as it was asked for, and is paused and forgotten by keys', async ({
  page: window,
  server,
  folder,
}) => {
  await window.goto(server.url);
  const task = await fitLinear(window, folder);
  await window.getByRole('combobox', { name: 'Inputs' }).selectOption('A task file of yours');
  await window.getByRole('textbox', { name: 'Task file' }).fill(task);
  await window.getByRole('switch', { name: 'Also measure what each part earns' }).press('Space');
  await window.getByRole('radio', { name: 'Bits for each weight' }).press('Space');
  await window.getByRole('textbox', { name: 'Bits for each weight' }).fill('4');
  await window.getByRole('button', { name: 'Look for the best' }).press('Enter');
  const status = window.getByRole('region', { name: 'Progress' }).getByRole('status');
  await expect(status).toContainText(/^Fit 1 /);
  await server.restart();
  await window.goto(server.url);
  const waiting = window.getByRole('region', { name: 'Not finished' });
  await expect(waiting.getByText('Fitting to 4 bits a weight was interrupted')).toBeVisible();
  await check(window, 'fit-interrupted');
  await waiting.getByRole('button', { name: 'Go on fitting linear.onnx' }).press('Enter');
  await expect(status).toContainText(/^Fit 1 /);
  await window.getByRole('button', { name: 'Pause' }).press('Enter');
  await expect(status).toContainText(/^Paused/);
  await window.getByRole('button', { name: 'Go on' }).press('Enter');
  await expect(status).toContainText(/^Fit 1 /);
  await expect.poll(() => readdir(folder)).toContain('linear.fit.fwz.partial');

  await server.restart();
  await window.goto(server.url);
  await waiting.getByRole('link', { name: 'linear.onnx' }).press('Enter');
  await expect(status).toContainText(/^Interrupted/);
  await window.getByRole('button', { name: 'Forget it' }).press('Enter');
  await expect(status).toContainText(/^Stopped/);
  expect((await readdir(folder)).filter((name) => name.includes('.fwz'))).toEqual([]);
  await server.restart();
  await window.goto(server.url);
  await expect(window.getByRole('button', { name: 'Try the sample' })).toBeVisible();
  await expect(waiting).toHaveCount(0);
});

const wholeReceipt = {
  ...{ output: '/models/linear.fwz', bytesIn: 1_000_000, bytesOut: 100_000, sha256: '0'.repeat(64) },
  ...{ learnedFrom: 'task', items: 32, layers: 1, matrices: 1, metrics: [], seconds: 400 },
  parts: [
    { part: 'feedback', change: 'without', bytes: 108_000, interval: { low: 106_000, high: 110_000 } },
    { part: 'allocation', change: 'without', bytes: null, interval: null },
    { part: 'spreads', change: 'without', bytes: 100_000, interval: { low: 100_000, high: 100_000 } },
    { part: 'repair', change: 'without', bytes: 100_700, interval: { low: 98_700, high: 102_700 } },
    { part: 'trellis', change: 'with', bytes: 97_000, interval: { low: 95_500, high: 98_500 } },
    { part: 'everything', change: 'without', bytes: 131_000, interval: { low: 129_000, high: 133_000 } },
  ],
};
