import { BadRequestError, NotFoundError } from '../../src/index.js';
import { event } from '../support/events.js';
import { expect, rejection, same } from '../support/expect.js';
import { json, scripted } from '../support/scripted.js';
import { test } from '../support/suite.js';

test('a file goes up and comes down, with its name and type', async (stage) => {
  const client = await stage.tenant();
  const bytes = new Uint8Array(300_000).map((_, i) => i % 251);

  const { file_id } = await client.files.upload(bytes, {
    contentType: 'application/pdf',
    filename: 'Übersicht "1".bin',
  });
  const sent = event({ file_id });
  await client.events.create(sent);
  const file = await client.files.download(sent.event_id);

  same([file.file_id, file.contentType, file.size], [file_id, 'application/pdf', bytes.length]);
  const got = new Uint8Array(await new Response(file.body).arrayBuffer());
  same(
    got.every((byte, i) => byte === bytes[i]),
    true,
  );
  const name = file.headers.get('content-disposition') ?? '';
  expect(name.includes("filename*=UTF-8''%C3%9Cbersicht%20%221%22.bin"), `the name of the file, got ${name}`);
});

test('texts, blobs and buffers are uploaded; an empty file is one', async (stage) => {
  const client = await stage.tenant();
  for (const body of ['ä text', new Blob(['ä text']), new TextEncoder().encode('ä text').buffer as ArrayBuffer, '']) {
    const { file_id } = await client.files.upload(body);
    const sent = event({ file_id });
    await client.events.create(sent);
    const file = await client.files.download(sent.event_id);
    same(await new Response(file.body).text(), body === '' ? '' : 'ä text');
  }
});

test('a stream is uploaded where streams can be sent, and once', async (stage) => {
  const client = await stage.tenant();
  const body = new Blob(['as a stream']).stream();
  if ('document' in globalThis) return; // Chromium sends streams over HTTP/2 only

  const { file_id } = await client.files.upload(body);

  const sent = event({ file_id });
  await client.events.create(sent);
  same(await new Response((await client.files.download(sent.event_id)).body).text(), 'as a stream');
});

test('a file that is not there is NotFoundError', async (stage) => {
  const client = await stage.tenant();
  const sent = event();
  await client.events.create(sent);

  same((await rejection(client.files.download(sent.event_id), NotFoundError)).detail, 'Event has no file.');
});

test('the content goes without the key, and again after a broken connection', async () => {
  const url = 'https://s3.example/bucket/file?X-Amz-Signature=secret';
  const { client, sent } = scripted([
    json(200, { upload_url: url, file_id: 'f' }),
    new TypeError('fetch failed'),
    new Response('<Error/>', { status: 503 }),
    new Response(null, { status: 200 }),
  ]);

  same(await client.files.upload('four'), { file_id: 'f' });

  same(
    sent.map((one) => [one.method, one.headers.get('x-api-key') !== null, one.headers.get('x-client-id') !== null]),
    [
      ['GET', true, true],
      ['PUT', false, false],
      ['PUT', false, false],
      ['PUT', false, false],
    ],
  );
  same(sent[0]?.url.searchParams.get('size'), '4');
});

test('name, type and digest are asked for, and the headers of the answer are sent', async () => {
  const url = 'https://s3.example/bucket/file?X-Amz-Signature=secret';
  const headers = { 'Content-Type': 'text/plain', 'If-None-Match': '*' };
  const { client, sent } = scripted([
    json(200, { upload_url: url, file_id: 'f', headers }),
    new TypeError('fetch failed'),
    new Response('<Error/>', { status: 412 }), // the answer was lost, and the file is there
  ]);

  same(await client.files.upload('four', { filename: 'a.txt', contentType: 'text/plain', sha256: 'd' }), {
    file_id: 'f',
  });

  same(Object.fromEntries(sent[0]?.url.searchParams ?? []), {
    size: '4',
    filename: 'a.txt',
    content_type: 'text/plain',
    sha256: 'd',
  });
  same([sent[2]?.headers.get('content-type'), sent[2]?.headers.get('if-none-match')], ['text/plain', '*']);
});

test('what has another digest than announced is not stored', async (stage) => {
  const client = await stage.tenant();
  const sha256 = '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824';

  const { file_id } = await client.files.upload('hello', { sha256 });
  const sent = event({ file_id });
  await client.events.create(sent);
  const kept = await client.files.details(sent.event_id);
  same([kept.size, kept.sha256], [5, sha256]);
  const error = await rejection(client.files.upload('hallo', { sha256 }), BadRequestError);
  same(error.detail, 'The SHA-256 of the file is not the one that the link is bound to.');
});

test('an error of the file store does not show the URL, which opens the file', async () => {
  const url = 'https://s3.example/bucket/file?X-Amz-Signature=secret';
  const { client } = scripted([
    json(200, { upload_url: url, file_id: 'f' }),
    new Response('<Error/>', { status: 403 }),
  ]);

  const error = await rejection(client.files.upload('four'), Error);

  expect(!`${error.stack}${JSON.stringify(error)}`.includes('secret'), 'that the signature is not shown');
});
