import type { Send } from '../../src/client/wire.ts';
import type { Account } from '../../src/contract/types.ts';
import { Cli, sendTo } from '../support/cli.ts';
import { startServer, type TestServer } from '../support/server.ts';

export interface Family {
  readonly server: TestServer;
  /** Ana, administrator of the master acme, which is her profile's account. */
  readonly cli: Cli;
  readonly master: Account;
  /** By slug. */
  readonly children: ReadonlyMap<string, Account>;
}

/** A master and managed accounts with these labels, by slug. */
export async function family(labels: Readonly<Record<string, Record<string, string>>>): Promise<Family> {
  const server = await startServer();
  const cli = new Cli(server);
  await cli.signIn('ana@example.com');
  await cli.staff();
  await cli.ok('accounts create Acme --slug acme --plan professional');
  await cli.ok('accounts unlock acme --profile staff');
  await cli.ok('accounts use acme');
  for (const [slug, set] of Object.entries(labels)) {
    const words = Object.entries(set).flatMap(([key, value]) => ['--label', `${key}=${value}`]);
    await cli.ok([
      'accounts',
      'create',
      slug,
      '--slug',
      slug,
      '--master',
      'acme',
      '--plan',
      'professional',
      ...words,
    ]);
  }
  const all = (await cli.ok('accounts list --json')).json() as Account[];
  const children = all.filter(({ parent }) => parent !== null).map((one) => [one.slug, one] as const);
  const master = all.find(({ slug }) => slug === 'acme');
  if (master === undefined) throw new Error('acme is missing');
  return { server, cli, master, children: new Map(children) };
}

/** `acme-01` to `acme-NN`, every second one env=dev, the others env=prod. */
export function numbered(count: number): Record<string, Record<string, string>> {
  const numbers = Array.from({ length: count }, (_, at) => String(at + 1).padStart(2, '0'));
  return Object.fromEntries(
    numbers.map((at) => [`acme-${at}`, { env: Number(at) % 2 === 0 ? 'dev' : 'prod' }]),
  );
}

/** The labels of each managed account, as `key=value,...` by slug. */
export async function labelsOf({ cli }: Family): Promise<Record<string, string>> {
  const all = (await cli.ok('accounts list --master acme --json')).json() as Account[];
  const text = ({ labels }: Account) =>
    Object.entries(labels)
      .map(([key, value]) => `${key}=${value}`)
      .join(',');
  return Object.fromEntries(all.map((one) => [one.slug, text(one)]));
}

/** The real server, with a look at each request before and after it; what `before` throws never reaches it. */
export function watched(
  { server }: Family,
  before: (request: Parameters<Send>[0]) => Promise<void> | void,
  after: (request: Parameters<Send>[0]) => void = () => undefined,
): Send {
  const wire = sendTo(server.app);
  return async (request) => {
    await before(request);
    try {
      return await wire(request);
    } finally {
      after(request);
    }
  };
}

/** Does it change anything in an account? Renewing the session does not. */
export const isChange = ({ method, url }: Parameters<Send>[0]): boolean =>
  method !== 'GET' && url.includes('/v1/accounts/');
