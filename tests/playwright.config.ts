import { defineConfig } from '@playwright/test';

const executablePath = process.env['FEATHERWEIGHT_BROWSER'];

export default defineConfig({
  testDir: process.env['FEATHERWEIGHT_BENCH'] === undefined ? './e2e' : './bench',
  outputDir: '../test-results/e2e',
  // A job ends when the disk has everything, and a busy disk may take its time.
  timeout: 180_000,
  expect: { timeout: 60_000 },
  workers: 1,
  reporter: [['list']],
  use: {
    viewport: { width: 1280, height: 800 },
    actionTimeout: 30_000,
    trace: 'retain-on-failure',
    launchOptions: {
      ...(executablePath === undefined ? {} : { executablePath }),
      // Chromium refuses its sandbox to the root user, which containers run as.
      args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
    },
  },
});
