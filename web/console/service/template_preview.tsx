import { parseId } from 'annals-client';
import type { JSX } from 'preact';
import { sentenceOf } from '../../timeline/event/sentence.js';
import { useAnswer } from '../../timeline/use/use_answer.js';
import { useReading } from '../frame/reading.js';
import { Sentence } from '../../timeline/view/sentence.js';
import { problemText } from '../../timeline/view/states.js';
import { useConsole } from '../frame/console.js';

export interface TemplatePreviewProps {
  tenant: string | undefined;
  /** The event_type_id, as queries have it. */
  eventType: string;
  template: string;
}

/** Tells the last event of a type as a template has it, while the template is written. */
export function TemplatePreview({ tenant, eventType, template }: TemplatePreviewProps): JSX.Element {
  const { words } = useReading();
  const { session } = useConsole();
  const { data, error, isReading } = useAnswer(async (signal) => {
    const id = parseId(eventType);
    if (tenant === undefined || id === undefined) return undefined;
    const page = await session.client.forClient(tenant).events.list({ event_type_id: [id], limit: 1, count: false, names: true }, { signal });
    return page.data[0];
  }, `${tenant} ${eventType}`);
  const { service_pages: said } = words;
  const templates = data === undefined ? undefined : new Map([[String(data.event_type_id), template]]);
  return (
    <p class="template-preview" role="status">
      {data !== undefined && <Sentence parts={sentenceOf(data, words, templates)} />}
      {data === undefined && <span class="quiet">{error !== undefined ? problemText(error, words) : isReading ? words.reading : tenant === undefined ? said.preview_needs_tenant : said.no_such_event}</span>}
    </p>
  );
}
