import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join as pathOf } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { CommandRow } from '../../src/commands/commands/commands.ts';
import type { Schema } from '../../src/server/store/schema.ts';
import { anyServer } from '../support/any-server.ts';
import { Cli, runCli, sendTo } from '../support/cli.ts';
import { meterToken } from '../support/credits.ts';
import { join, organization, type Person, person } from '../support/estate.ts';
import { PASSWORD, startServer, type TestServer } from '../support/server.ts';

/** A parser as a file, but for its name. */
const formFile = JSON.stringify({
  schema: 'tenantctl/form/v1',
  name: 'Visit',
  title: 'Visit',
  questions: [{ type: 'text', name: 'site', label: 'Site' }],
});
const parserFile = `schema: tenantctl/parser/v1
document_type: invoice
fields: [{name: total, type: amount, rules: [{kind: label, label: Total}]}]
secrets: [{name: api_key}]
`;

/**
 * Arguments for every verb that changes something, such that without --dry-run it would: by what a command line says,
 * or as [command line, stdin]. A verb that is missing here fails the test.
 */
const samples: Readonly<Record<string, string | readonly [string, string]>> = {
  apply: ['apply -', '{"schema":"tenantctl/v1","accounts":{"acme":{"name":"Other"}}}'],
  signup: 'signup new@example.com',
  login: ['login --email ana@example.com --password-stdin', PASSWORD],
  logout: 'logout',
  'auth refresh': 'auth refresh',
  'auth password change': ['auth password change --password-stdin', `${PASSWORD}\nother words for a lock\n`],
  'auth password reset': 'auth password reset ana@example.com',
  'auth delete-user': ['auth delete-user --password-stdin --profile cy --confirm cy@example.com', PASSWORD],
  'profiles add': 'profiles add other',
  'profiles update': 'profiles update ana --protected',
  'profiles use': 'profiles use staff',
  'profiles remove': 'profiles remove staff',
  'accounts create': 'accounts create New',
  'accounts update': 'accounts update acme --name Other',
  'accounts delete': 'accounts delete acme-dev --confirm acme-dev',
  'accounts login': 'accounts login acme-dev --reason test',
  'accounts logout': 'accounts logout acme-dev',
  'accounts exec': 'accounts exec acme-dev --reason test -- true',
  'accounts delegations revoke': 'accounts delegations revoke DELEGATION --account acme-dev',
  'accounts use': 'accounts use acme-dev',
  'accounts leave': 'accounts leave acme --profile bo',
  'accounts release': 'accounts release acme-dev',
  'accounts suspend': 'accounts suspend acme-dev',
  'accounts activate': 'accounts activate acme-dev',
  'accounts unlock': 'accounts unlock acme --profile staff',
  'accounts lock': 'accounts lock acme --profile staff',
  'accounts address-rules update': 'accounts address-rules update acme --deny a.example',
  'sub-accounts invite': 'sub-accounts invite pia@partner.example --cap none --account holding',
  'sub-accounts resend': 'sub-accounts resend INVITED --account holding',
  'sub-accounts cap': 'sub-accounts cap INVITED --cap 5 --account holding',
  'sub-accounts unlink': 'sub-accounts unlink INVITED --account holding',
  'umbrella accept': 'umbrella accept INVITED --account partner --digest DIGEST',
  'umbrella decline': 'umbrella decline INVITED',
  'umbrella unlink': 'umbrella unlink --account linked',
  'contacts add': 'contacts add pia@partner.example',
  'contacts import': 'contacts import --csv people.csv',
  'contacts update': 'contacts update pat@partner.example --first-name Other',
  'contacts remove': 'contacts remove pat@partner.example',
  'credits grant': 'credits grant acme --unit upload --amount 5 --reason test --profile staff',
  'usage record': 'usage record acme --unit upload --cause parsers.run',
  'members update': 'members update bo@example.com --modules reports',
  'members deactivate': 'members deactivate bo@example.com',
  'members activate': 'members activate bo@example.com',
  'members remove': 'members remove bo@example.com',
  'members restore': 'members restore gone@example.com',
  'members permission-sets save': 'members permission-sets save editors --modules forms',
  'members permission-sets delete': 'members permission-sets delete readers',
  'workspaces create': 'workspaces create New --account org',
  'workspaces update': 'workspaces update ops --name Other --account org',
  'workspaces delete': 'workspaces delete ops --account org --confirm ops',
  'workspaces members add':
    'workspaces members add bo@example.com --role viewer --workspace ops --account org',
  'workspaces members update':
    'workspaces members update ana@example.com --role viewer --workspace ops --account org',
  'workspaces members remove': 'workspaces members remove ana@example.com --workspace ops --account org',
  'workspaces resources create': 'workspaces resources create other --kind connector',
  'workspaces resources update': 'workspaces resources update nightly --name other',
  'workspaces resources delete': 'workspaces resources delete nightly',
  'workspaces resources run': 'workspaces resources run nightly',
  'workspaces keys create': 'workspaces keys create bot --role viewer',
  'workspaces keys delete': 'workspaces keys delete KEY',
  'tokens create': 'tokens create ci',
  'tokens revoke': 'tokens revoke TOKEN',
  'staff add': 'staff add bo@example.com --reason test --profile staff',
  'staff remove': 'staff remove bo@example.com --profile staff',
  'invites send': 'invites send new@example.com --modules forms',
  'invites resend': 'invites resend zoe@example.com',
  'invites revoke': 'invites revoke zoe@example.com',
  'invites accept': ['invites accept --secret-stdin --password-stdin', `SECRET\n${PASSWORD}\n`],
  'invites decline': ['invites decline --secret-stdin', 'SECRET\n'],
  'plans change': 'plans change business',
  'plans cancel-change': 'plans cancel-change --account acme-dev',
  'plans replace': 'plans replace --file plans.yaml --profile staff',
  'forms create': ['forms create New --file -', formFile],
  'forms update': 'forms update Visit --title Other',
  'forms delete': 'forms delete Visit',
  'forms submit': 'forms submit Visit --answer site=Nord',
  'forms sms': 'forms sms Visit --to +41791234567 --mode structured',
  'forms records update': 'forms records update Visit RECORD --answer site=South',
  'forms records delete': 'forms records delete Visit RECORD',
  'forms share': 'forms share Visit acme-dev --role viewer',
  'forms unshare': 'forms unshare Survey acme-dev',
  'forms example': 'forms example Visit',
  'forms save-copy': 'forms save-copy acme/Visit --name Copy',
  'parsers create': ['parsers create New --file -', `${parserFile}name: New`],
  'parsers update': 'parsers update Invoice --type bill',
  'parsers delete': 'parsers delete Invoice',
  'parsers rollback': 'parsers rollback Invoice --to 1',
  'parsers import': ['parsers import -', `${parserFile}name: New`],
  'parsers copy': 'parsers copy Invoice --to acme-dev',
  'parsers promote': 'parsers promote --all --from acme',
  'parsers secrets set': ['parsers secrets set Invoice api_key --value-stdin', 'x'],
  'parsers secrets unset': 'parsers secrets unset Invoice api_key',
  'parsers promotion-path set': 'parsers promotion-path set acme-dev acme',
  'parsers promotion-path clear': 'parsers promotion-path clear',
  'batches resume': 'batches resume BATCH --csv people.csv',
  'batches cancel': 'batches cancel BATCH',
  'batches revoke': 'batches revoke BATCH',
  api: 'api POST /accounts -f name=New',
  'dev clock': 'dev clock --advance 1d --profile staff',
};

