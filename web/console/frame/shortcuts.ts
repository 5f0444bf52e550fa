import { useEffect, useRef } from 'preact/hooks';

/** Keys that do something while no field is being written in: `/`, `?`, or two after each other, `g t`. */
export type Shortcuts = Readonly<Record<string, () => void>>;

const PAUSE_MS = 1200;

/** Listens to keys for as long as the part is drawn. A part that is drawn again between two keys still knows the first. */
export function useShortcuts(shortcuts: Shortcuts): void {
  const current = useRef(shortcuts);
  current.current = shortcuts;
  useEffect(() => {
    let before = '';
    let at = 0;
    const listen = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || isWriting(event.target)) return;
      if (document.querySelector('dialog[open]') !== null) return;
      const pair = Date.now() - at < PAUSE_MS ? `${before} ${event.key}` : '';
      const action = current.current[pair] ?? current.current[event.key];
      before = event.key;
      at = Date.now();
      if (action === undefined) return;
      event.preventDefault();
      before = '';
      action();
    };
    document.addEventListener('keydown', listen);
    return () => document.removeEventListener('keydown', listen);
  }, []);
}

function isWriting(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}
