import { type Reading as EventReading, useReading as useEventReading } from '../../timeline/view/reading.js';
import type { Words } from '../words/words.js';

export { ReadingContext, useNow } from '../../timeline/view/reading.js';

/** Holds what every page of the console needs to write for its reader. */
export interface Reading extends EventReading {
  words: Words;
}

/** Returns it. The whole console is drawn inside of a context that has all words. */
export function useReading(): Reading {
  return useEventReading() as Reading;
}
