import { createContext } from 'preact';
import { useContext, useEffect, useState } from 'preact/hooks';
import type { Formats } from '../../words/format.js';
import type { Words } from '../../words/words.js';

/** Holds what every part of a page needs to write for its reader. */
export interface Reading {
  words: Words;
  formats: Formats;
  /** Templates of sentences by the event_type_id, which come before those of the service. */
  templates?: ReadonlyMap<string, string>;
}

export const ReadingContext = createContext<Reading | undefined>(undefined);

export function useReading(): Reading {
  const reading = useContext(ReadingContext);
  if (reading === undefined) throw new Error('a part was drawn outside of <ReadingContext.Provider>');
  return reading;
}

/** Returns the time, and draws again when `interval` milliseconds have passed. */
export function useNow(interval = 30_000): Date {
  const [now, setNow] = useState(() => new Date());
  useEffect(() => {
    const timer = setInterval(() => setNow(new Date()), interval);
    return () => clearInterval(timer);
  }, [interval]);
  return now;
}
