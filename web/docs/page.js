// Draws the reference from openapi.json. Everything is text nodes: no part of the document can become markup.

const METHODS = ['get', 'head', 'post', 'put', 'patch', 'delete'];

/** Makes an element. Attributes that are undefined are left out; children are elements, texts, or lists of them. */
function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== undefined) element.setAttribute(key, value);
  }
  element.append(...children.flat(Infinity));
  return element;
}

/** Returns the parts of a sentence whose words between back quotes are code. */
function inline(text) {
  return text.split('`').map((part, index) => (index % 2 === 1 ? make('code', {}, part) : part));
}

function paragraphs(text = '') {
  return text.split('\n\n').filter(Boolean).map((part) => make('p', {}, inline(part)));
}

function nameOf(reference) {
  return reference.split('/').at(-1);
}

/** Returns what a reference leads to. */
function resolve(api, part) {
  if (!part.$ref) return part;
  return part.$ref.slice(2).split('/').reduce((value, key) => value[key], api);
}

function linkTo(reference) {
  const name = nameOf(reference);
  return make('a', { href: `#schema-${name}` }, name);
}

function limitsOf(schema) {
  const limits = [];
  if (schema.format) limits.push(schema.format);
  if (schema.minLength !== undefined) limits.push(`${schema.minLength} to ${schema.maxLength ?? '…'} characters`);
  if (schema.pattern) limits.push(schema.pattern);
  if (schema.minItems !== undefined || schema.maxItems !== undefined) {
    limits.push(`${schema.minItems ?? 0} to ${schema.maxItems ?? '…'} items`);
  }
  const isOfBits = /^u?int\d+$/.test(schema.format ?? '');
  if (!isOfBits && schema.minimum !== undefined) limits.push(`${schema.minimum} to ${schema.maximum ?? '…'}`);
  if (schema.default !== undefined) limits.push(`default ${JSON.stringify(schema.default)}`);
  return limits.length > 0 ? ` (${limits.join(', ')})` : '';
}

/** Returns in a few words and links which values a schema describes. */
function typeOf(schema) {
  if (schema.$ref) return [linkTo(schema.$ref)];
  if (schema.const !== undefined) return [make('code', {}, JSON.stringify(schema.const))];
  if (schema.enum) {
    return schema.enum.flatMap((value, index) => [index > 0 ? ', ' : '', make('code', {}, JSON.stringify(value))]);
  }
  if (schema.anyOf) return schema.anyOf.flatMap((choice, index) => [index > 0 ? ' or ' : '', ...typeOf(choice)]);
  const type = [schema.type ?? 'any value'].flat();
  if (type.includes('array')) {
    const orNull = type.includes('null') ? ' or null' : '';
    return ['list of ', ...typeOf(schema.items), `${orNull}${limitsOf(schema)}`];
  }
  return [`${type.join(' or ')}${limitsOf(schema)}`];
}

/** Returns the list of an object's members, with those of objects inside. */
function membersOf(schema) {
  const required = schema.required ?? [];
  return make('dl', {}, Object.entries(schema.properties ?? {}).map(([name, member]) => describe(name, member, required.includes(name))));
}

function describe(name, schema, isRequired, description = schema.description ?? '') {
  const term = make('dt', {}, make('code', {}, name), ' ', make('span', { class: 'type' }, typeOf(schema)));
  if (isRequired) term.append(' ', make('span', { class: 'needed' }, 'required'));
  const text = make('dd', {}, inline(description));
  if (schema.properties) text.append(membersOf(schema));
  return [term, text];
}

function sample(text, label) {
  const block = make('div', { class: 'sample' }, make('pre', { tabindex: '0', 'aria-label': label }, text));
  if (!navigator.clipboard) return block;  // it is there on https and on this machine only
  const button = make('button', { type: 'button', 'aria-label': `Copy: ${label}` }, 'Copy');
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(text);
    button.textContent = 'Copied';
    setTimeout(() => (button.textContent = 'Copy'), 2000);
  });
  block.append(button);
  return block;
}

