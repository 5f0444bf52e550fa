import type { Annals, AnnalsEvent, FileUrl } from 'annals-client';
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { CopyButton } from '../view/copy_button.js';
import { Icon } from '../view/icons.js';
import { useReading } from '../view/reading.js';
import { type Preview, readPreview } from './preview.js';

export interface AttachmentProps {
  client: Annals;
  event: AnnalsEvent;
  /** Returns false if somebody else shows the file. */
  onOpen?: (event: AnnalsEvent) => boolean;
}

type State = { state: 'closed' } | { state: 'reading' } | { state: 'shown'; preview: Preview } | { state: 'failed'; message: string };

/** The file of an event: it is fetched when it is asked for, because who sees a file is put on record. */
export function Attachment({ client, event, onOpen }: AttachmentProps): JSX.Element {
  const { words, formats } = useReading();
  const [details, setDetails] = useState<FileUrl>();
  const [shown, setShown] = useState<State>({ state: 'closed' });
  const [asked, setAsked] = useState(0);

  useEffect(() => {
    if (asked === 0) return undefined;
    const closing = new AbortController();
    setShown({ state: 'reading' });
    Promise.all([readPreview(client, event.event_id, closing.signal), client.files.details(event.event_id, { signal: closing.signal })])
      .then(([preview, found]) => {
        setDetails(found);
        setShown({ state: 'shown', preview });
      })
      .catch((error: unknown) => {
        if (!closing.signal.aborted) setShown({ state: 'failed', message: messageOf(error, words.file_unreachable) });
      });
    return () => closing.abort();
  }, [asked, client, event.event_id]);

  const open = (): void => {
    if (onOpen?.(event) !== false) setAsked(asked + 1);
  };
  const download = async (): Promise<void> => {
    if (onOpen?.(event) === false) return;
    try {
      const { file_url } = await client.files.downloadUrl(event.event_id);
      followLink(file_url);
    } catch (error) {
      setShown({ state: 'failed', message: messageOf(error, words.file_unreachable) });
    }
  };
  const preview = shown.state === 'shown' ? shown.preview : undefined;
  const size = details?.size ?? preview?.size;
  return (
    <section class="attachment" part="attachment" aria-label={words.attachment}>
      <header>
        <Icon name="file" />
        <span class="file-name">
          <bdi>{preview?.name ?? words.attachment}</bdi>
          <span class="quiet">
            {preview !== undefined && ` ${preview.type}`}
            {size !== undefined && size !== null && ` · ${formats.bytes(size)}`}
          </span>
        </span>
        {shown.state !== 'shown' && (
          <button type="button" onClick={open} disabled={shown.state === 'reading'}>
            {shown.state === 'reading' ? words.reading : words.preview}
          </button>
        )}
        <button type="button" onClick={() => void download()}>
          <Icon name="download" /> {words.download}
        </button>
      </header>
      {shown.state === 'failed' && <p class="problem" role="alert">{shown.message}</p>}
      {preview !== undefined && <PreviewBody preview={preview} />}
      {details?.sha256 != null && (
        <p class="digest quiet">
          SHA-256 <code>{details.sha256}</code> <CopyButton text={details.sha256} what={words.copy_digest} />
        </p>
      )}
    </section>
  );
}

function PreviewBody({ preview }: { preview: Preview }): JSX.Element {
  const { words } = useReading();
  const url = useObjectUrl(preview.blob);
  const name = preview.name ?? words.attachment;
  if (preview.kind === 'text') {
    return (
      <>
        <pre class="preview" tabIndex={0} aria-label={name}>
          {preview.text}
        </pre>
        {!preview.isWhole && <p class="quiet">{words.beginning_only}</p>}
      </>
    );
  }
  if (url !== undefined && preview.kind === 'image') return <img class="preview" src={url} alt={name} />;
  if (url !== undefined && preview.kind === 'pdf') return <iframe class="preview" src={url} title={name} />;
  return <p class="quiet">{words.no_preview}</p>;
}

/** Returns a URL of the bytes for as long as the part is drawn. */
function useObjectUrl(blob: Blob | undefined): string | undefined {
  const [url, setUrl] = useState<string>();
  useEffect(() => {
    if (blob === undefined) return undefined;
    const made = URL.createObjectURL(blob);
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [blob]);
  return url;
}

function followLink(url: string): void {
  const link = document.createElement('a');
  link.href = url;
  link.rel = 'noopener noreferrer';
  link.target = '_blank';
  link.click();
}

function messageOf(error: unknown, otherwise: string): string {
  return error instanceof Error && 'detail' in error && typeof error.detail === 'string' ? error.detail : otherwise;
}
