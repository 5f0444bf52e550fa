import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

const PAUSE_MS = 5_000;

/** Says the newest message to screen readers, at most one in five seconds. */
export function Announcer({ message }: { message: string }): JSX.Element {
  const [said, setSaid] = useState('');
  const last = useRef(-Infinity);
  useEffect(() => {
    const timer = setTimeout(
      () => {
        last.current = performance.now();
        setSaid(message);
      },
      Math.max(0, last.current + PAUSE_MS - performance.now()),
    );
    return () => clearTimeout(timer);
  }, [message]);
  return (
    <div class="hidden" role="status" aria-live="polite" aria-atomic="true">
      {said}
    </div>
  );
}
