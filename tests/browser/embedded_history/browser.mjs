import { chromium } from 'playwright-core';

/** How long a page may take for anything, in milliseconds. */
export const TIMEOUT = 180_000;

/**
 * The browser in which a story happens. Whoever tells the story closes it.
 * The tests run as root and in containers, where the browser's sandbox cannot work. They open their own pages only.
 */
export const browser = await chromium.launch({
  executablePath: process.argv[2],
  args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu'],
  timeout: TIMEOUT,
});
