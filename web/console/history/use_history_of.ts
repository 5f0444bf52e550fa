import type { Annals, History } from 'annals-client';
import { useMemo } from 'preact/hooks';
import { useReading } from '../frame/reading.js';
import { useConsole } from '../frame/console.js';
import { AUDIT } from '../frame/route.js';

export interface HistoryOf {
  annals: Annals;
  history: History;
  /** Sentences that come before those of the service. */
  templates: ReadonlyMap<string, string> | undefined;
  isAudit: boolean;
}

/** Returns what reads the history of a tenant, or that of the service. */
export function useHistoryOf(client: string): HistoryOf {
  const { session } = useConsole();
  const { words } = useReading();
  return useMemo(() => {
    const isAudit = client === AUDIT;
    const annals = session.client.forClient(client);
    const templates = isAudit ? new Map(Object.entries(words.audit_sentences)) : undefined;
    return { annals, history: isAudit ? session.client.audit : annals.events, templates, isAudit };
  }, [client, session, words]);
}