/** Sent by nobody who runs `tenantctl VERB --dry-run`: it runs until it is stopped. */
const neverEnds = new Set(['serve']);

const rows = (await runCli('commands --json')).json() as CommandRow[];
const writers = rows.filter(({ path, writes, local }) => (writes || local) && !neverEnds.has(path));

const tables = {
  users: true,
  staff: true,
  mailed_secrets: true,
  device_logins: true,
  sessions: true,
  refresh_tokens: true,
  accounts: true,
  retired_slugs: true,
  links: true,
  members: true,
  member_children: true,
  workspaces: true,
  workspace_members: true,
  resources: true,
  tokens: true,
  delegations: true,
  address_rules: true,
  permission_sets: true,
  batches: true,
  invites: true,
  sub_invites: true,
  batch_rows: true,
  outbox: true,
  captured_mail: true,
  receipts: true,
  audit_events: true,
  idempotency_records: true,
  contacts: true,
  parsers: true,
  parser_revisions: true,
  parser_secrets: true,
  promotion_paths: true,
  forms: true,
  form_shares: true,
  form_records: true,
  messages: true,
  settings: true,
  plans: true,
  plan_prices: true,
  subscriptions: true,
  bill_lines: true,
  credit_totals: true,
  credit_entries: true,
  credit_usage: true,
} satisfies Record<keyof Schema, true>;

