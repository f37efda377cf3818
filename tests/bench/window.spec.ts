import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { manyTensorsModel } from '../e2e/models.ts';
import { expect, test } from '../e2e/window.ts';
import { largeModel } from '../support/large-model.ts';

const rounds = 3;
// Snapshots of the page for a trace would be long tasks of their own.
test.use({ trace: 'off' });

test('the longest tasks of the window, while all threads of the program work', async ({ window, folder }) => {
  test.setTimeout(900_000);
  // Of tasks below 50 ms a browser does not tell.
  await window.evaluate(`(() => {
    self.tasks = [];
    new PerformanceObserver((list) => self.tasks.push(...list.getEntries().map(({ duration }) => duration)))
      .observe({ type: 'longtask', buffered: true });
  })()`);
  const report = async (what: string): Promise<void> => {
    const tasks: number[] = await window.evaluate('self.tasks.splice(0)');
    const longest = tasks.length === 0 ? 'none over 50 ms' : `${Math.round(Math.max(...tasks))} ms`;
    console.log(`${what.padEnd(50)} ${longest.padStart(16)}`);
  };
  await report('opening the window');
  for (let round = 1; round <= rounds; round++) {
    const [large, many] = [`large-${round}.safetensors`, `many-${round}.safetensors`];
    await writeFile(join(folder, large), largeModel(1200));
    await writeFile(join(folder, many), manyTensorsModel(100_000));
    await open(window, large);
    await click(window, 'button', 'Compress exactly');
    await see(window, 'MB of 1.');
    await report(`${round}: opening 1.2 GB and starting`);
    await open(window, many);
    await see(window, 'model.layers.');
    await report(`${round}: opening 100,000 tensors meanwhile`);
    await scroll(window);
    await report(`${round}: scrolling through them meanwhile`);
    await click(window, 'a', large);
    await see(window, 'Every block is whole.');
    await report(`${round}: watching the rest, to the result`);
  }
});

async function open(window: Page, name: string): Promise<void> {
  await click(window, 'nav a', 'Compress');
  await click(window, 'a', 'Open from a folder of this machine');
  await click(window, 'main a', 'models');
  await click(window, 'main a', name);
}

// As text, because this side knows no names of browsers, and not by role: looking for roles is a long task itself.
async function click(window: Page, selector: string, text: string): Promise<void> {
  await until(
    window,
    `(() => {
      const wanted = [...document.querySelectorAll(${JSON.stringify(selector)})].find(
        (element) => element.textContent.trim().startsWith(${JSON.stringify(text)}) && !element.disabled,
      );
      wanted?.click();
      return wanted !== undefined;
    })()`,
  );
}

const see = (window: Page, text: string): Promise<void> =>
  until(window, `document.body.textContent.includes(${JSON.stringify(text)})`);

async function until(window: Page, condition: string): Promise<void> {
  await expect.poll(() => window.evaluate(condition), { timeout: 300_000, intervals: [100] }).toBe(true);
}

async function scroll(window: Page): Promise<void> {
  await window.evaluate(`new Promise((done) => {
    const place = document.querySelector('[role="grid"]');
    let frames = 300;
    const step = () => {
      place.scrollTop += 300;
      if (--frames > 0) requestAnimationFrame(step);
      else done();
    };
    step();
  })`);
}
