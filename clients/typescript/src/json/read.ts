import type { JsonValue } from './value.js';

// Fewer digits than these always fit into a number.
const MANY_DIGITS = /[0-9]{16}/;
const NUMBER = /[-+.0-9eE]+/y;

/**
 * Reads JSON as `JSON.parse` does, but gives integers beyond 2^53 as `bigint` instead of rounding them.
 * Throws SyntaxError if the text is not JSON.
 */
export function readJson(text: string): JsonValue {
  const value = JSON.parse(text) as JsonValue;
  // The text is valid, which the reader relies on.
  return MANY_DIGITS.test(text) ? new Reader(text).value() : value;
}

/** Reads a text that is known to be valid JSON, from its beginning to its end. */
class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  value(): JsonValue {
    switch (this.#next()) {
      case '{':
        return this.#object();
      case '[':
        return this.#array();
      case '"':
        return this.#string();
      case 't':
        this.#at += 4;
        return true;
      case 'f':
        this.#at += 5;
        return false;
      case 'n':
        this.#at += 4;
        return null;
      default:
        return this.#number();
    }
  }

  /** Skips blanks; returns the character after them, which stays unread. */
  #next(): string | undefined {
    while (' \n\r\t'.includes(this.#text.charAt(this.#at))) this.#at++;
    return this.#text[this.#at];
  }

  #object(): JsonValue {
    const object: { [key: string]: JsonValue } = {};
    this.#at++;
    while (this.#next() !== '}') {
      const key = this.#string();
      this.#next();
      this.#at++; // the colon
      const value = this.value();
      if (key === '__proto__') {
        // Assigned, it would become the object's prototype.
        Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
      } else {
        object[key] = value;
      }
      if (this.#next() === ',') {
        this.#at++;
        this.#next();
      }
    }
    this.#at++;
    return object;
  }

  #array(): JsonValue {
    const array: JsonValue[] = [];
    this.#at++;
    while (this.#next() !== ']') {
      array.push(this.value());
      if (this.#next() === ',') this.#at++;
    }
    this.#at++;
    return array;
  }

  #string(): string {
    const begin = this.#at;
    let end = begin + 1;
    for (;;) {
      end = this.#text.indexOf('"', end);
      let escapes = 0;
      while (this.#text[end - 1 - escapes] === '\\') escapes++;
      end++;
      if (escapes % 2 === 0) break;
    }
    this.#at = end;
    return JSON.parse(this.#text.slice(begin, end)) as string;
  }

  #number(): number | bigint {
    NUMBER.lastIndex = this.#at;
    const digits = NUMBER.exec(this.#text)?.[0] as string;
    this.#at = NUMBER.lastIndex;
    const number = Number(digits);
    return Number.isSafeInteger(number) || /[.eE]/.test(digits) ? number : BigInt(digits);
  }
}
