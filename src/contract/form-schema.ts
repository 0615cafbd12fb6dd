import { formFile } from './form-questions.ts';
import { type JsonObject, toJson } from './json-schema.ts';

/**
 * The JSON Schema of a form's file, for editors and for checks before a server is asked: schemas/form.json, and what every
 * server answers at /schemas/form.json. What it cannot say (names that are there once, conditions on earlier questions), the
 * server checks.
 */
export function formSchema(): JsonObject {
  const { $schema, ...schema } = toJson(formFile, 'input');
  return { $schema, $id: 'urn:tenantctl:schema:form:v1', ...schema };
}
