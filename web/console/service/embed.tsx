import { parseId, type ViewerToken } from 'annals-client';
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Empty, Problem } from '../../timeline/view/states.js';
import { CopyBox } from '../frame/copy_box.js';
import { useReading } from '../frame/reading.js';
import { useConsole } from '../frame/console.js';
import { Field } from '../frame/field.js';
import { hrefs, changeQuery } from '../frame/route.js';
import { serviceUrl } from '../frame/session.js';
import { TenantField } from './tenant_field.js';

/** Shows how a history looks in a page of a platform, and what that page needs. */
export function Embed({ tenant, record }: { tenant: string | undefined; record: string }): JSX.Element {
  const { words } = useReading();
  const { session } = useConsole();
  const [givesFiles, setGivesFiles] = useState(false);
  const [accent, setAccent] = useState('');
  const [error, setError] = useState<unknown>();
  const id = parseId(record);
  const change = (changes: { tenant?: string | undefined; record?: string }): void => {
    const next = { tenant, record, ...changes };
    location.hash = hrefs.service('embed');
    changeQuery(new URLSearchParams({ ...(next.tenant === undefined ? {} : { tenant: next.tenant }), ...(next.record === '' ? {} : { record: next.record }) }));
  };
  const token = (): Promise<ViewerToken> => {
    if (tenant === undefined) return Promise.reject(new Error('no tenant'));
    const permissions: ('history' | 'files')[] = givesFiles ? ['history', 'files'] : ['history'];
    const made = session.client.viewerTokens.create({ client_id: tenant, filter: id === undefined ? {} : { record_id: [id] }, permissions, expires_in: 900 });
    return made.then((value) => value);
  };
  return (
    <section aria-label={words.service_pages.embed}>
      <p class="quiet hint">{words.service_pages.embed_hint}</p>
      <div class="embed-fields">
        <TenantField value={tenant} none={words.choose_tenant} onChange={(chosen) => change({ tenant: chosen })} />
        <Field label={words.record_label} hint={words.service_pages.record_hint}>
          {(attributes) => <input {...attributes} spellcheck={false} value={record} onChange={(event) => change({ record: event.currentTarget.value.trim() })} />}
        </Field>
        <Field label={words.service_pages.accent}>
          {(attributes) => <input {...attributes} type="color" value={accent === '' ? '#0a6557' : accent} onInput={(event) => setAccent(event.currentTarget.value)} />}
        </Field>
        <label class="check">
          <input type="checkbox" checked={givesFiles} onChange={(event) => setGivesFiles(event.currentTarget.checked)} /> {words.service_pages.give_files}
        </label>
      </div>
      {error !== undefined && <Problem error={error} />}
      {tenant === undefined ? (
        <Empty title={words.choose_tenant} />
      ) : (
        <>
          <h2 class="section">{words.service_pages.live_preview}</h2>
          <LivePreview key={`${tenant} ${record} ${givesFiles}`} getToken={token} accent={accent} onError={setError} />
          <CopyBox label={words.service_pages.in_the_page} text={pageSnippet(serviceUrl(), accent)} />
          <CopyBox label={words.service_pages.in_the_backend} text={backendSnippet(serviceUrl(), tenant, record, givesFiles)} />
          <CopyBox label={words.service_pages.policy} text={policyOf(serviceUrl())} />
          <p class="quiet">{words.service_pages.origins}</p>
        </>
      )}
    </section>
  );
}

interface LivePreviewProps {
  getToken: () => Promise<ViewerToken>;
  accent: string;
  onError: (error: unknown) => void;
}

type HistoryElement = HTMLElement & { getToken?: () => Promise<ViewerToken> };

function LivePreview({ getToken, accent, onError }: LivePreviewProps): JSX.Element {
  const { formats } = useReading();
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = document.createElement('annals-history') as HistoryElement;
    element.getToken = getToken;
    element.lang = formats.language;
    box.current?.replaceChildren(element);
    import(/* @vite-ignore */ `${serviceUrl()}/viewer.js`).catch(onError);
    return () => element.remove();
  }, []);
  useEffect(() => {
    const element = box.current?.firstElementChild;
    if (element instanceof HTMLElement && accent !== '') element.style.setProperty('--annals-accent', accent);
  }, [accent]);
  return <div class="live-preview" ref={box} />;
}

function pageSnippet(url: string, accent: string): string {
  const style = accent === '' ? '' : ` style="--annals-accent: ${accent}"`;
  return `<script type="module" src="${url}/viewer.js"></script>
<annals-history id="history"${style}></annals-history>
<script type="module">
  document.getElementById('history').getToken = async () => (await fetch('/my-backend/history-token')).json();
</script>`;
}

function backendSnippet(url: string, tenant: string, record: string, givesFiles: boolean): string {
  const id = parseId(record);
  const filter = id === undefined ? {} : { record_id: ['RECORD'] };
  const body = { client_id: tenant, filter, permissions: givesFiles ? ['history', 'files'] : ['history'], expires_in: 900 };
  const shown = typeof id === 'bigint' ? String(id) : JSON.stringify(id ?? '');
  const json = JSON.stringify(body).replace('"RECORD"', () => shown).replace(/'/g, `'\\''`);
  return `curl -s ${url}/api/viewer-tokens \\
  -H "X-API-Key: $ANNALS_KEY" -H 'Content-Type: application/json' \\
  -d '${json}'`;
}

function policyOf(url: string): string {
  const { origin } = new URL(url);
  return `script-src ${origin}; connect-src ${origin}; img-src blob:; frame-src blob:`;
}
