import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { linearModel } from '../evaluation/support.ts';
import { deepNetwork } from '../support/onnx-models.ts';
import { check, isGallery } from './check.ts';
import { chooseAll, expect, finishedRows, openFromFolder, test } from './window.ts';

const samples = join(import.meta.dirname, '../../samples');

/** Approximates the model that is open with a method, and leads from the result to the form that measures it. */
async function approximate(window: Page, method: RegExp): Promise<void> {
  await window.getByText('Approximate', { exact: true }).click();
  await window.getByRole('radio', { name: /^By hand/ }).check();
  await window.getByRole('radio', { name: method }).check();
  await window.getByRole('button', { name: 'Compress approximately' }).click();
  await expect(window.getByText(/Proved: the archive gives back these weights/)).toBeVisible();
  await window.getByRole('link', { name: 'Measure its accuracy' }).click();
  await expect(window.getByRole('textbox', { name: 'Original' })).toHaveValue(/digits\.onnx$/);
}

async function measured(window: Page): Promise<void> {
  await window.getByRole('button', { name: 'Measure', exact: true }).click();
  await expect(window.getByRole('heading', { name: 'Noise floor' })).toBeVisible();
}

test('candidates of the sample are measured, told with intervals, and stand on one chart', async ({
  window,
  folder,
}) => {
  // Two archives, two measurements, and six screens that are checked in both themes.
  test.slow();
  const path = await openFromFolder(window, folder, 'digits.onnx', await readFile(join(samples, 'digits.onnx')));
  await approximate(window, /^Uniform grid/);
  await expect(window.getByRole('combobox', { name: 'Task' })).toHaveValue(/digits\.json$/);
  await window.getByRole('textbox', { name: 'At most so many items' }).fill('500');
  await check(window, 'accuracy');
  await measured(window);
  const accuracy = window.getByRole('figure', { name: 'Accuracy' });
  await expect(accuracy.getByRole('img')).toBeVisible();
  await expect(
    window.getByText(/^top-1: (Identical|No change seen larger than|Not clear|Worse|Better)/i),
  ).toBeVisible();
  await accuracy.getByRole('button', { name: /^Show as a table/ }).click();
  await expect(accuracy.getByRole('row')).toHaveCount(3);
  await expect(accuracy.getByRole('row').nth(1)).toContainText('500');
  await accuracy.getByRole('button', { name: /^Show the picture/ }).click();
  await expect(window.getByText('Weight error only; not an accuracy measurement.')).toBeVisible();
  if (isGallery) await check(window, 'measured');
  // What matters is the person's to say, and is remembered.
  const smallest = window.getByRole('textbox', { name: /^top-1: smallest change/i });
  await smallest.fill('20');
  await expect(window.getByText(/^top-1: (Identical|No change seen larger than)/i)).toBeVisible();

  await window.goto(`${new URL(window.url()).origin}/#/model/${encodeURIComponent(path)}`);
  await approximate(window, /^Signs Keeps/);
  await window.getByRole('textbox', { name: 'At most so many items' }).fill('500');
  await measured(window);
  const flipped = window.getByRole('listitem').filter({ hasText: 'Was right, or better, before' });
  await expect(flipped.first().getByRole('img')).toBeVisible();
  await check(window, 'measured-worse');
  await window.reload();
  await expect(window.getByRole('textbox', { name: /^top-1: smallest change/i })).toHaveValue('20 points');
  await window.getByRole('link', { name: 'Compare all candidates' }).click();
  await expect(window.getByRole('figure', { name: /^Size and/ }).getByRole('img')).toBeVisible();
  await expect(window.getByRole('figure', { name: /layer by layer/ }).getByText('digits.onnx')).toHaveCount(0);
  await expect(window.getByRole('listitem').filter({ hasText: /binary.* · [\d.]+ kB · / })).toHaveCount(1);
  await check(window, 'candidates');

  await window.getByRole('link', { name: 'History' }).click();
  await expect(window.getByRole('row').filter({ hasText: 'Approximate' })).toHaveCount(2);
  await window.getByRole('tab', { name: 'Accuracy' }).click();
  await expect(finishedRows(window)).toHaveCount(2);
  await check(window, 'history-accuracy');
  await window.getByRole('link', { name: 'Compare', exact: true }).click();
  await chooseAll(window, 2);
  await window.getByRole('button', { name: 'Compare 2' }).click();
  await expect(window.getByRole('region', { name: 'Comparison' })).toContainText('Handwritten digits');
  await window.getByRole('tab', { name: 'Accuracy' }).click();
  await expect(window.getByRole('figure', { name: /^Size and/ }).getByRole('img')).toBeVisible();
  if (isGallery) await check(window, 'compare-measured');
});

