import type { NameDictionary } from 'annals-client';
import type { IdFilter } from '../../timeline/filters/filters.js';
import { useAnswer } from '../../timeline/use/use_answer.js';
import { useConsole } from '../frame/console.js';
import { AUDIT } from '../frame/route.js';

/** Says what people call the ids of filters, by the filter's name and the id: "event_type_id 3". */
export type FilterNames = ReadonlyMap<string, string>;

const NO_NAMES: FilterNames = new Map();

/** Reads the names that hold for a tenant. Without them filters show ids, so an error is no matter. */
export function useNames(client: string): FilterNames {
  const { session } = useConsole();
  const { data } = useAnswer(async (signal) => {
    if (client === AUDIT) return NO_NAMES;
    const [forAll, own] = await Promise.all([session.client.names.get(undefined, { signal }), session.client.names.get(client, { signal })]);
    return byFilter([forAll, own]);
  }, client);
  return data ?? NO_NAMES;
}

function byFilter(dictionaries: readonly NameDictionary[]): FilterNames {
  const names = new Map<string, string>();
  const put = (filter: IdFilter, of: Record<string, string>): void => {
    for (const [id, name] of Object.entries(of)) names.set(`${filter} ${id}`, name);
  };
  for (const dictionary of dictionaries) {
    put('event_type_id', dictionary.event_types);
    put('source_type_id', dictionary.source_types);
    for (const sources of Object.values(dictionary.sources)) put('source_id', sources);
  }
  return names;
}
