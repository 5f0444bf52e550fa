import { de } from './de.js';
import { en } from './en.js';

/** Everything that the pages say. A text with a value in it is a function of the value. */
export type Words = typeof en;

/** The languages, by their tags; English stands in for all others. */
export const LANGUAGES: Readonly<Record<string, Words>> = { en, de };

/** Returns the words of the first language that there is. */
export function wordsFor(languages: readonly string[]): { language: string; words: Words } {
  for (const wanted of languages) {
    const words = LANGUAGES[wanted.split('-')[0]?.toLowerCase() ?? ''];
    if (words !== undefined) return { language: wanted, words };
  }
  return { language: 'en', words: en };
}
