import { type Annals, APIError, ConnectionError, NotFoundError } from 'annals-client';

const PAUSE_MS = 2000;

/** Deletes a tenant, and returns once it is gone. An answer that got lost on the way is no failure: the service goes on. */
export async function deleteTenant(client: Annals, id: string, signal: AbortSignal): Promise<void> {
  try {
    await client.tenants.delete(id, { timeout: 0, signal });
  } catch (error) {
    if (!isUncertain(error)) throw error;
    await untilGone(client, id, error, signal);
  }
}

/** Tells whether the service, or something before it, gave up waiting for the deletion. */
function isUncertain(error: unknown): boolean {
  return error instanceof ConnectionError || (error instanceof APIError && error.status >= 500);
}

/** Waits until the service does not know the tenant any more. Throws `error` if the deletion has not begun. */
async function untilGone(client: Annals, id: string, error: unknown, signal: AbortSignal): Promise<void> {
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    signal.throwIfAborted();
    try {
      const { state } = await client.tenants.get(id, { signal });
      if (state !== 'deleting') throw error;
    } catch (failure) {
      if (failure instanceof NotFoundError) return;
      throw failure;
    }
  }
}