/** One whose rows never arrived, because the connection broke when they were sent. */
async function openBatch(server: TestServer, cli: Cli, file: string): Promise<string> {
  const wire = sendTo(server.app);
  await cli.run(`invites send --csv ${file} --modules forms --max-retries 0`, {
    send: async (request) => {
      if (request.method === 'POST' && request.url.endsWith('/rows')) throw new Error('the connection broke');
      return await wire(request);
    },
  });
  return (await cli.ok('batches list --state open -o id')).stdout.trim();
}

/** An organization with a workspace that ana is in and bo is not. */
async function withWorkspaces(server: TestServer, bo: Person): Promise<void> {
  const body = { email: 'ana@example.com', password: PASSWORD };
  const { user, access_token: token } = await server.ok('auth.login', { body });
  const ana = { id: user.id, email: user.email, token };
  const org = await organization(server, await server.staffToken('op@platform.example'), 'org', ana);
  await join(server, org.id, bo, 'member');
  const params = { account: 'org', workspace: 'ops' };
  await server.ok('workspaces.create', { token, params, body: { name: 'Ops' } });
  const placed = { member: ana.email, role: 'operator' as const };
  await server.ok('workspace_members.add', { token, params, body: placed });
}

/** An umbrella with a sub-account, and with an invitation that `partner` may accept. */
async function withUmbrella(cli: Cli) {
  for (const slug of ['partner', 'linked']) await cli.ok(`accounts create ${slug} --slug ${slug}`);
  await cli.ok('accounts create holding --slug holding --plan enterprise');
  const invite = async (slug: string) => {
    const argv = `sub-accounts invite ana@example.com --invitee ${slug} --cap none --account holding --json`;
    const { id } = (await cli.ok(argv)).json() as { id: string };
    const sheet = (await cli.ok(`umbrella consent ${id} --account ${slug} --json`)).json();
    return { id, digest: (sheet as { digest: string }).digest };
  };
  const linked = await invite('linked');
  await cli.ok(`umbrella accept ${linked.id} --account linked --digest ${linked.digest}`);
  return await invite('partner');
}

