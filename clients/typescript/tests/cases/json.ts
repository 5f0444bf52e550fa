import { readJson, writeJson } from '../../src/index.js';
import { expect, rejection, same } from '../support/expect.js';
import { test } from '../support/suite.js';

test('JSON: integers that a number cannot hold are bigints, all others are as JSON.parse gives them', () => {
  const text = '{"a":18446744073709551615,"b":[9007199254740993,-9007199254740993,9007199254740991,7],"c":1.5}';

  same(readJson(text), {
    a: 18446744073709551615n,
    b: [9007199254740993n, -9007199254740993n, 9007199254740991, 7],
    c: 1.5,
  });
  same(readJson('[12345678901234567890e0,1234567890123456.5,-0,1e400]'), [
    12345678901234567890,
    1234567890123456.5,
    -0,
    Infinity,
  ]);
});

test('JSON: digits in strings, blanks, escapes, empty and nested values stay what they are', () => {
  const texts = [
    ' { "1234567890123456789" : [ ] , "e":{ } , "s" : "\\"\\\\" , "u":"\\u0418\\ud83d \\/\\n" ,"t":[true,false,null]} ',
    '["1234567890123456789\\\\", "\\\\\\"", "" , [[[]]] , {"a":{"b":{}}}]',
    '"1234567890123456"',
    '{"a":1,"a":2,"b":"0000000000000000"}',
  ];
  for (const text of texts) same(readJson(text), JSON.parse(text), text);
});

test('JSON: a member __proto__ is a member, and no prototype', () => {
  const object = readJson('{"__proto__":{"x":9007199254740993}}') as object;

  expect(Object.getPrototypeOf(object) === Object.prototype, 'that the prototype is as always');
  same(Object.getOwnPropertyDescriptor(object, '__proto__')?.value, { x: 9007199254740993n });
});

test('JSON: what is no JSON is refused, also among long numbers', async () => {
  for (const text of [
    '',
    '{',
    '[1234567890123456789,]',
    '{"a":01234567890123456}',
    "{'a':1}",
    '[1] 1234567890123456',
  ]) {
    await rejection(() => readJson(text), SyntaxError);
  }
});

test('JSON: random values come back as they were written', () => {
  for (let i = 0; i < 300; i++) {
    const value = randomValue(4);
    same(readJson(writeJson(value)), value);
  }
});

test('JSON: bigints are written as integers, and what JSON cannot hold is refused', async () => {
  const value = { a: 2n ** 64n - 1n, b: [undefined, 1], c: undefined, d: new Date(0), e: { toJSON: () => 5n } };

  same(writeJson(value), '{"a":18446744073709551615,"b":[null,1],"d":"1970-01-01T00:00:00.000Z","e":5}');
  for (const wrong of [NaN, { a: [Infinity] }, undefined, () => 1]) await rejection(() => writeJson(wrong), TypeError);
  const cycle: { self?: unknown } = {};
  cycle.self = cycle;
  await rejection(() => writeJson(cycle), TypeError);
});

function randomValue(depth: number): unknown {
  const kinds: (() => unknown)[] = [
    () => null,
    () => Math.random() < 0.5,
    () => Math.floor(Math.random() * 1e6) - 5e5,
    () => Math.random() * 10 ** Math.floor(Math.random() * 30 - 20),
    () => 2n ** 53n + BigInt(Math.floor(Math.random() * 1e9)),
    () => -(2n ** 63n),
    () => Array.from({ length: 20 }, () => '"\\{}[]:, \n1234567890é日'.charAt(Math.floor(Math.random() * 24))).join(''),
  ];
  if (depth > 0) {
    const some = Math.floor(Math.random() * 4);
    kinds.push(() => Array.from({ length: some }, () => randomValue(depth - 1)));
    kinds.push(() => Object.fromEntries(Array.from({ length: some }, (_, i) => [`k"${i}`, randomValue(depth - 1)])));
  }
  return (kinds[Math.floor(Math.random() * kinds.length)] as () => unknown)();
}