function asText(value) {
  return typeof value === 'string' ? value : JSON.stringify(value, null, 2);
}

/** Returns what a body looks like, in each of its forms. */
function contents(content = {}, label) {
  return Object.entries(content).flatMap(([type, { schema, examples = {} }]) => [
    make('p', {}, make('code', {}, type), ' ', make('span', { class: 'type' }, typeOf(schema))),
    schema.properties ? membersOf(schema) : '',
    ...Object.values(examples).map(({ value }) => sample(asText(value), label)),
  ]);
}

function quoted(text) {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** Returns a command that sends the example of an operation. */
function curl(api, method, path, operation) {
  const given = (operation.parameters ?? []).filter(({ example }) => example !== undefined);
  const query = given.filter((one) => one.in === 'query').map((one) => `${one.name}=${encodeURIComponent([one.example].flat()[0])}`);
  const filled = given.filter((one) => one.in === 'path').reduce((text, one) => text.replace(`{${one.name}}`, one.example), path);
  const base = new URL(api.servers[0].url, location.href).href.replace(/\/$/, '');
  const lines = [`curl ${quoted(`${base}${filled}${query.length > 0 ? `?${query.join('&')}` : ''}`)}`];
  if (method !== 'get') lines.push(method === 'head' ? '--head' : `-X ${method.toUpperCase()}`);
  if ((operation.security ?? []).length > 0) lines.push('-H "X-API-Key: $key"');
  given.filter((one) => one.in === 'header').forEach((one) => lines.push(`-H ${quoted(`${one.name}: ${one.example}`)}`));
  const [form] = Object.entries(operation.requestBody?.content ?? {});
  if (form) {
    if (form[0] !== '*/*') lines.push(`-H ${quoted(`Content-Type: ${form[0]}`)}`);
    const [example] = Object.values(form[1].examples ?? {});
    if (example) lines.push(`--data-binary ${quoted(typeof example.value === 'string' ? example.value : JSON.stringify(example.value))}`);
  }
  return lines.join(' \\\n  ');
}

function parametersOf(operation) {
  if (!operation.parameters) return [];
  return [
    make('h4', {}, 'Parameters'),
    make('dl', {}, operation.parameters.map((one) => {
      const [term, text] = describe(one.name, one.schema, one.required, one.description);
      term.insertBefore(make('span', { class: 'type' }, `${one.in} `), term.firstChild);
      return [term, text];
    })),
  ];
}

function answersOf(api, operation) {
  return [
    make('h4', {}, 'Answers'),
    ...Object.entries(operation.responses).map(([status, one]) => {
      const answer = resolve(api, one);
      const details = make('details', {}, make('summary', {}, make('code', {}, status), ' ', ...inline(answer.description)));
      const headers = Object.entries(answer.headers ?? {});
      if (headers.length > 0) {
        details.append(make('dl', {}, headers.map(([name, header]) => describe(name, header.schema, false, header.description))));
      }
      details.append(...contents(answer.content, `answer ${status}`));
      return details;
    }),
  ];
}

function drawOperation(api, { method, path, operation }) {
  const id = `operation-${operation.operationId}`;
  const article = make('article', { id, 'data-search': `${method} ${path} ${operation.operationId} ${operation.summary}`.toLowerCase() },
    make('h3', {}, make('a', { href: `#${id}` }, operation.summary)),
    make('p', { class: 'route' }, make('span', { class: `method ${method}` }, `${method.toUpperCase()} `), make('code', {}, path)),
    ...paragraphs(operation.description), ...parametersOf(operation));
  if (operation.requestBody) {
    article.append(make('h4', {}, 'Body'), make('p', {}, inline(operation.requestBody.description)),
      ...contents(operation.requestBody.content, 'body'));
  }
  article.append(make('h4', {}, 'Example'), sample(curl(api, method, path, operation), `curl for ${operation.operationId}`),
    ...answersOf(api, operation));
  return article;
}

function drawSchema([name, schema]) {
  const id = `schema-${name}`;
  return make('article', { id, 'data-search': `${name} ${schema.description ?? ''}`.toLowerCase() },
    make('h3', {}, make('a', { href: `#${id}` }, name)), ...paragraphs(schema.description),
    schema.properties ? membersOf(schema) : make('p', {}, typeOf(schema)));
}

function section(id, title, summary, articles) {
  return make('section', { 'aria-labelledby': id }, make('h2', { id }, title), ...paragraphs(summary), ...articles);
}

function indexOf(title, links) {
  return make('div', {}, make('h2', {}, title), make('ul', {}, links));
}

function draw(api) {
  const all = Object.entries(api.paths).flatMap(([path, item]) =>
    METHODS.filter((method) => item[method]).map((method) => ({ method, path, operation: item[method] })));
  const reference = document.getElementById('reference');
  const index = document.getElementById('index');
  document.getElementById('version').textContent = api.info.version;
  reference.append(...paragraphs(api.info.description));
  for (const { name, description } of api.tags) {
    const own = all.filter(({ operation }) => operation.tags[0] === name);
    reference.append(section(`tag-${name.replaceAll(' ', '-')}`, name, description, own.map((one) => drawOperation(api, one))));
    index.append(indexOf(name, own.map(({ method, path, operation }) => make('li', {},
      make('a', { href: `#operation-${operation.operationId}`, title: path },
        make('span', { class: `method ${method}` }, method.toUpperCase()), make('span', {}, operation.operationId))))));
  }
  const ways = Object.entries(api.components.securitySchemes).map(([name, { description }]) =>
    [make('dt', {}, make('code', {}, name)), make('dd', {}, inline(description))]);
  const schemas = Object.entries(api.components.schemas);
  reference.append(section('credentials', 'Credentials', '', [make('dl', {}, ways)]),
    section('schemas', 'Schemas', '', schemas.map(drawSchema)));
  index.append(indexOf('Schemas', schemas.map(([name]) =>
    make('li', {}, make('a', { href: `#schema-${name}` }, name)))));
}

/** Shows what has all words of the search, and the headings of what is shown. */
function search(text) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  let found = 0;
  for (const article of document.querySelectorAll('article')) {
    article.hidden = !words.every((word) => article.dataset.search.includes(word));
    if (!article.hidden) found += 1;
    const link = document.querySelector(`nav a[href="#${article.id}"]`);
    if (link) link.parentElement.hidden = article.hidden;
  }
  for (const group of document.querySelectorAll('main section, #index > div')) {
    const parts = [...group.querySelectorAll('article, li')];
    group.hidden = parts.length > 0 && parts.every((part) => part.hidden);
  }
  document.getElementById('state').textContent = words.length > 0 ? `${found} found` : '';
}

function listen() {
  const box = document.getElementById('search');
  box.addEventListener('input', () => search(box.value));
  document.addEventListener('keydown', (event) => {
    if (event.key === '/' && document.activeElement !== box && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      box.focus();
    } else if (event.key === 'Escape' && document.activeElement === box) {
      box.value = '';
      search('');
    }
  });
}

const state = document.getElementById('state');
document.getElementById('menu').open = matchMedia('(min-width: 64rem)').matches;
try {
  const reply = await fetch('openapi.json');
  if (!reply.ok) throw new Error(`openapi.json was answered with ${reply.status}`);
  draw(await reply.json());
  listen();
  state.textContent = '';
  // What the address names is there only now.
  if (location.hash) document.getElementById(location.hash.slice(1))?.scrollIntoView();
  document.body.dataset.drawn = 'yes';
} catch (error) {
  state.textContent = `The reference cannot be shown: ${error.message}`;
}
