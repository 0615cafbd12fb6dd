// The parts of the API's answers that the demo reads. It checks them, because it is a proof.
import { DemoFailure } from './stage.ts';

type Fields = Readonly<Record<string, unknown>>;

export function objectOf(value: unknown, what: string): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  throw new DemoFailure(`${what} is no object: ${JSON.stringify(value)}`);
}

export function listOf(value: unknown, what: string): Fields[] {
  if (Array.isArray(value)) return value.map((item) => objectOf(item, `an item of ${what}`));
  throw new DemoFailure(`${what} is no list: ${JSON.stringify(value)?.slice(0, 200)}`);
}

export function textOf(fields: Fields, name: string): string {
  const value = fields[name];
  if (typeof value === 'string') return value;
  throw new DemoFailure(`${name} is no text in ${JSON.stringify(fields).slice(0, 200)}`);
}

export function numberOf(fields: Fields, name: string): number {
  const value = fields[name];
  if (typeof value === 'number') return value;
  throw new DemoFailure(`${name} is no number in ${JSON.stringify(fields).slice(0, 200)}`);
}
