// The whole path, as a person would walk it, with the built tool against the embedded server: npm run demo
// It ends with a proof from the API; any mismatch is named and ends with 1. Nothing is left behind.
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { foldAddress } from '../src/contract/address.ts';
import { listOf, numberOf, objectOf, textOf } from './demo/answers.ts';
import { estateAsFiles, INVITED_BY_FILE } from './demo/estate.ts';
import { MAIL_MS, mailedLink, PASSWORD, STAFF, signUp } from './demo/people.ts';
import { prove } from './demo/proof.ts';
import { slowLine } from './demo/slow-line.ts';
import { DemoFailure, ended, Stage } from './demo/stage.ts';
import { bold, chapter, dim, print, printOutput, typed } from './demo/terminal.ts';
import { umbrellaChapter } from './demo/umbrella.ts';
import { people } from './people-csv.ts';

const ACCOUNT = 'acme-dev';
const IN_DEV = ['--account', ACCOUNT];
const KILL_MS = 30_000;

/** People of the file whose address is in it once: so it is known what becomes of their row. */
function loners(count: number): string[] {
  const all = people().map(({ email }) => foldAddress(email));
  const once = people(['fine']).filter(({ email, role }) => {
    const address = foldAddress(email);
    return (
      role === 'user' && /^[\x20-\x7e]+$/.test(email) && all.filter((other) => other === address).length === 1
    );
  });
  return once.slice(0, count).map(({ email }) => email);
}

async function accept(stage: Stage, link: string, exit = 0): Promise<void> {
  const args = ['invites', 'accept', '--secret-stdin', '--password-stdin'];
  await stage.run(args, {
    stdin: `${link}\n${PASSWORD}\n`,
    stdinAs: 'the link, a password',
    exit,
  });
}

async function invitation(stage: Stage, email: string): Promise<string> {
  const [found] = listOf(await stage.json(['invites', 'list', '--q', email, ...IN_DEV]), 'the invitations');
  return textOf(found ?? {}, 'id');
}

async function makeAccounts(stage: Stage): Promise<void> {
  await stage.run(['accounts', 'create', 'Acme', '--slug', 'acme', '--plan', 'professional']);
  await stage.run(['accounts', 'unlock', 'acme', '--reason', 'asked for by Ana', ...STAFF]);
  for (const env of ['dev', 'staging', 'prod']) {
    const plan = env === 'dev' ? ['--plan', 'enterprise'] : [];
    await stage.run([
      'accounts',
      'create',
      `acme-${env}`,
      '--master',
      'acme',
      '--label',
      `env=${env}`,
      ...plan,
    ]);
  }
  await stage.run(['accounts', 'tree', 'acme']);
}

/** A user of one account: what they may not do has its reasons, and what they may not see is not there. */
async function lookAround(stage: Stage, email: string, url: string): Promise<void> {
  const name = email.split('.')[0] ?? 'user';
  const login = ['login', '--email', email, '--password-stdin', '--profile', name, '--api-url', url];
  await stage.run(login, { stdin: `${PASSWORD}\n`, stdinAs: 'the password' });
  await stage.run(['accounts', 'list', '--profile', name, '--fields', 'slug,kind,role']);
  await stage.run(['members', 'list', ...IN_DEV, '--profile', name], { exit: 9 });
  await stage.run(['accounts', 'show', 'acme', '--profile', name], { exit: 5 });
  await stage.run(['accounts', 'show', 'no-such-account', '--profile', name], { exit: 5 });
}

