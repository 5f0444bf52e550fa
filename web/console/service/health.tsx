import type { Readiness } from 'annals-client';
import type { JSX } from 'preact';
import { useReading } from '../frame/reading.js';
import { Problem, Skeleton } from '../../timeline/view/states.js';
import { Figures } from './figures.js';
import { type Failure, partsOf, useHealth } from './use_health.js';

/** Whether the service can serve, part by part, and what it does at the moment. */
export function Health(): JSX.Element {
  const { words, formats } = useReading();
  const { readiness, at, points, failures, error, askNow } = useHealth();
  const isOld = error !== undefined;
  return (
    <section aria-label={words.service_pages.health}>
      {isOld && <Problem error={error} onRetry={askNow} />}
      {isOld && at !== undefined && <p class="quiet">{words.service_pages.seen_at(formats.moment(at))}</p>}
      {readiness === undefined && !isOld && <Skeleton rows={4} />}
      {readiness !== undefined && (
        <div class={isOld ? 'health old' : 'health'}>
          <p class={readiness.ready ? 'verdict well' : 'verdict ill'} role="status">
            {readiness.ready ? words.service_pages.ready : words.service_pages.not_ready}
            {readiness.detail !== undefined && ` ${readiness.detail}`}
          </p>
          <Parts readiness={readiness} failures={failures} />
          <Figures points={points} />
        </div>
      )}
    </section>
  );
}

/** Each part that is needed: how it is, and how it was when it was not well. */
function Parts({ readiness, failures }: { readiness: Readiness; failures: ReadonlyMap<string, Failure> }): JSX.Element {
  const { words, formats } = useReading();
  const names: Readonly<Record<string, string>> = words.service_pages.parts;
  const states: Readonly<Record<string, string>> = words.service_pages.part_states;
  return (
    <ul class="parts">
      {partsOf(readiness).map(([name, said]) => {
        const failure = failures.get(name);
        return (
          <li key={name} class={said === 'ok' ? 'well' : 'ill'}>
            <strong>{names[name] ?? name}</strong> <span>{states[said] ?? said}</span>
            {failure !== undefined && said === 'ok' && (
              <small class="quiet">{words.service_pages.last_failure(formats.seconds(failure.at), states[failure.said] ?? failure.said)}</small>
            )}
          </li>
        );
      })}
    </ul>
  );
}
