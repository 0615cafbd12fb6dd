/** The published form as far as it is asked here: which fields there are where. */
type Form = Readonly<Record<string, unknown>>;

function isForm(value: unknown): value is Form {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The fields that a JSON Schema has at a path, for suggestions. */
export function fieldsOf(schema: Form, path: readonly PropertyKey[]): string[] {
  let at: Form[] = forms(schema, schema);
  for (const step of path) at = at.flatMap((form) => below(schema, form, step));
  return at.flatMap(({ properties }) => (isForm(properties) ? Object.keys(properties) : []));
}

function below(schema: Form, form: Form, step: PropertyKey): Form[] {
  const { properties, additionalProperties, items } = form;
  if (typeof step === 'number') return forms(schema, items);
  const named = isForm(properties) ? properties[String(step)] : undefined;
  return forms(schema, named ?? additionalProperties);
}

/** A schema, what it refers to, and each of its alternatives. */
function forms(schema: Form, part: unknown): Form[] {
  if (!isForm(part)) return [];
  const { $ref, anyOf, oneOf } = part;
  const { $defs } = schema;
  if (typeof $ref === 'string' && isForm($defs)) return forms(schema, $defs[$ref.replace('#/$defs/', '')]);
  const alternatives = [anyOf, oneOf].flatMap((some): unknown[] => (Array.isArray(some) ? some : []));
  return [part, ...alternatives.flatMap((one) => forms(schema, one))];
}