/** Kills the tool with -9 when the first outcomes are there, while the rest of the file is still on its way. */
async function killHalfWay(stage: Stage, args: readonly string[]): Promise<string> {
  const line = await slowLine(/\/batches\/[^/]+\/rows$/);
  const withEvents = [...args, '-o', 'ndjson'];
  print(`$ ${bold(typed(withEvents).replaceAll(stage.folder, 'TMP'))}${dim('   (over a slow line)')}`);
  try {
    const child = stage.start(withEvents, { env: { HTTP_PROXY: line.url } });
    let text = '';
    let complaints = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      complaints += chunk.toString();
    });
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (/"event":"item"[^\n]*\n/.test(text)) child.kill('SIGKILL');
    });
    const code = await ended(child, KILL_MS, 'invites send');
    const lines = text.split('\n');
    const [start = ''] = lines;
    const item = lines.find((event) => event.includes('"event":"item"'));
    if (item === undefined)
      throw new DemoFailure(`invites send ended with ${code} before a row had its outcome:\n${complaints}`);
    printOutput(`${start}\n${item}\n...`);
    print(dim(code === 137 ? '  kill -9' : `  it was quicker than the kill: exit ${code}`));
    return textOf(objectOf(JSON.parse(start), 'the first event'), 'batch_id');
  } finally {
    await line.close();
  }
}

async function inviteTheFile(stage: Stage, report: string): Promise<string> {
  const send = [
    'invites',
    'send',
    '--csv',
    'examples/people.csv',
    ...IN_DEV,
    '--role',
    'user',
    '--modules',
    'none',
  ];
  await stage.run(send, { exit: 2 });
  const all = [...send, '--allow-invalid', '--report', report];
  const batch = await killHalfWay(stage, all);
  await stage.run(['invites', 'batches', 'list', ...IN_DEV]);
  print(dim('  The same command again sends what is missing, and nothing twice:'));
  await stage.run(all, { exit: 3 });
  const { rows_received, rows_total, state } = objectOf(
    await stage.json(['invites', 'batches', 'show', batch, ...IN_DEV]),
    'the batch',
  );
  if (state !== 'finished' || rows_received !== rows_total)
    throw new DemoFailure(
      `the batch is ${String(state)} with ${String(rows_received)} of ${String(rows_total)} rows`,
    );
  return batch;
}

/** All mail of the file has left; the worker needs a moment for two thousand. */
async function mailLeft(stage: Stage, batch: string): Promise<void> {
  for (const end = Date.now() + MAIL_MS; Date.now() < end; await pause(50)) {
    const shown = objectOf(await stage.json(['invites', 'batches', 'show', batch, ...IN_DEV]), 'the batch');
    if (numberOf(objectOf(shown['mail'], 'mail of the batch'), 'queued') === 0) return;
  }
  throw new DemoFailure(`mail of batch ${batch} is still queued after ${MAIL_MS / 1000} s`);
}

/** Development is entered, with a reason and for a while; from there on the master promotes, one environment at a time. */
async function promote(stage: Stage): Promise<void> {
  await stage.run([
    'plans',
    'change',
    'starter',
    '--account',
    'acme',
    '--accounts',
    'acme-staging,acme-prod',
    '--yes',
  ]);
  await stage.run(['accounts', 'login', 'acme-dev', '--reason', 'first parsers', '--for', '10m']);
  const inside = ['--profile', `ana@${ACCOUNT}`];
  await stage.run(['parsers', 'import', 'examples/parsers', ...inside]);
  await stage.run(['members', 'remove', 'ana@acme.example', '--yes', ...inside], { exit: 9 });
  await stage.run(['accounts', 'logout', ACCOUNT]);
  const path = ['acme-dev', 'acme-staging', 'acme-prod'];
  await stage.run(['parsers', 'promotion-path', 'set', ...path, '--account', 'acme']);
  await stage.run(['parsers', 'promote', '--all', '--account', 'acme']);
  await stage.run(['parsers', 'promote', '--all', '--from', 'acme-staging', '--account', 'acme']);
  print(dim('  Run again, it changes nothing; and what is in production is what is in development:'));
  await stage.run(['parsers', 'promote', '--all', '--from', 'acme-staging', '--account', 'acme']);
  await stage.run(['parsers', 'diff', '--from', 'acme-dev', '--to', 'acme-prod', '--detailed-exitcode']);
}

