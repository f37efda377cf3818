import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { check } from './check.ts';
import { brokenModel, weightsModel } from './models.ts';
import { expect, test } from './window.ts';

test('a folder of models is looked through, planned and archived, and the report says what became of each', async ({
  window,
  folder,
}) => {
  await mkdir(join(folder, 'old'));
  await writeFile(join(folder, 'one.safetensors'), weightsModel(600_000));
  await writeFile(join(folder, 'twin.safetensors'), weightsModel(600_000));
  await writeFile(join(folder, 'old', 'two.safetensors'), weightsModel(400_000));
  await writeFile(join(folder, 'old', 'broken.safetensors'), brokenModel());
  await window.getByRole('link', { name: 'Zoo', exact: true }).click();
  await expect(window.getByRole('textbox', { name: 'Folders with models' })).not.toBeEmpty();
  await check(window, 'zoo-empty');
  await window.getByRole('textbox', { name: 'Folders with models' }).fill(folder);
  await window.getByRole('button', { name: 'See what is there' }).click();
  await expect(window.getByText(/ in [34] models\./)).toBeVisible();
  await window.getByRole('textbox', { name: 'Folder for the archives' }).fill(join(folder, 'archived'));
  await window.getByRole('textbox', { name: 'Leave alone' }).fill('old/two*');
  await window.getByRole('button', { name: 'Make a plan' }).click();
  const plan = window.getByRole('grid', { name: 'The plan by model' });
  await expect(plan.getByRole('row', { name: /two/ })).toContainText('Leave alone');
  await expect(plan.getByRole('row', { name: /^one.safetensors/ })).toContainText('kB');
  await check(window, 'zoo-plan');
  await window.getByRole('button', { name: /^Archive \d models exactly/ }).click();
  const report = window.getByRole('region', { name: 'Report' });
  await expect(report.getByRole('row', { name: /^one.safetensors/ })).toContainText('Archived');
  await expect(report.getByRole('row', { name: /two/ })).toContainText('Left alone');
  await check(window, 'zoo-report');
  expect((await readdir(join(folder, 'archived'), { recursive: true })).some((name) => name.endsWith('.fwz'))).toBe(
    true,
  );
});
