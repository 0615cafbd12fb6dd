import type { OperationId } from '../contract/operations.ts';
import type { BodyInput, Params, QueryInput } from '../contract/shapes.ts';

type Empty = Record<never, never>;

/** A part that has to be given is required, one whose members are all optional may be left out, an empty one must be. */
type Part<Name extends string, Value> = Empty extends Value
  ? { readonly [K in Name]?: keyof Value extends never ? undefined : Value }
  : { readonly [K in Name]: Value };

type Parts<Id extends OperationId> = Part<'params', Params<Id>> &
  Part<'query', QueryInput<Id>> &
  Part<'body', BodyInput<Id>>;

export interface CallOptions {
  /** The revision that the change was judged by; sent as `If-Match`. */
  readonly ifMatch?: number | undefined;
  /** Overrides the run's `--dry-run`: a command that plans first asks for its preview with `true`. */
  readonly dryRun?: boolean | undefined;
  /** Given, the call can be repeated by a later run and still take effect once; else each call makes its own. */
  readonly idempotencyKey?: string | undefined;
  /** Sends no credential although there is one. */
  readonly anonymous?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What every call looks like to the transport, its types forgotten. */
export interface LooseInput extends CallOptions {
  readonly params?: object | undefined;
  readonly query?: object | undefined;
  readonly body?: unknown;
}

export type CallInput<Id extends OperationId> = LooseInput & Parts<Id>;
/** The input may be left out where nothing in it is required. */
export type CallArguments<Id extends OperationId> =
  Empty extends Parts<Id> ? [input?: CallInput<Id>] : [input: CallInput<Id>];

/** Fills `{account}` and the like; a value can never add a segment to the path. */
export function fillPath(path: string, params: object = {}): string {
  const values = new Map<string, unknown>(Object.entries(params));
  return path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = spelled(values.get(name));
    // `.` and `..` survive encodeURIComponent, and URL would resolve them.
    if (value === '' || value === '.' || value === '..')
      throw new RangeError(`the path parameter ${name} is "${value}"`);
    return encodeURIComponent(value);
  });
}

/** `undefined` is left out, a list is repeated, a boolean is spelled `true` or `false`. */
export function queryString(query: object = {}): string {
  const text = new URLSearchParams();
  for (const name of Object.keys(query)) {
    const value: unknown = Reflect.get(query, name);
    const values: readonly unknown[] = Array.isArray(value) ? value : [value];
    for (const each of values) if (each !== undefined && each !== null) text.append(name, spelled(each));
  }
  return text.size === 0 ? '' : `?${text.toString()}`;
}

/** The contract's parameters are of these three; anything else is as good as none. */
function spelled(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : '';
}
