import { Annals, type AnnalsOptions } from '../../src/index.js';

export interface Sent {
  url: URL;
  method: string;
  headers: Headers;
  body: string | undefined;
}

type Reply = Response | Error | ((sent: Sent) => Response | Promise<Response>);

/** A client whose answers are written down, for what the service does not do when it is asked to. */
export function scripted(replies: Reply[], options: Partial<AnnalsOptions> = {}): { client: Annals; sent: Sent[] } {
  const sent: Sent[] = [];
  const answer = async (url: string, init: RequestInit): Promise<Response> => {
    const one = {
      url: new URL(url),
      method: init.method as string,
      headers: new Headers(init.headers),
      body: init.body as string | undefined,
    };
    sent.push(one);
    const reply = replies.shift();
    if (reply === undefined) throw new Error(`expected no further request, got ${one.method} ${url}`);
    if (reply instanceof Error) throw reply;
    return typeof reply === 'function' ? reply(one) : reply;
  };
  const client = new Annals({
    baseUrl: 'http://annals.example',
    apiKey: 'a-key-of-the-tests',
    clientId: 'c',
    dangerouslyAllowBrowser: true,
    fetch: answer as typeof fetch,
    ...options,
  });
  return { client, sent };
}

/** What every answer of the service has. */
const OURS = { 'X-Request-Id': 'r' };

export function json(status: number, body: unknown, headers: Record<string, string> = {}): Response {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return new Response(text, { status, headers: { 'Content-Type': 'application/json', ...OURS, ...headers } });
}

/** An answer of server-sent events: the texts, then its end, or an open end. */
export function stream(texts: string[], end: 'ends' | 'stays open' | 'breaks'): Response {
  const bytes = texts.map((text) => new TextEncoder().encode(text));
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      const next = bytes.shift();
      if (next !== undefined) controller.enqueue(next);
      else if (end === 'ends') controller.close();
      else if (end === 'breaks') controller.error(new TypeError('terminated'));
      else return new Promise(() => undefined);
      return undefined;
    },
  });
  return new Response(body, { headers: { 'Content-Type': 'text/event-stream', ...OURS } });
}