test('by keyboard alone: a model that cannot run says what is missing, and its weights are compared', async ({
  window,
  folder,
}) => {
  await writeFile(join(folder, 'a.onnx'), linearModel([1, 2, 3, 4, 5, 6], 3));
  await writeFile(join(folder, 'b.onnx'), linearModel([1, 2, 3, 4, 5, 7], 3, 'NoSuchOperator'));
  await window.getByRole('link', { name: 'Compare', exact: true }).press('Enter');
  await window.getByRole('link', { name: 'Measure accuracy' }).press('Enter');
  await window.getByRole('textbox', { name: 'Original' }).fill(join(folder, 'a.onnx'));
  await window.getByRole('button', { name: 'Choose: Another model or archive' }).press('Enter');
  const chooser = window.getByRole('dialog');
  await chooser.getByRole('button', { name: 'models' }).press('Enter');
  await expect(chooser.getByRole('button', { name: 'b.onnx' })).toBeVisible();
  await check(window, 'accuracy-choose');
  await chooser.getByRole('button', { name: 'b.onnx' }).press('Enter');
  await window.getByRole('button', { name: 'Add it' }).press('Enter');
  await window.getByRole('combobox', { name: 'Task' }).selectOption('No task: made-up inputs');
  await window.keyboard.press('Control+Enter');
  await expect(window.getByRole('alert')).toContainText('The candidate was not run');
  await expect(window.getByRole('alert')).toContainText('NoSuchOperator');
  await expect(window.getByRole('grid', { name: /^Weights/ }).getByRole('row')).toHaveCount(2);
  await check(window, 'measured-fault');
});

test('three hundred layers stand in lines, and arrow keys go from one to the next', async ({ window, folder }) => {
  test.slow();
  await writeFile(join(folder, 'a.onnx'), deepNetwork(300, 1));
  await writeFile(join(folder, 'b.onnx'), deepNetwork(300, 2));
  await window.getByRole('link', { name: 'Compare', exact: true }).click();
  await window.getByRole('link', { name: 'Measure accuracy' }).click();
  await window.getByRole('textbox', { name: 'Original' }).fill(join(folder, 'a.onnx'));
  await window.getByRole('textbox', { name: 'Another model or archive' }).fill(join(folder, 'b.onnx'));
  await window.getByRole('button', { name: 'Add it' }).click();
  await window.getByRole('combobox', { name: 'Task' }).selectOption('No task: made-up inputs');
  await window.getByRole('button', { name: 'Measure', exact: true }).click();
  const strip = window.getByRole('figure', { name: /layer by layer/ });
  await expect(strip.getByRole('img')).toBeVisible();
  const layer = strip.getByRole('slider', { name: 'Layer of b.onnx' });
  await layer.press('Home');
  await expect(strip.getByRole('status')).toContainText('1 of 300: h1 (MatMul)');
  await layer.press('ArrowRight');
  await expect(layer).toHaveAttribute('aria-valuetext', /^2 of 300: h2/);
  await layer.press('End');
  await expect(strip.getByRole('status')).toContainText('300 of 300: h300 (MatMul)');
  await check(window, 'measured-layers');
});
