// Visits a page that embeds <annals-history>, as its readers do, and prints as JSON what was seen.
// usage: node embedded_history.mjs BROWSER STORY, with what the test knows as JSON on standard input
// STORY is a function of embedded_history/stories.mjs.
import { browser } from './embedded_history/browser.mjs';
import * as stories from './embedded_history/stories.mjs';

try {
  console.log(JSON.stringify(await stories[process.argv[3]]()));
} finally {
  await browser.close();
}
