import { useEffect, useState } from 'preact/hooks';

const HIDDEN_MS = 60_000;
const OFF_SCREEN_MS = 5_000;

/** Returns whether the element may be seen: not if the page has been hidden for a minute, or the element is scrolled away. */
export function useAttention(element: Element): boolean {
  const [isHidden, setHidden] = useState(false);
  const [isAway, setAway] = useState(false);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = (): void => {
      clearTimeout(timer);
      if (document.visibilityState !== 'hidden') setHidden(false);
      else timer = setTimeout(() => setHidden(true), HIDDEN_MS);
    };
    look();
    document.addEventListener('visibilitychange', look);
    return () => {
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', look);
    };
  }, []);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const observer = new IntersectionObserver((entries) => {
      clearTimeout(timer);
      if (entries[entries.length - 1]?.isIntersecting) setAway(false);
      else timer = setTimeout(() => setAway(true), OFF_SCREEN_MS);
    });
    observer.observe(element);
    return () => {
      clearTimeout(timer);
      observer.disconnect();
    };
  }, [element]);
  return !isHidden && !isAway;
}
