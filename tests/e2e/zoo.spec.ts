import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
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
  // A window that is opened again has the plan and what was wanted.
  await window.reload();
  await expect(plan.getByRole('row', { name: /two/ })).toContainText('Leave alone');
  await expect(window.getByRole('textbox', { name: 'Leave alone' })).toHaveValue('old/two*');
  const inTheWay = ['one', 'twin'].map((name) => join(folder, 'archived', `${name}.safetensors.fwz`));
  await mkdir(join(folder, 'archived'));
  for (const path of inTheWay) await writeFile(path, 'in the way');
  // Two of the four are left alone.
  await window.getByRole('button', { name: 'Archive 2 models exactly' }).click();
  const report = window.getByRole('region', { name: 'Report' });
  const attention = window.getByRole('region', { name: 'Needs attention' });
  await expect(attention.getByRole('row', { name: /one\.safetensors/ })).toBeVisible();
  await check(window, 'zoo-attention');
  for (const path of inTheWay) await rm(path);
  await attention.getByRole('button', { name: 'Try this one again' }).press('Enter');
  await attention.getByRole('button', { name: 'Try it again' }).press('Enter');
  await expect(attention).toHaveCount(0);
  await expect(report.getByRole('row', { name: /^one.safetensors/ })).toContainText('Archived');
  await expect(report.getByRole('row', { name: /two/ })).toContainText('Left alone');
  const download = window.waitForEvent('download');
  await report.getByRole('button', { name: 'Save the report as HTML' }).press('Enter');
  expect((await download).suggestedFilename()).toBe('archived report.html');
  await check(window, 'zoo-report');
  expect((await readdir(join(folder, 'archived'), { recursive: true })).some((name) => name.endsWith('.fwz'))).toBe(
    true,
  );
});

test('a run that lacks room says how much, waits, and goes on by itself when there is room', async ({
  window,
  folder,
}) => {
  await writeFile(join(folder, 'one.safetensors'), weightsModel(600_000));
  const keepFree = async (gigabytes: string) => {
    await window.getByRole('link', { name: 'Settings', exact: true }).click();
    await window.getByRole('textbox', { name: 'Room kept free on a drive' }).fill(gigabytes);
    await window.getByRole('link', { name: 'Zoo', exact: true }).click();
  };
  await keepFree('900000');
  await window.getByRole('textbox', { name: 'Folders with models' }).fill(folder);
  await window.getByRole('button', { name: 'See what is there' }).click();
  await window.getByRole('textbox', { name: 'Folder for the archives' }).fill(join(folder, 'archived'));
  await window.getByRole('button', { name: 'Make a plan' }).click();
  await window.getByRole('button', { name: 'Archive 1 model exactly' }).click();
  await expect(window.getByText(/^Waiting for room in .* free, 900 TB needed\. It goes on by itself\.$/)).toBeVisible();
  await check(window, 'zoo-waiting');
  await keepFree('0.001');
  const report = window.getByRole('region', { name: 'Report' });
  await expect(report.getByRole('row', { name: /^one.safetensors/ })).toContainText('Archived');
  await expect(window.getByText(/^Waiting for room/)).toHaveCount(0);
});

test('five thousand models are searched, selected and changed by keyboard alone, and the plan follows', async ({
  window,
  folder,
}) => {
  for (let number = 0; number < 5000; number++) {
    const place = join(folder, `family ${number % 40}`);
    if (number < 40) await mkdir(place);
    await writeFile(join(place, `model-${number}.safetensors`), weightsModel(2000 + 2 * (number % 500)));
  }
  await window.getByRole('link', { name: 'Zoo', exact: true }).press('Enter');
  await window.getByRole('textbox', { name: 'Folders with models' }).fill(folder);
  await window.getByRole('button', { name: 'See what is there' }).press('Enter');
  await expect(window.getByText(/ in 5,000 models\./)).toBeVisible();
  await window.getByRole('textbox', { name: 'Folder for the archives' }).fill(join(folder, 'archived'));
  await window.getByRole('switch', { name: /Store fine-tunes as differences/ }).press('Space');
  await window.getByRole('button', { name: 'Make a plan' }).press('Enter');
  const plan = window.getByRole('grid', { name: 'The plan by model' });
  await expect(plan).toBeVisible();
  await plan.press('End');
  await expect(plan.getByRole('row')).not.toHaveCount(1);
  await expect(plan.getByText(/^Row [\d,]+ …$/)).toHaveCount(0);
  await plan.press('4');
  await expect(window.getByRole('textbox', { name: 'Find models by name or reason' })).toHaveValue('4');
  await window.getByRole('textbox', { name: 'Find models by name or reason' }).fill('family 7/');
  await expect(window.getByText('125 models', { exact: true })).toBeVisible();
  await plan.focus();
  await plan.press('Home');
  await plan.press('Space');
  await plan.press('Shift+ArrowDown');
  await plan.press('Shift+ArrowDown');
  const bulk = window.getByRole('group', { name: 'Selected models' });
  await expect(bulk.getByText('3 models selected')).toBeVisible();
  await plan.press('Control+a');
  await expect(bulk.getByText('125 models selected')).toBeVisible();
  await check(window, 'zoo-5000');
  await bulk.getByRole('button', { name: 'Leave alone' }).press('Enter');
  await window.getByRole('textbox', { name: 'Find models by name or reason' }).fill('family 7/model-7.');
  await expect(plan.getByRole('row', { name: /model-7\.safetensors/ })).toContainText('you want: leave alone');
  await bulk.getByRole('button', { name: 'Make the plan again' }).press('Enter');
  await expect(plan.getByRole('row', { name: /model-7\.safetensors/ })).toContainText('Leave alone');
  await window.getByRole('combobox', { name: 'Which part of the plan' }).selectOption('Leave alone');
  await window.getByRole('textbox', { name: 'Find models by name or reason' }).fill('chosen');
  await expect(window.getByText('125 models', { exact: true })).toBeVisible();
});
