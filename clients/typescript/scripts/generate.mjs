// Makes src/generated/schemas.ts from the OpenAPI document of a service.
//
// usage: node scripts/generate.mjs DOCUMENT [OUTPUT], where DOCUMENT is the URL or the path of an openapi.json
//
// It is a script of our own because generators make every integer a `number`, which rounds ids. Here an id that comes is
// an `Id` and one that goes an `IdInput`; other integers are counts and sizes, which a `number` holds.

import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const IDS = new Set(['event_type_id', 'record_id', 'source_type_id', 'source_id']);
// The client decides how numbers are written.
const PARAMETERS_OF_OUR_OWN = new Set(['numbers']);
const METHODS = ['get', 'put', 'post', 'patch', 'delete'];

/** Writes types for one direction: what comes is as it is in JSON, what goes may also be a Date or a number. */
class Writer {
  constructor(document, direction) {
    this.document = document;
    this.isInput = direction === 'input';
  }

  type(schema, name) {
    if (IDS.has(name)) return this.idType(schema);
    if (schema.$ref !== undefined) return nameOf(schema.$ref);
    if (schema.const !== undefined) return literal(schema.const);
    if (schema.enum !== undefined) return schema.enum.map(literal).join(' | ');
    const choices = schema.anyOf ?? schema.oneOf;
    if (choices !== undefined) return choices.map((choice) => this.type(choice)).join(' | ');
    if (schema.allOf !== undefined) return schema.allOf.map((part) => this.type(part)).join(' & ');
    if (schema.type === undefined) return this.isInput ? 'unknown' : 'JsonValue';
    return [schema.type]
      .flat()
      .map((type) => this.typeOfOne(type, schema))
      .join(' | ');
  }

  typeOfOne(type, schema) {
    switch (type) {
      case 'integer':
      case 'number':
        return 'number';
      case 'string':
        return this.isInput && schema.format === 'date-time' ? 'string | Date' : 'string';
      case 'array':
        return this.arrayOf(this.type(schema.items ?? {}));
      case 'object':
        return this.object(schema, '  ');
      default:
        return type; // null, boolean
    }
  }

  /** An id, or a list of ids. */
  idType(schema) {
    const id = this.isInput ? 'IdInput' : 'Id';
    return schema.type === 'array' ? this.arrayOf(id) : id;
  }

  arrayOf(item) {
    return `${this.isInput ? 'readonly ' : ''}${item.includes(' ') ? `(${item})` : item}[]`;
  }

  object(schema, indent = '') {
    const required = new Set(schema.required ?? []);
    const members = Object.entries(schema.properties ?? {}).map(([name, member]) => {
      const optional = required.has(name) ? '' : '?';
      return `${comment(member.description, `${indent}  `)}${indent}  ${key(name)}${optional}: ${this.type(member, name)};`;
    });
    if (typeof schema.additionalProperties === 'object') {
      members.push(`${indent}  [key: string]: ${this.type(schema.additionalProperties)};`);
    } else if (schema.additionalProperties === true || schema.properties === undefined) {
      members.push(`${indent}  [key: string]: ${this.others(schema, required)};`);
    }
    return `{\n${members.join('\n')}\n${indent}}`;
  }

  /** The type of members without a name: TypeScript wants it to have the types of all others in it. */
  others(schema, required) {
    if (this.isInput) return 'unknown';
    const optional = Object.entries(schema.properties ?? {}).filter(([name]) => !required.has(name));
    const types = optional.map(([name, member]) => this.type(member, name));
    return [...new Set(['JsonValue', ...types, ...(types.length > 0 ? ['undefined'] : [])])].join(' | ');
  }

  declaration(name, schema) {
    const isObject = schema.type === 'object' && IDS.has(name) === false;
    const head = isObject ? `export interface ${name} ` : `export type ${name} = `;
    return `${comment(schema.description)}${head}${isObject ? this.object(schema) : `${this.type(schema)};`}\n`;
  }
}

const FIELDS = '[field: `data.${string}` | `field.${string}`]: FieldValue | readonly FieldValue[] | undefined;';

function nameOf(reference) {
  return reference.split('/').at(-1);
}

function key(name) {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) ? name : literal(name);
}

