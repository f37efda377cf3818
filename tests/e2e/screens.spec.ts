import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { brokenModel, weightsModel } from './models.ts';
import { expect, openFromFolder, test } from './window.ts';

const pictures = join(import.meta.dirname, '../../test-results/screens');

/** Checks what is shown in both themes, and at the width of a phone, and keeps a picture of each. */
async function check(window: Page, name: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await window.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await expect(window.locator('html')).toHaveAttribute('data-mantine-color-scheme', colorScheme);
    const { violations } = await new AxeBuilder({ page: window })
      .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'])
      .analyze();
    const found = violations.flatMap(({ id, nodes }) =>
      nodes.map(({ html }) => `${name} ${colorScheme} ${id}: ${html}`),
    );
    expect(found).toEqual([]);
    await window.screenshot({ path: join(pictures, `${name}-${colorScheme}.png`), fullPage: true });
  }
  const { width, height } = window.viewportSize() ?? { width: 1280, height: 800 };
  await window.setViewportSize({ width: 320, height: 640 });
  const overflow = await window.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
  expect([name, overflow]).toEqual([name, 0]);
  await window.screenshot({ path: join(pictures, `${name}-narrow.png`), fullPage: true });
  await window.setViewportSize({ width, height });
}

test('every screen passes the accessibility rules in both themes and fits 320 pixels', async ({
  window,
  server,
  folder,
}) => {
  test.setTimeout(180_000);
  const home = window.getByRole('button', { name: /Drop a model here/ });
  await expect(home).toBeVisible();
  await check(window, 'home-empty');
  await window.getByRole('link', { name: 'History' }).click();
  await expect(window.getByText(/will stand here/)).toBeVisible();
  await check(window, 'history-empty');
  await window.getByRole('link', { name: 'Compress' }).click();

  await openFromFolder(window, folder, 'broken.safetensors', brokenModel());
  await expect(window.getByRole('alert')).toBeVisible();
  await check(window, 'model-broken');
  await window.getByRole('link', { name: 'Compress' }).click();

  await window.getByRole('button', { name: 'Try the sample' }).click();
  await expect(window.getByText(/^28 tensors ·/)).toBeVisible();
  await expect(window.getByRole('grid', { name: 'Tensors' })).toBeVisible();
  await check(window, 'model');
  await window.getByRole('button', { name: 'Compress exactly' }).click();
  await expect(window.getByText(/^Proved: all/)).toBeVisible();
  await check(window, 'result');
  await window.getByRole('link', { name: 'History' }).click();
  await expect(window.getByRole('row')).toHaveCount(3);
  await check(window, 'history');
  await window.getByRole('link', { name: 'Compress' }).click();

  await writeFile(join(folder, 'large.safetensors'), weightsModel(400_000_000));
  const path = await openFromFolder(window, folder, 'small.safetensors', weightsModel(400_000));
  await window.getByRole('button', { name: 'Compress exactly' }).click();
  await expect(window.getByText(/^Proved: all/)).toBeVisible();
  await window.goBack();
  await window.goBack();
  await window.getByRole('link', { name: 'small.safetensors.fwz' }).click();
  await expect(window.getByRole('button', { name: 'Restore the original' })).toBeVisible();
  await expect(window.getByRole('grid', { name: 'Tensors' })).toBeVisible();
  await check(window, 'archive');

  const archive = await readFile(`${path}.fwz`);
  archive[archive.length >> 1]! ^= 1;
  await writeFile(`${path}.fwz`, archive);
  await window.getByRole('button', { name: 'Verify' }).click();
  await expect(window.getByRole('alert')).toBeVisible();
  await check(window, 'failed');

  await window.getByRole('link', { name: 'Compress' }).click();
  await window.getByRole('link', { name: 'Open from a folder of this machine' }).click();
  await window.getByRole('link', { name: 'models', exact: true }).click();
  await expect(window.getByRole('link', { name: /large/ })).toBeVisible();
  await check(window, 'browse');
  await window.getByRole('link', { name: /large/ }).click();
  await window.getByText('Smallest', { exact: true }).click();
  await window.getByRole('button', { name: 'Compress exactly' }).click();
  await expect(window.getByText(/MB of 400 MB/)).toBeVisible();
  server.pause();
  await check(window, 'working');
  await window.getByRole('link', { name: 'Compress' }).click();
  await expect(window.getByRole('complementary', { name: 'Queue' })).toBeVisible();
  await window.screenshot({ path: join(pictures, 'home-working.png') });
  server.resume();
  await window.getByRole('link', { name: /large/ }).click();
  await window.getByRole('button', { name: /^Stop/ }).click();
  await window.getByRole('menuitem', { name: 'Cancel and remove the unfinished file' }).click();
  await expect(window.getByRole('heading', { name: 'Stopped' })).toBeVisible();
  await check(window, 'stopped');
});
