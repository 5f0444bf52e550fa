import type { JSX } from 'preact';
import { type SentencePart, valueText } from '../event/sentence.js';
import type { Change } from '../event/changes.js';
import { useReading } from './reading.js';

/** A sentence with its emphasis. All text in it may come from anybody, so it is isolated from the text around it. */
export function Sentence({ parts }: { parts: readonly SentencePart[] }): JSX.Element {
  return (
    <span class="sentence" part="sentence">
      {parts.map((part) => {
        if (part.kind === 'change') return <ChangeChip change={part.change} />;
        if (part.kind === 'text') return part.text;
        return <bdi class={part.kind}>{part.text}</bdi>;
      })}
    </span>
  );
}

/** "status draft → approved" */
export function ChangeChip({ change }: { change: Change }): JSX.Element {
  const { words } = useReading();
  const isAdded = change.before === undefined || change.before === null;
  const isRemoved = change.after === undefined || change.after === null;
  return (
    <span class="change" part="change">
      <bdi class="changed-field">{change.field}</bdi>{' '}
      {!isAdded && <bdi class="before">{valueText(change.before, words)}</bdi>}
      {!isAdded && <span class="arrow"> → </span>}
      <bdi class={isRemoved ? 'nothing' : 'after'}>{valueText(change.after, words)}</bdi>
    </span>
  );
}
