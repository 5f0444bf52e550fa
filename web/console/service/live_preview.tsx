import type { ViewerToken } from 'annals-client';
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Empty } from '../../timeline/view/states.js';
import { useReading } from '../frame/reading.js';
import { serviceUrl } from '../frame/session.js';
import { type EmbedChoice, SWITCHES } from './embed_choice.js';

export interface LivePreviewProps {
  choice: EmbedChoice;
  getToken: () => Promise<ViewerToken>;
}

type HistoryElement = HTMLElement & { getToken?: () => Promise<ViewerToken> };

/** The element as other pages have it, with the script that the service gives out. */
export function LivePreview({ choice, getToken }: LivePreviewProps): JSX.Element {
  const { words, formats } = useReading();
  const box = useRef<HTMLDivElement>(null);
  const element = useRef<HistoryElement>();
  const [isMissing, setMissing] = useState(false);
  useEffect(() => {
    const made = document.createElement('annals-history') as HistoryElement;
    made.getToken = getToken;
    element.current = made;
    box.current?.replaceChildren(made);
    import(/* @vite-ignore */ `${serviceUrl()}/viewer.js`)
      .then(() => setMissing(customElements.get('annals-history') === undefined))
      .catch(() => setMissing(true));
    return () => made.remove();
  }, []);
  useEffect(() => {
    const made = element.current;
    if (made === undefined) return;
    made.lang = formats.language;
    made.setAttribute('theme', choice.theme);
    for (const name of SWITCHES) made.toggleAttribute(name, choice.switches.has(name));
    for (const [name, value] of [
      ['--annals-accent', choice.accent],
      ['--annals-radius', choice.radius === '' ? '' : `${choice.radius}px`],
    ] as const) {
      if (value === '') made.style.removeProperty(name);
      else made.style.setProperty(name, value);
    }
  }, [choice, formats]);
  return (
    <>
      {isMissing && <Empty title={words.service_pages.no_viewer} />}
      <div class="live-preview" ref={box} hidden={isMissing} />
    </>
  );
}
