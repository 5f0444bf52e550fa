import type { History } from 'annals-client';
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { asQuery, type Filters } from '../../timeline/filters/filters.js';
import { Problem } from '../../timeline/view/states.js';
import { useReading } from '../frame/reading.js';
import { Field } from '../frame/field.js';
import { collected } from './collected.js';

export interface ExportProps {
  history: History;
  filters: Filters;
  count: number | undefined;
}

type Format = 'ndjson' | 'csv' | 'parquet';
type State = { state: 'idle' } | { state: 'running' | 'done'; bytes: number } | { state: 'failed'; error: unknown };

/** Takes the events that are shown away as a file. */
export function Export({ history, filters, count }: ExportProps): JSX.Element {
  const { words, formats } = useReading();
  const [format, setFormat] = useState<Format>('ndjson');
  const [progress, setProgress] = useState<State>({ state: 'idle' });
  const running = useRef<AbortController | null>(null);
  useEffect(() => () => running.current?.abort(), []);

  const start = async (): Promise<void> => {
    const closing = new AbortController();
    running.current = closing;
    setProgress({ state: 'running', bytes: 0 });
    try {
      const query = { ...asQuery(filters, new Date()), format };
      const { body } = await history.export(query, { signal: closing.signal, timeout: 0 });
      const file = await collected(body, (bytes) => setProgress({ state: 'running', bytes }));
      save(file, `history-${new Date().toISOString().slice(0, 19).replace(/:/g, '')}.${format}`);
      setProgress({ state: 'done', bytes: file.size });
    } catch (error) {
      setProgress(closing.signal.aborted ? { state: 'idle' } : { state: 'failed', error });
    }
  };
  const isRunning = progress.state === 'running';
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void start();
      }}
    >
      <Field label={words.format} hint={words.export_hint}>
        {(attributes) => (
          <select {...attributes} value={format} disabled={isRunning} onChange={(event) => setFormat(event.currentTarget.value as Format)}>
            <option value="ndjson">NDJSON</option>
            <option value="csv">CSV</option>
            <option value="parquet">Parquet</option>
          </select>
        )}
      </Field>
      <p role="status">
        {progress.state === 'running' && words.exporting(formats.bytes(progress.bytes))}
        {progress.state === 'done' && words.exported(formats.bytes(progress.bytes))}
      </p>
      {progress.state === 'failed' && (
        <>
          <p class="field-problem">{words.export_failed}</p>
          <Problem error={progress.error} />
        </>
      )}
      <div class="actions">
        {isRunning && (
          <button type="button" onClick={() => running.current?.abort()}>
            {words.cancel}
          </button>
        )}
        <button type="submit" class="primary" disabled={isRunning}>
          {count === undefined ? words.export : words.export_as_seen(words.events(count, formats.number(count)))}
        </button>
      </div>
    </form>
  );
}

function save(file: Blob, name: string): void {
  const url = URL.createObjectURL(file);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The browser has taken it by then.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
