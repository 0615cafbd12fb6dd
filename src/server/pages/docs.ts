import type { FastifyInstance } from 'fastify';
import { errorCodes } from '../../contract/errors.ts';
import { type OperationId, operationIds, operationOf } from '../../contract/operations.ts';

interface Schema {
  readonly [key: string]: unknown;
}

const isSchema = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const schemaOf = (value: unknown): Schema => (isSchema(value) ? value : {});
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

function escape(text: unknown): string {
  return String(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

/** A type in a few words: `string`, `Account`, `array of string`, `admin | user`. */
function typeOf(schema: Schema): string {
  const { $ref, anyOf, oneOf, items, type } = schema;
  if (typeof $ref === 'string') {
    const name = $ref.slice($ref.lastIndexOf('/') + 1);
    return `<a href="#${escape(name)}">${escape(name)}</a>`;
  }
  if ('const' in schema) return `<code>${escape(JSON.stringify(schema.const))}</code>`;
  const values = listOf(schema.enum);
  if (values.length > 0) return values.map((value) => `<code>${escape(value)}</code>`).join(' | ');
  const choices = [...listOf(anyOf), ...listOf(oneOf)];
  if (choices.length > 0) return choices.map((choice) => typeOf(schemaOf(choice))).join(' | ');
  if (type === 'array') return `array of ${typeOf(schemaOf(items))}`;
  const name = Array.isArray(type) ? type.join(' | ') : type;
  const { format } = schema;
  return escape(typeof format === 'string' ? `${String(name)} (${format})` : (name ?? 'any'));
}

function bounds(schema: Schema): string {
  const said = ['minimum', 'maximum', 'minLength', 'maxLength', 'maxItems', 'default', 'pattern']
    .filter((key) => schema[key] !== undefined)
    .map((key) => `${key} <code>${escape(JSON.stringify(schema[key]))}</code>`);
  return said.join(', ');
}

function fields(schema: Schema): string {
  const properties = Object.entries(schemaOf(schema.properties));
  if (properties.length === 0) return `<p>${typeOf(schema)}</p>`;
  const required = listOf(schema.required);
  const rows = properties.map(([name, value]) => {
    const field = schemaOf(value);
    const must = required.includes(name) ? 'yes' : '';
    const inner = isSchema(field.properties) ? fields(field) : '';
    return `<tr><td><code>${escape(name)}</code></td><td>${typeOf(field)}${inner}</td><td>${must}</td><td>${bounds(field)}</td></tr>`;
  });
  return `<table><tr><th>field</th><th>type</th><th>required</th><th>bounds</th></tr>${rows.join('')}</table>`;
}

function bodyOf(value: unknown): Schema {
  return schemaOf(schemaOf(schemaOf(schemaOf(value).content)['application/json']).schema);
}

function parameters(operation: Schema): string {
  const rows = listOf(operation.parameters)
    .map(schemaOf)
    .map((parameter) => {
      const { $ref, name, in: place, required, schema } = parameter;
      if (typeof $ref === 'string')
        return `<tr><td colspan="4"><code>${escape(headerName($ref))}</code> (header)</td></tr>`;
      const field = schemaOf(schema);
      return `<tr><td><code>${escape(name)}</code> (${escape(place)})</td><td>${typeOf(field)}</td><td>${required === true ? 'yes' : ''}</td><td>${bounds(field)}</td></tr>`;
    });
  if (rows.length === 0) return '';
  return `<table><tr><th>parameter</th><th>type</th><th>required</th><th>bounds</th></tr>${rows.join('')}</table>`;
}

const headerName = (reference: string): string =>
  reference.endsWith('/IdempotencyKey') ? 'Idempotency-Key' : 'If-Match';

function section(id: OperationId, operation: Schema): string {
  const { method, path } = operationOf(id);
  const [[status, answer] = ['', {}]] = Object.entries(schemaOf(operation.responses));
  const body =
    operation.requestBody === undefined ? '' : `<h4>Body</h4>${fields(bodyOf(operation.requestBody))}`;
  const description = operation.description === undefined ? '' : `<p>${escape(operation.description)}</p>`;
  return `<section id="${escape(id)}"><h3><code>${method} /v1${escape(path)}</code></h3>
<p>${escape(operation.summary)} (<code>${escape(id)}</code>)</p>${description}${parameters(operation)}${body}
<h4>Answer ${escape(status)}</h4>${fields(bodyOf(answer))}</section>`;
}

const STYLE = `body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1b1b1b;background:#fff}
table{border-collapse:collapse;width:100%;margin:.5rem 0}td,th{border:1px solid #ccc;padding:.25rem .5rem;text-align:left;vertical-align:top}
code{font-size:.95em;overflow-wrap:anywhere}section{border-top:1px solid #ccc;margin-top:2rem}nav ul{columns:3 14rem}
@media (prefers-color-scheme:dark){body{background:#151515;color:#eee}a{color:#8ab4f8}td,th,section{border-color:#444}}`;

/** The reference of the API from its OpenAPI document, as one page of plain HTML. */
export function docsPage(document: Schema): string {
  const paths = schemaOf(document.paths);
  const operation = (id: OperationId): Schema => {
    const { path, method } = operationOf(id);
    return schemaOf(schemaOf(paths[path])[method.toLowerCase()]);
  };
  const schemas = Object.entries(schemaOf(schemaOf(document.components).schemas));
  const contents = operationIds.map((id) => `<li><a href="#${escape(id)}">${escape(id)}</a></li>`).join('');
  const objects = schemas.map(
    ([name, schema]) =>
      `<section id="${escape(name)}"><h3>${escape(name)}</h3>${fields(schemaOf(schema))}</section>`,
  );
  const errors = Object.entries(errorCodes).map(
    ([code, { status, title }]) =>
      `<tr><td><code>${escape(code)}</code></td><td>${status}</td><td>${escape(title)}</td></tr>`,
  );
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Tenancy API</title><style>${STYLE}</style></head><body><main><h1>Tenancy API</h1>
<p>${escape(schemaOf(document.info).description)} The same as data: <a href="/openapi.json">openapi.json</a>.</p>
<p>Send <code>Authorization: Bearer &lt;token&gt;</code>. Errors are <code>application/problem+json</code>.</p>
<nav aria-label="Operations"><ul>${contents}</ul></nav>
<h2>Operations</h2>${operationIds.map((id) => section(id, operation(id))).join('')}
<h2>Objects</h2>${objects.join('')}
<h2 id="errors">Errors</h2><table><tr><th>code</th><th>status</th><th>title</th></tr>${errors.join('')}</table>
</main></body></html>`;
}

/** GET /docs. It runs no script and loads nothing. */
export function docs(app: FastifyInstance): void {
  app.get('/docs', async (_request, reply) => {
    const { openapiDocument } = await import('../../contract/openapi.ts');
    reply.header(
      'content-security-policy',
      "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'",
    );
    return reply.type('text/html; charset=utf-8').send(docsPage(openapiDocument()));
  });
}
