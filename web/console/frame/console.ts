import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Session } from './session.js';

/** Holds what every page of the console can use. */
export interface Console {
  session: Session;
  /** Says something for a moment; screen readers read it. */
  say: (text: string) => void;
  /** Handles an error that every page may meet: a key that is not valid any more. Returns whether it was that. */
  refused: (error: unknown) => boolean;
  signOut: () => void;
}

export const ConsoleContext = createContext<Console | undefined>(undefined);

export function useConsole(): Console {
  const value = useContext(ConsoleContext);
  if (value === undefined) throw new Error('a page was drawn outside of <ConsoleContext.Provider>');
  return value;
}
