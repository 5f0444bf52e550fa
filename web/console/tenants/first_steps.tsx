import type { JSX } from 'preact';
import { useReading } from '../frame/reading.js';

/** Shows what to do with a service that has no tenants yet. */
export function FirstSteps({ mayMake }: { mayMake: boolean }): JSX.Element {
  const { words } = useReading();
  return (
    <section class="first-steps" aria-label={words.tenant_pages.none}>
      <h2>{words.tenant_pages.none}</h2>
      <p class="quiet">{words.tenant_pages.none_hint}</p>
      {mayMake ? (
        <ol>
          {words.tenant_pages.first_steps.map((step) => (
            <li key={step}>{step}</li>
          ))}
        </ol>
      ) : (
        <p>{words.tenant_pages.ask_admin}</p>
      )}
    </section>
  );
}