/** People, accounts, an invitation and a token, and what their samples name. */
async function estate() {
  const server = await startServer({ setup: { dev: true } });
  const cli = new Cli(server);
  await cli.signIn('cy@example.com');
  await cli.signIn('ana@example.com');
  await cli.staff();
  const made = await cli.ok('accounts create Acme --slug acme --plan professional --json');
  const acme = (made.json() as { id: string }).id;
  await cli.ok('accounts unlock acme --profile staff');
  const dev = await cli.ok('accounts create Dev --slug acme-dev --master acme --json');
  await cli.ok('accounts use acme');
  const bo = await person(server, 'bo@example.com');
  await join(server, acme, bo, 'user', ['forms']);
  await join(server, (dev.json() as { id: string }).id, bo, 'admin');
  await join(server, acme, await person(server, 'gone@example.com'), 'user', ['forms']);
  await cli.ok('members remove gone@example.com --yes');
  await cli.ok('members permission-sets save readers --modules none');
  await cli.signIn('bo@example.com', { known: true });
  await cli.ok('profiles use ana');
  await cli.ok('tokens create old');
  const token = (await cli.ok('tokens list -o id')).stdout.trim();
  await cli.ok('accounts login acme-dev --reason estate');
  const delegation = (await cli.ok('accounts delegations list acme-dev -o id')).stdout.trim();
  await cli.ok('workspaces resources create nightly --kind workflow');
  await cli.ok('workspaces keys create bot --role viewer');
  const key = (await cli.ok('workspaces keys list -o id')).stdout.trim();
  await withWorkspaces(server, bo);
  await cli.ok('invites send zoe@example.com --modules forms');
  await cli.ok('parsers import -', { stdin: `${parserFile}name: Invoice` });
  for (const name of ['Visit', 'Survey']) await cli.ok(`forms create ${name} --file -`, { stdin: formFile });
  await cli.ok('forms share Survey acme-dev --role viewer');
  const submitted = (await cli.ok('forms submit Visit --answer site=West --json')).json();
  const [record] = (submitted as { records: { id: string }[] }).records;
  await cli.ok('parsers secrets set Invoice api_key --value-stdin', { stdin: 'x' });
  await cli.ok('parsers update Invoice --description changed');
  await cli.ok('parsers promotion-path set acme acme-dev');
  const secret = await server.secretFor('zoe@example.com');
  const file = pathOf(cli.configDir, 'people.csv');
  writeFileSync(file, 'email\nnew1@example.com\nnew2@example.com\n');
  const batch = await openBatch(server, cli, file);
  await cli.ok('plans change starter --account acme-dev');
  await cli.ok('plans change basic --account acme-dev');
  const offer = await withUmbrella(cli);
  await cli.ok('contacts add pat@partner.example');
  const meter = await meterToken(server);
  const catalogue = (await cli.ok('plans list -o yaml')).stdout.replace('title: Basic', 'title: Other');
  const plans = pathOf(cli.configDir, 'plans.yaml');
  writeFileSync(plans, catalogue);
  const real = (text: string) =>
    text
      .replace('BATCH', batch)
      .replace('TOKEN', token)
      .replace('DELEGATION', delegation)
      .replace('KEY', key)
      .replace('SECRET', secret)
      .replace('RECORD', record?.id ?? '')
      .replace('INVITED', offer.id)
      .replace('DIGEST', offer.digest)
      .replace('people.csv', file)
      .replace('plans.yaml', plans);
  /** Runs a sample, and says which changes it sent. */
  const run = async (path: string, ...more: string[]) => {
    const sample = samples[path];
    if (sample === undefined) throw new Error(`${path} has no sample in ${import.meta.filename}`);
    const [line, stdin] = typeof sample === 'string' ? [sample, ''] : sample;
    const [watch, wire] = [anyServer(), sendTo(server.app)];
    const done = await cli.run(['--no-input', '--yes', ...more, ...real(line).split(' ')], {
      stdin: real(stdin),
      // It does nothing else, so no profile keeps it.
      ...(path === 'usage record' && { env: { TENANTCTL_TOKEN: meter } }),
      runProgram: async () => 0,
      send: async (request) => {
        await watch.send(request);
        return await wire(request);
      },
    });
    const sent = watch.seen.filter(({ changed }) => changed).map(({ request: r }) => `${r.method} ${r.url}`);
    return { done, sent };
  };
  const stored = async () => ({
    database: await server.database.read(async (trx) => {
      const names = Object.keys(tables) as (keyof Schema)[];
      return Object.fromEntries(
        await Promise.all(
          names.map(async (name) => [name, await trx.selectFrom(name).selectAll().execute()]),
        ),
      );
    }),
    files: readdirSync(cli.configDir)
      // Of what may vanish at any time nothing is changed, for nothing hangs on it.
      .filter((name) => !name.endsWith('.lock') && name !== 'cache')
      .sort()
      .map((name) => [name, readFileSync(pathOf(cli.configDir, name), 'utf8')]),
    time: server.clock.now(),
  });
  return { run, stored };
}

describe('under --dry-run', () => {
  let place: Awaited<ReturnType<typeof estate>>;
  beforeAll(async () => {
    place = await estate();
  });

  it.each(writers.map(({ path }) => path))(
    '%s changes nothing, and says so or shows what would be',
    async (path) => {
      const before = await place.stored();
      const { done, sent } = await place.run(path, '--dry-run');
      expect(sent).toEqual([]);
      expect(await place.stored()).toEqual(before);
      // Previewed, or refused because there is no preview; never something else that only looks harmless.
      const said = done.code === 0 ? 'previewed' : done.stderr;
      expect(said).toMatch(/^previewed$|Code: no_dry_run|"code":"no_dry_run"/);
    },
  );
});

describe('without it', () => {
  it.each(writers.map(({ path }) => path))(
    '%s would have changed something, so that its sample proves something',
    async (path) => {
      const place = await estate();
      const before = await place.stored();
      const { done, sent } = await place.run(path);
      const after = await place.stored();
      const changed = sent.length > 0 || JSON.stringify(before) !== JSON.stringify(after);
      expect([path, changed, changed ? '' : done.stderr]).toEqual([path, true, '']);
    },
  );
});
