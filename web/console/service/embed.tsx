import type { ViewerToken } from 'annals-client';
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { CopyBox } from '../frame/copy_box.js';
import { useReading } from '../frame/reading.js';
import { Empty, Problem } from '../../timeline/view/states.js';
import { useConsole } from '../frame/console.js';
import { changeQuery } from '../frame/route.js';
import { serviceUrl } from '../frame/session.js';
import { type EmbedChoice, readChoice, tokenOf, writeChoice, wrongFilters } from './embed_choice.js';
import { EmbedForm } from './embed_form.js';
import { backendSnippet, originsSnippet, pageSnippet, policySnippet, styleSnippet } from './embed_snippets.js';
import { LivePreview } from './live_preview.js';

/** Shows how a history looks in a page of a platform, and what that page needs. */
export function Embed({ query }: { query: URLSearchParams }): JSX.Element {
  const { words } = useReading();
  const choice = readChoice(query);
  return (
    <section aria-label={words.service_pages.embed}>
      <p class="quiet hint">{words.service_pages.embed_hint}</p>
      <EmbedForm choice={choice} onChange={(part) => changeQuery(writeChoice({ ...choice, ...part }))} />
      {choice.tenant === undefined && <Empty title={words.choose_tenant} />}
      {choice.tenant !== undefined && wrongFilters(choice).length === 0 && <Embedded key={choice.tenant} choice={choice} tenant={choice.tenant} />}
    </section>
  );
}

function Embedded({ choice, tenant }: { choice: EmbedChoice; tenant: string }): JSX.Element {
  const { words, formats } = useReading();
  const { session } = useConsole();
  const [token, setToken] = useState<ViewerToken>();
  const [error, setError] = useState<unknown>();
  const asked = tokenOf(choice, tenant);
  const url = serviceUrl();
  const request = backendSnippet(url, asked);
  const style = styleSnippet(choice);
  const makeToken = async (): Promise<ViewerToken> => {
    try {
      const made = await session.client.viewerTokens.create(asked);
      setToken(made);
      setError(undefined);
      return made;
    } catch (failure) {
      setError(failure);
      throw failure;
    }
  };
  const { service_pages: said } = words;
  return (
    <>
      <h2 class="part-head">{said.live_preview}</h2>
      {error !== undefined && <Problem error={error} onRetry={() => setError(undefined)} />}
      {/* Another token makes another element: the one that is there keeps what it has read. */}
      {error === undefined && <LivePreview key={request} choice={choice} getToken={makeToken} />}
      {token !== undefined && error === undefined && <p class="quiet hint">{said.token_until(formats.moment(new Date(token.expires_at)))}</p>}
      <CopyBox label={said.in_the_page} text={pageSnippet(url, choice)} />
      {style !== undefined && <CopyBox label={said.in_the_style} text={style} />}
      <CopyBox label={said.in_the_backend} text={request} />
      <CopyBox label={said.policy} text={policySnippet(url)} />
      <CopyBox label={said.origins} text={originsSnippet()} />
    </>
  );
}
