import type { Id } from 'annals-client';

const TINTS = 8;

/** Returns one of eight colours for an id, the same one everywhere: `tint-0` to `tint-7`. */
export function tintOf(id: Id): string {
  let hash = 2166136261;
  for (const sign of String(id)) hash = Math.imul(hash ^ (sign.codePointAt(0) as number), 16777619);
  return `tint-${(hash >>> 0) % TINTS}`;
}
