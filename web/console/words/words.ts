import type { Languages } from '../../words/words.js';
import { de } from './de.js';
import { en } from './en.js';

/** Everything that the console says: what events are told with, and what its own pages add. */
export type Words = typeof en;

/** The languages of the console, by their tags. */
export const LANGUAGES: Languages<Words> = { en, de };
