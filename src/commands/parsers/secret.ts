import type { Client } from '../../client/client.ts';
import type { Parser } from '../../contract/types.ts';
import { usageError } from '../../errors.ts';
import type { Named } from '../place.ts';
import { isStale } from '../stale.ts';

const ATTEMPTS = 3;

/**
 * Sets a secret, or with null takes its value away. That holds whatever else was changed meanwhile, so what was read
 * stale is read again.
 */
export async function changeSecret(
  client: Client,
  { account, workspace, name }: Named,
  secret: string,
  value: string | null,
): Promise<{ readonly before: Parser; readonly after: Parser }> {
  const params = { account, parser: name };
  for (let attempt = 1; ; attempt += 1) {
    const before = await client.call('parsers.show', { params, query: { workspace } });
    mustDeclare(before, secret);
    try {
      const body = { secrets: { [secret]: value } };
      const one = { params: { account, parser: before.id }, body, ifMatch: before.revision };
      return { before, after: await client.call('parsers.update', one) };
    } catch (thrown) {
      if (!isStale(thrown) || attempt === ATTEMPTS) throw thrown;
    }
  }
}

function mustDeclare({ name, secrets }: Parser, secret: string): void {
  if (secrets.some((one) => one.name === secret)) return;
  const declared = secrets.map((one) => one.name).join(', ');
  throw usageError(`${name} declares no secret ${secret}`, {
    code: 'unknown_secret',
    why: declared === '' ? 'Its definition declares none.' : `It declares ${declared}.`,
  });
}
