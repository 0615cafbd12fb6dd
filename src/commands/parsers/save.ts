import type { Client } from '../../client/client.ts';
import type { BodyInput } from '../../contract/shapes.ts';
import type { Parser, ParserItem } from '../../contract/types.ts';
import { changedOrThere } from '../stale.ts';

type Change = Omit<BodyInput<'parsers.update'>, 'secrets'>;

interface Saving {
  readonly account: string;
  /** As it was read: the change holds for this revision only. */
  readonly before: Pick<ParserItem, 'id' | 'revision'>;
  readonly body: Change;
}

export async function changeParser(client: Client, { account, before, body }: Saving): Promise<Parser> {
  const params = { account, parser: before.id };
  const { revision } = before;
  return await changedOrThere({
    revision,
    body,
    change: () => client.call('parsers.update', { params, body, ifMatch: revision }),
    read: () => client.call('parsers.show', { params }),
  });
}
