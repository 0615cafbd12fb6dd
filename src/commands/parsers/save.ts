import { isDeepStrictEqual } from 'node:util';
import type { Client } from '../../client/client.ts';
import type { BodyInput } from '../../contract/shapes.ts';
import type { Parser, ParserItem } from '../../contract/types.ts';
import { TenantctlError } from '../../errors.ts';

type Change = Omit<BodyInput<'parsers.update'>, 'secrets'>;

interface Saving {
  readonly account: string;
  /** As it was read: the change holds for this revision only. */
  readonly before: Pick<ParserItem, 'id' | 'revision'>;
  readonly body: Change;
}

/**
 * A change of what was read. If the answer got lost, the attempt after it is refused as stale although the change is
 * there: so what is said to be stale is read again, and is done if it is the next revision and says what was asked for.
 */
export async function changeParser(client: Client, { account, before, body }: Saving): Promise<Parser> {
  const params = { account, parser: before.id };
  try {
    return await client.call('parsers.update', { params, body, ifMatch: before.revision });
  } catch (thrown) {
    if (!isStale(thrown)) throw thrown;
    const now = await client.call('parsers.show', { params });
    if (now.revision === before.revision + 1 && says(now, body)) return now;
    throw thrown;
  }
}

export function isStale(thrown: unknown): boolean {
  return thrown instanceof TenantctlError && thrown.code === 'stale';
}

function says(parser: Parser, body: Change): boolean {
  return Object.entries(body).every(([field, value]) => isDeepStrictEqual(Reflect.get(parser, field), value));
}