/** One who goes: what hangs on them is shown, taken away, and given back. */
async function offboard(stage: Stage, email: string): Promise<void> {
  await stage.run(['access', 'explain', '--who', email, '--action', 'members.list', ...IN_DEV]);
  await stage.run(['members', 'remove', email, '--preview', ...IN_DEV]);
  await stage.run(['members', 'remove', email, '--yes', ...IN_DEV]);
  await stage.run(['members', 'restore', email, '--yes', ...IN_DEV]);
}

async function story(stage: Stage): Promise<void> {
  const [ben = '', cleo = '', dov = '', eve = '', fay = '', gil = ''] = loners(6);
  const report = join(stage.folder, 'report.csv');
  chapter('Staff start the server: an empty folder, a free port');
  const url = await stage.serve();
  chapter('Ana signs up through the link that she is mailed');
  await signUp(stage, { email: 'ana@acme.example', name: 'Ana Ruiz', profile: 'ana' }, url);
  await stage.run(['profiles', 'use', 'ana']);
  await stage.run(['whoami']);
  chapter('She creates acme; staff unlock managed accounts; she makes one for each environment');
  await makeAccounts(stage);
  chapter('Three people of the file join first, and a fourth is invited');
  const early = ['invites', 'send', ben, cleo, dov, eve, ...IN_DEV, '--role', 'user', '--modules', 'forms'];
  await stage.run(early);
  for (const email of [ben, cleo, dov]) await accept(stage, await mailedLink(stage, email));
  chapter('One of them looks around: a user sees the one account, and nothing above or beside it');
  await lookAround(stage, ben, url);
  chapter('Parsers go from development to staging to production');
  await promote(stage);
  chapter('The estate as files: written down, edited, reviewed, applied, and nothing to do the second time');
  await estateAsFiles(stage);
  chapter('She invites the file: refused with its bad lines, then killed half-way, then run again');
  const batch = await inviteTheFile(stage, report);
  await mailLeft(stage, batch);
  chapter('One accepts; a week passes; another finds the link expired, and gets a new one');
  await accept(stage, await mailedLink(stage, fay));
  const late = await mailedLink(stage, gil);
  await stage.run(['dev', 'clock', '--advance', '7d', ...STAFF]);
  await accept(stage, late, 6);
  await stage.run(['invites', 'resend', await invitation(stage, gil), ...IN_DEV]);
  await accept(stage, await mailedLink(stage, gil, late));
  chapter('One leaves, by mistake, and is back as before');
  await offboard(stage, ben);
  chapter('A partner comes under an umbrella, uses what that pays for up to its cap, and leaves');
  const parted = await umbrellaChapter(stage, url);
  chapter('The proof, from the API');
  const accepted = [fay, gil];
  const deeds = {
    account: ACCOUNT,
    batch,
    report,
    members: [ben, cleo, dov],
    invitedBefore: [eve],
    elsewhere: INVITED_BY_FILE,
    accepted,
    resent: [gil],
  };
  await prove(stage, deeds, parted);
  print(dim(`  read from ${url}`));
}

async function main(): Promise<number> {
  const started = performance.now();
  const stage = await Stage.open();
  let interrupted = false;
  const interrupt = () => {
    interrupted = true;
    // What runs now ends, and with it the story.
    stage.interrupt();
  };
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  try {
    await story(stage);
    print(`\n${bold('All of it holds.')} ${((performance.now() - started) / 1000).toFixed(0)} s`);
    return 0;
  } catch (thrown) {
    if (interrupted) return 130;
    const failure = thrown instanceof DemoFailure ? thrown.message : thrown;
    const log = await stage.serverLog();
    if (log !== '') process.stderr.write(`\nThe server's log:\n${log.split('\n').slice(-20).join('\n')}\n`);
    console.error('\nThe demo failed:', failure);
    return 1;
  } finally {
    await stage.close();
  }
}

process.exitCode = await main();
