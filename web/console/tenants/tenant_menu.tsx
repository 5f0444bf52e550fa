import type { Tenant } from 'annals-client';
import type { JSX } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { Icon } from '../../timeline/view/icons.js';
import { useReading } from '../frame/reading.js';
import { useClosedFromOutside } from '../frame/menu.js';
import type { TenantAct } from './tenant_list.js';

/** Shows what can be done with a tenant. */
export function TenantMenu({ tenant, onAct }: { tenant: Tenant; onAct: (what: TenantAct) => void }): JSX.Element {
  const { words } = useReading();
  const details = useRef<HTMLDetailsElement>(null);
  const [opensUp, setOpensUp] = useState(false);
  useClosedFromOutside(details);
  const acts: [TenantAct, string][] = [
    ['settings', words.tenant_pages.settings],
    ['suspend', tenant.suspended === true ? words.tenant_pages.resume : words.tenant_pages.suspend],
    ['rotate', words.tenant_pages.rotate],
    ['delete', words.tenant_pages.delete],
  ];
  const offered = tenant.state === 'deleting' ? acts.slice(3) : acts;
  return (
    <details class="menu" ref={details} onToggle={() => setOpensUp(details.current !== null && !hasRoomBelow(details.current))}>
      <summary aria-label={words.tenant_pages.menu_of(tenant.client_label)}>
        <Icon name="more" />
      </summary>
      <div class={opensUp ? 'menu-body acts up' : 'menu-body acts'}>
        {offered.map(([what, text]) => (
          <button
            key={what}
            type="button"
            class={what === 'delete' ? 'danger' : ''}
            onClick={() => {
              if (details.current !== null) details.current.open = false;
              details.current?.querySelector('summary')?.focus();
              onAct(what);
            }}
          >
            {text}
          </button>
        ))}
      </div>
    </details>
  );
}

/** Tells whether an opened menu ends above the end of the page. A closed one does. */
function hasRoomBelow(menu: HTMLDetailsElement): boolean {
  const body = menu.querySelector('.menu-body');
  const page = menu.closest('main');
  if (!menu.open || body === null || page === null) return true;
  const { bottom } = menu.getBoundingClientRect();
  return bottom + body.clientHeight < page.getBoundingClientRect().bottom;
}
