import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { check, isGallery, picture } from './check.ts';
import { brokenModel, manyTensorsModel, textFile, weightsModel } from './models.ts';
import { expect, finishedRows, openFromFolder, test } from './window.ts';

const toCompress = (window: Page) => window.getByRole('link', { name: 'Compress', exact: true }).click();

async function compress(window: Page): Promise<void> {
  await window.getByRole('button', { name: 'Compress exactly' }).click();
  await expect(window.getByText(/^Proved: all/)).toBeVisible();
}

test('places without anything in them say what will appear', async ({ window }) => {
  await expect(window.getByRole('button', { name: /Drop a model here/ })).toBeVisible();
  await check(window, 'home-empty');
  await window.getByRole('link', { name: 'History' }).click();
  await expect(window.getByText(/will stand here/)).toBeVisible();
  await check(window, 'history-empty');
  await window.getByRole('link', { name: 'Compare', exact: true }).click();
  await expect(window.getByText(/will stand here/)).toBeVisible();
  await check(window, 'compare-empty');
  await window.getByRole('link', { name: 'Settings' }).click();
  await expect(window.getByRole('combobox', { name: 'Theme' })).toBeVisible();
  await expect(window).toHaveTitle('Settings · Featherweight');
  await check(window, 'settings');
  await window.keyboard.press('?');
  await expect(window.getByRole('dialog', { name: 'Keyboard' })).toBeVisible();
  await check(window, 'keyboard');
  await window.keyboard.press('Escape');
  await window.getByRole('textbox', { name: 'Find a setting' }).fill('no such thing');
  await expect(window.getByText('No setting is called that.')).toBeVisible();
  await window.getByRole('link', { name: 'Compress', exact: true }).click();
  await expect(window).toHaveTitle('Featherweight');
});

test('a model, its tensors, its result and the history pass the rules', async ({ window }) => {
  await window.getByRole('button', { name: 'Try the sample' }).click();
  await expect(window.getByText(/^28 tensors ·/)).toBeVisible();
  await expect(window.getByRole('row', { name: /fc1.weight/ })).toBeVisible();
  await expect(window.getByText(/^From coding|could not be told/)).toBeVisible();
  await check(window, 'model');
  await window.getByRole('row', { name: /fc1.weight/ }).click();
  const inspector = window.getByRole('complementary', { name: 'About fc1.weight' });
  await expect(inspector.getByRole('figure').or(inspector.getByRole('alert')).first()).toBeVisible();
  await check(window, 'tensor');
  await window.keyboard.press('Escape');
  await expect(inspector).toBeHidden();
  await window.getByRole('button', { name: 'Show as a table: Where the bytes are' }).click();
  await check(window, 'model-table');
  await compress(window);
  await check(window, 'result');
  await window.getByRole('link', { name: 'History' }).click();
  await expect(finishedRows(window)).toHaveCount(1);
  await check(window, 'history');
  await toCompress(window);
  await expect(window.getByText('Lately')).toBeVisible();
  await check(window, 'home');
});

test('what is broken, damaged or stopped passes the rules as well', async ({ window, folder }) => {
  await openFromFolder(window, folder, 'broken.safetensors', brokenModel());
  await expect(window.getByRole('alert')).toBeVisible();
  await check(window, 'model-broken');
  await toCompress(window);
  const path = await openFromFolder(window, folder, 'small.safetensors', weightsModel(400_000));
  await compress(window);
  await window.goBack();
  await window.goBack();
  await window.getByRole('link', { name: /small\.safetensors\.fwz \d/ }).click();
  await expect(window.getByRole('button', { name: 'Restore the original' })).toBeVisible();
  await expect(window.getByRole('grid', { name: 'Tensors' })).toBeVisible();
  await check(window, 'archive');
  const archive = await readFile(`${path}.fwz`);
  archive[archive.length >> 1]! ^= 1;
  await writeFile(`${path}.fwz`, archive);
  await window.getByRole('button', { name: 'Verify' }).click();
  await expect(window.getByRole('alert')).toBeVisible();
  await check(window, 'failed');
});

test('work, its queue and its pauses pass the rules', async ({ window, server, folder }) => {
  await writeFile(join(folder, 'second.safetensors'), weightsModel(1_000_000));
  await writeFile(join(folder, 'third.safetensors'), weightsModel(1_000_000));
  await window.getByRole('link', { name: 'Open from a folder of this machine' }).click();
  await window.getByRole('link', { name: 'models', exact: true }).click();
  await expect(window.getByRole('link', { name: /second/ })).toBeVisible();
  await check(window, 'browse');
  await toCompress(window);
  await openFromFolder(window, folder, 'large.txt', textFile(100_000_000));
  await window.getByText('Smallest', { exact: true }).click();
  await window.getByRole('button', { name: 'Compress exactly' }).click();
  await expect(window.getByText(/MB of 100 MB/)).toBeVisible();
  for (const name of ['second', 'third']) {
    await toCompress(window);
    await window.getByRole('link', { name: 'Open from a folder of this machine' }).click();
    await window.getByRole('link', { name: 'models', exact: true }).click();
    await window.getByRole('link', { name: new RegExp(name) }).click();
    await window.getByRole('button', { name: 'Compress exactly' }).click();
    await expect(window.getByText('Waiting for the job before it').first()).toBeVisible();
  }
  await window.getByRole('link', { name: 'large.txt' }).click();
  await expect(window.getByText(/MB of 100 MB/)).toBeVisible();
  // The engine stands still until the job is told to stop: else it may be done before that.
  server.pause();
  await check(window, 'working');
  const queue = window.getByRole('button', { name: /2 waiting/ });
  await queue.click();
  await expect(window.getByRole('complementary', { name: 'Queue' })).toContainText('third.safetensors');
  await check(window, 'queue');
  await queue.click();
  await window.getByRole('button', { name: /^Stop/ }).click();
  await window.getByRole('menuitem', { name: 'Cancel and remove the unfinished file' }).click();
  server.resume();
  await expect(window.getByRole('heading', { name: 'Stopped' })).toBeVisible();
  await check(window, 'stopped');
});

test('a hundred thousand tensors scroll without a gap', async ({ window, folder }) => {
  await openFromFolder(window, folder, 'many.safetensors', manyTensorsModel(100_000));
  const grid = window.getByRole('grid', { name: 'Tensors' });
  await expect(window.getByText('100,000 tensors', { exact: true })).toBeVisible();
  for (const share of [0.25, 0.5, 0.9, 0.1]) {
    // As text, because this side of the test knows no names of browsers.
    await window.evaluate(`(() => {
      const place = document.querySelector('[role="grid"]');
      place.scrollTop = ${share} * (place.scrollHeight - place.clientHeight);
    })()`);
    await expect(grid.getByText(/^Row [\d,]+ …$/)).toHaveCount(0);
    await expect(grid.getByRole('row').nth(20)).toContainText('model.layers.');
  }
  await grid.press('End');
  await expect(grid.locator('[aria-rowindex="100001"]')).toContainText('model.layers.');
  await window.getByRole('textbox', { name: 'Find tensors by name or type' }).fill('layers.77.experts.123.');
  await expect(window.getByText('1 tensor found')).toBeVisible();
  if (isGallery) await picture(window, 'many-found');
  await window.getByRole('textbox', { name: 'Find tensors by name or type' }).fill('');
  await expect(window.getByText('100,000 tensors', { exact: true })).toBeVisible();
  await check(window, 'many');
});
