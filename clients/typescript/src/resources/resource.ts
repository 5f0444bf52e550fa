import { ApiCall, type CallOptions } from '../http/call.js';
import type { Call, Transport } from '../http/transport.js';
import { writeJson } from '../json/write.js';

/** What the resources of the service's administration have in common. */
export class Resource {
  /** @internal */
  protected readonly transport: Transport;

  /** @internal */
  constructor(transport: Transport) {
    this.transport = transport;
  }

  /** @internal */
  protected call<T>(call: Call, options: CallOptions): ApiCall<T> {
    return new ApiCall(this.transport.send(call, options).then((answer) => ({ ...answer, data: answer.data as T })));
  }

  /** Sends an object as JSON. @internal */
  protected sendJson<T>(
    method: 'POST' | 'PATCH',
    path: string,
    body: object,
    mayRepeat: boolean,
    options: CallOptions,
  ): ApiCall<T> {
    const headers = { 'Content-Type': 'application/json' };
    return this.call<T>({ method, path, headers, body: writeJson(body), mayRepeat }, options);
  }
}
