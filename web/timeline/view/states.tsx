import { APIError, ConnectionError } from 'annals-client';
import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { Icon } from './icons.js';
import { useReading } from './reading.js';

const PATIENCE_MS = 150;

/** Rows in their final size while the first ones are read. What comes at once is not announced. */
export function Skeleton({ rows }: { rows: number }): JSX.Element {
  const { words } = useReading();
  const [isShown, setShown] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setShown(true), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div class="skeletons" role="status">
      <span class="hidden">{words.reading}</span>
      {isShown && Array.from({ length: rows }, (_, index) => <div key={index} class="row skeleton" aria-hidden="true" />)}
    </div>
  );
}

/** Says why there is nothing to show, and what to do about it. */
export function Empty({ title, children }: { title: string; children?: ComponentChildren }): JSX.Element {
  return (
    <div class="empty" role="status">
      <p class="empty-title">{title}</p>
      {children}
    </div>
  );
}

/** An error in words, in `text` if that is given, with what finds it in the service's log. */
export function Problem({ error, text, onRetry }: { error: unknown; text?: string; onRetry?: (() => void) | undefined }): JSX.Element {
  const { words } = useReading();
  const requestId = error instanceof APIError ? error.requestId : undefined;
  return (
    <div class="problem" part="problem" role="alert">
      <Icon name="warning" />
      <div>
        <p>{text ?? problemText(error, words)}</p>
        {requestId !== undefined && (
          <p class="quiet">
            {words.request_id} <code>{requestId}</code>
          </p>
        )}
      </div>
      {onRetry !== undefined && (
        <button type="button" onClick={onRetry}>
          {words.retry}
        </button>
      )}
    </div>
  );
}

/** Returns an error as a sentence for people. */
export function problemText(error: unknown, words: { unreachable: string; unknown_error: string }): string {
  if (error instanceof ConnectionError) return words.unreachable;
  if (error instanceof APIError) {
    if (typeof error.detail === 'string') return error.detail;
    return error.detail.map((problem) => `${problem.loc.slice(1).join('.')}: ${problem.msg}`).join('; ');
  }
  return error instanceof Error && error.message !== '' ? error.message : words.unknown_error;
}