function literal(value) {
  return typeof value === 'string' ? `'${value.replace(/[\\']/g, '\\$&')}'` : String(value);
}

function comment(text, indent = '') {
  return text === undefined ? '' : `${indent}/** ${text.replace(/\s*\n\s*/g, ' ').replaceAll('*/', '*\\/')} */\n`;
}

/** The names of the schemas that a part of the document leads to. */
function reachable(document, part, found = new Set()) {
  if (Array.isArray(part)) {
    for (const item of part) reachable(document, item, found);
  } else if (typeof part === 'object' && part !== null) {
    for (const [name, value] of Object.entries(part)) {
      if (name === '$ref') follow(document, value, found);
      else if (name !== 'example' && name !== 'examples') reachable(document, value, found);
    }
  }
  return found;
}

function follow(document, reference, found) {
  const [kind, name] = reference.split('/').slice(-2);
  if (kind === 'schemas') {
    if (found.has(name)) return;
    found.add(name);
  }
  reachable(document, document.components[kind][name], found);
}

function operations(document) {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    METHODS.filter((method) => methods[method] !== undefined).map((method) => ({ path, method, ...methods[method] })),
  );
}

/** The query of an operation, as it is sent. A parameter that may be repeated takes one value or a list. */
function queryOf(operation, writer) {
  const name = `${operation.operationId[0].toUpperCase()}${operation.operationId.slice(1)}Query`;
  const parameters = (operation.parameters ?? []).filter(
    (one) => one.in === 'query' && !PARAMETERS_OF_OUR_OWN.has(one.name),
  );
  if (parameters.length === 0) return undefined;
  const members = parameters.map((parameter) => {
    // The members of an object are parameters of their own.
    if (parameter.schema.type === 'object') return `${comment(parameter.description, '  ')}  ${FIELDS}`;
    const type = writer.type(parameter.schema, parameter.name);
    const one = parameter.schema.type === 'array' ? `${singular(writer, parameter)} | ${type}` : type;
    return `${comment(parameter.description, '  ')}  ${key(parameter.name)}${parameter.required ? '' : '?'}: ${one};`;
  });
  return `/** The query of \`${operation.method.toUpperCase()} ${operation.path}\`. */\nexport interface ${name} {\n${members.join('\n')}\n}\n`;
}

function singular(writer, parameter) {
  return IDS.has(parameter.name) ? 'IdInput' : writer.type(parameter.schema.items);
}

function generate(document) {
  const all = operations(document);
  const goes = reachable(
    document,
    all.map((operation) => operation.requestBody ?? {}),
  );
  const comes = reachable(
    document,
    all.map((operation) => operation.responses),
  );
  const input = new Writer(document, 'input');
  const output = new Writer(document, 'output');
  const parts = [
    `// Generated from the OpenAPI document of Annals by scripts/generate.mjs. Do not edit: change the service, then generate.\n`,
    `import type { Id, IdInput } from '../ids.js';\nimport type { JsonValue } from '../json/value.js';\n`,
    `/** A value of a field in a filter. */\nexport type FieldValue = string | number | bigint | boolean | null;\n`,
  ];
  const paths = all.map((operation) => `  ${operation.operationId}: '${operation.path}',`);
  parts.push(
    `/** The path of each operation; a name in braces is a parameter. */\nexport const PATHS = {\n${paths.join('\n')}\n} as const;\n`,
  );
  parts.push(...all.map((operation) => queryOf(operation, input)).filter((text) => text !== undefined));
  for (const [name, schema] of Object.entries(document.components.schemas)) {
    if (goes.has(name) && comes.has(name))
      throw new Error(`${name} goes and comes; the service should give it two names`);
    parts.push((goes.has(name) ? input : output).declaration(name, schema));
  }
  return parts.join('\n');
}

async function read(source) {
  if (!/^https?:/.test(source)) return readFile(source, 'utf8');
  const answer = await fetch(source);
  if (!answer.ok) throw new Error(`${source} answers ${answer.status}`);
  return answer.text();
}

const [source, output = fileURLToPath(new URL('../src/generated/schemas.ts', import.meta.url))] = process.argv.slice(2);
if (source === undefined) throw new Error('usage: node scripts/generate.mjs DOCUMENT [OUTPUT]');
await writeFile(output, generate(JSON.parse(await read(source))));
