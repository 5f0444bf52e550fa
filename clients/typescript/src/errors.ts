import type { FieldProblem } from './generated/schemas.js';
import { isObject } from './json/value.js';

/** The base of all errors of this client. Errors of arguments that no caller can mean are TypeError. */
export class AnnalsError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** One problem of a request that was invalid (422): where it is, and what is wrong there. */
export type Problem = FieldProblem;

/** What an answer of the service was an answer to. It holds no query, no body and no credentials. */
export interface Exchange {
  method: string;
  path: string;
  requestId: string;
}

/** An answer of the service that is an error. `message` begins with the service's own sentence. */
export class APIError extends AnnalsError {
  /** The status of the answer. */
  readonly status: number;
  /** A word for the kind of error that stays the same over versions: `not_found`, `rate_limited`, … */
  readonly code: string;
  /** What the service says: a sentence, or for 422 all problems of the request. */
  readonly detail: string | Problem[];
  /** What finds the request in the service's log. */
  readonly requestId: string;
  readonly headers: Headers;
  /** The body of the answer: JSON that was read, or a text. */
  readonly body: unknown;
  readonly method: string;
  readonly path: string;
  /** How often the call had been sent when this answer came. */
  tries = 1;

  constructor(code: string, response: { status: number; headers: Headers }, body: unknown, exchange: Exchange) {
    const detail = detailOf(body, response.status);
    super(
      `${sentenceOf(detail)} (${response.status}, ${exchange.method} ${exchange.path}, request ${exchange.requestId})`,
    );
    this.status = response.status;
    this.code = code;
    this.detail = detail;
    this.requestId = exchange.requestId;
    this.headers = response.headers;
    this.body = body;
    this.method = exchange.method;
    this.path = exchange.path;
  }
}

/** 400: the request, or the client that it names, is wrong. */
export class BadRequestError extends APIError {}
/** 401: the key, secret or token is missing, wrong, expired or revoked. */
export class AuthenticationError extends APIError {}
/** 403: the key may not do this, or the client is suspended. */
export class PermissionDeniedError extends APIError {}
/** 404: there is no such thing, or none that the caller may know of. */
export class NotFoundError extends APIError {}
/** 409 or 412: the state of the thing forbids it. */
export class ConflictError extends APIError {}
/** 422: the request is invalid; `detail` lists all problems. */
export class UnprocessableEntityError extends APIError {}
/** 429: a quota or a queue is full. */
export class RateLimitError extends APIError {
  /** Seconds after which the service wants to be asked again, if it said so. */
  get retryAfter(): number | undefined {
    const seconds = Number(this.headers.get('retry-after') ?? NaN);
    return Number.isFinite(seconds) ? seconds : undefined;
  }
}
/** 5xx: the service has failed, or cannot serve at the moment. An event may have been stored all the same. */
export class InternalServerError extends APIError {}

/**
 * No answer of the service came: it was not reached, the connection broke, or a proxy answered in its place. What was
 * sent may have been carried out.
 */
export class ConnectionError extends AnnalsError {
  /** What finds the request in the service's log, if it arrived there. */
  readonly requestId: string | undefined;

  constructor(message: string, options?: ErrorOptions & { requestId?: string }) {
    super(message, options);
    this.requestId = options?.requestId;
  }
}

/** No answer came in time. What was sent may have been carried out. */
export class TimeoutError extends ConnectionError {}

type Kind = new (...given: ConstructorParameters<typeof APIError>) => APIError;

const KINDS = new Map<number, [string, Kind]>([
  [400, ['bad_request', BadRequestError]],
  [401, ['unauthenticated', AuthenticationError]],
  [403, ['permission_denied', PermissionDeniedError]],
  [404, ['not_found', NotFoundError]],
  [405, ['method_not_allowed', APIError]],
  [408, ['request_too_slow', APIError]],
  [409, ['conflict', ConflictError]],
  [412, ['precondition_failed', ConflictError]],
  [413, ['too_large', APIError]],
  [422, ['invalid', UnprocessableEntityError]],
  [429, ['rate_limited', RateLimitError]],
  [503, ['unavailable', InternalServerError]],
  [507, ['no_room', InternalServerError]],
]);

/** Makes the error of the class that belongs to the answer's status. */
export function apiError(response: { status: number; headers: Headers }, body: unknown, exchange: Exchange): APIError {
  const other: [string, Kind] =
    response.status >= 500 ? ['internal_error', InternalServerError] : ['unexpected_status', APIError];
  const [code, kind] = KINDS.get(response.status) ?? other;
  return new kind(code, response, body, exchange);
}

function detailOf(body: unknown, status: number): string | Problem[] {
  const detail = isObject(body) ? body['detail'] : undefined;
  if (typeof detail === 'string') return detail;
  if (Array.isArray(detail)) return detail as Problem[];
  return `The answer was an error ${status} without a detail.`;
}

const SHOWN_PROBLEMS = 3;

function sentenceOf(detail: string | Problem[]): string {
  if (typeof detail === 'string') return detail;
  const shown = detail.slice(0, SHOWN_PROBLEMS).map((problem) => `${problem.loc?.join('.')}: ${problem.msg}`);
  const rest = detail.length - shown.length;
  return shown.join('; ') + (rest > 0 ? `; and ${rest} more` : '');
}
