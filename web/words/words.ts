import { de } from './de.js';
import { en } from './en.js';

/** Holds what is said wherever events are shown. A text with a value in it is a function of the value. */
export type Words = typeof en;

/** Words by the tags of languages; English stands in for all others. */
export type Languages<W> = Readonly<Record<string, W>> & { readonly en: W };

export const LANGUAGES: Languages<Words> = { en, de };

/** Returns the words of the first wanted language that there is. */
export function wordsFor<W>(languages: Languages<W>, wanted: readonly string[]): { language: string; words: W } {
  for (const tag of wanted) {
    const words = languages[tag.split('-')[0]?.toLowerCase() ?? ''];
    if (words !== undefined) return { language: tag, words };
  }
  return { language: 'en', words: languages.en };
}
