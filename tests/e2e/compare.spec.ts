import { check } from './check.ts';
import { weightsModel } from './models.ts';
import { chooseAll, expect, openFromFolder, test } from './window.ts';

test('three results stand beside each other, with deltas to the one that is pinned', async ({ window, folder }) => {
  for (const [place, preset] of ['Quick', 'Balanced', 'Smallest'].entries()) {
    await window.getByRole('link', { name: 'Compress', exact: true }).click();
    await openFromFolder(window, folder, `model-${place}.safetensors`, weightsModel(600_000));
    await window.getByText(preset, { exact: true }).click();
    await window.getByRole('button', { name: 'Compress exactly' }).click();
    await expect(window.getByText(/^Proved: all/)).toBeVisible();
  }
  await window.getByRole('link', { name: 'Compare', exact: true }).first().click();
  await chooseAll(window, 3);
  await check(window, 'compare-choose');
  await window.getByRole('button', { name: 'Compare 3' }).click();
  const table = window.getByRole('region', { name: 'Comparison' });
  await expect(table.getByRole('row')).toHaveCount(4);
  await expect(window.getByText(/leaves least|leave as much/).first()).toBeVisible();
  await table.getByRole('radio').nth(2).check();
  await expect(table.getByRole('row').nth(3)).not.toContainText(/[−+±]\d/);
  await expect(table.getByRole('row').nth(1)).toContainText(/[−+±]\d/);
  await check(window, 'compare');
  for (const name of ['Speed', 'Where the bytes went', 'Weights', 'Accuracy']) {
    await window.getByRole('tab', { name }).click();
    await expect(window.getByRole('tabpanel', { name })).not.toBeEmpty();
    await check(window, `compare-${name.split(' ').at(-1)?.toLowerCase() ?? name}`);
  }
});
