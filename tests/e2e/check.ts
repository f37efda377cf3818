import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect } from './window.ts';

const pictures = join(import.meta.dirname, '../../test-results/screens');

/** With `npm run screenshots`: also what no assertion needs. */
export const isGallery = process.env['FEATHERWEIGHT_SCREENSHOTS'] === 'all';

/** Checks what is shown against the accessibility rules in both themes, and that it fits 320 pixels; keeps a picture of each. */
export async function check(window: Page, name: string): Promise<void> {
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
    await picture(window, `${name}-${colorScheme}`);
  }
  const { width, height } = window.viewportSize() ?? { width: 1280, height: 800 };
  await window.setViewportSize({ width: 320, height: 640 });
  // Pictures follow the window a moment later.
  await expect
    .poll(() => window.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth'), {
      message: `${name} fits into 320 px`,
    })
    .toBe(0);
  await picture(window, `${name}-narrow`);
  if (isGallery) {
    // What a window of this size shows at twice the size of letters.
    await window.setViewportSize({ width: width / 2, height: height / 2 });
    await picture(window, `${name}-zoom`);
    await window.setViewportSize({ width, height });
    await window.emulateMedia({ colorScheme: 'light', forcedColors: 'active' });
    await picture(window, `${name}-forced`);
    await window.emulateMedia({ forcedColors: 'none' });
  }
  await window.setViewportSize({ width, height });
}

/** Keeps a picture of the whole page, in a window as high as that, so that what clings to its edges is where it belongs. */
export async function picture(window: Page, name: string): Promise<void> {
  const { width, height } = window.viewportSize() ?? { width: 1280, height: 800 };
  const whole = Number(await window.evaluate('document.documentElement.scrollHeight'));
  await window.setViewportSize({ width, height: Math.max(height, whole) });
  await window.screenshot({ path: join(pictures, `${name}.png`) });
  await window.setViewportSize({ width, height });
}
