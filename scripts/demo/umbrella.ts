// A partner comes under an umbrella, uses what that pays for, reaches its cap, and leaves.
import { listOf, numberOf, objectOf, textOf } from './answers.ts';
import { STAFF, signUp } from './people.ts';
import { type Check, counted } from './proof.ts';
import type { Stage } from './stage.ts';

const GROUP = ['--account', 'acme-group'];
const PARTNER = ['--account', 'partner', '--profile', 'pia'];
const PIA = { email: 'pia@partner.example', name: 'Pia Rossi', profile: 'pia' };
const CAP = 2;

async function makeBoth(stage: Stage, url: string): Promise<void> {
  await stage.run(['accounts', 'create', 'Acme Group', '--slug', 'acme-group']);
  await stage.run(['plans', 'change', 'enterprise', ...GROUP, '--reason', 'contract 7', '--yes', ...STAFF]);
  await signUp(stage, PIA, url);
  await stage.run(['accounts', 'create', 'Partner', '--slug', 'partner', '--profile', PIA.profile]);
  await stage.run(['forms', 'create', 'Visit', '--file', 'examples/forms/visit.yaml', ...PARTNER]);
}

/** What the umbrella sees of the partner, as `name role`. */
async function seen(stage: Stage): Promise<string[]> {
  const forms = listOf(await stage.json(['forms', 'list', '--shared', ...GROUP]), 'the forms');
  return forms.map((form) => `${textOf(form, 'name')} ${textOf(form, 'role')}`);
}

/** @returns what the sheet says that becomes visible */
async function join(stage: Stage): Promise<string[]> {
  const caps = ['--cap-uploads', String(CAP), '--cap-messages', 'none'];
  await stage.run(['sub-accounts', 'invite', PIA.email, '--invitee', 'partner', ...caps, ...GROUP]);
  const [invited] = listOf(
    await stage.json(['umbrella', 'invites', '--profile', PIA.profile]),
    'invitations',
  );
  const link = textOf(invited ?? {}, 'id');
  await stage.run(['umbrella', 'consent', link, ...PARTNER]);
  const sheet = objectOf(await stage.json(['umbrella', 'consent', link, ...PARTNER]), 'the sheet');
  // Nobody can be asked here: what was read is named by its digest.
  await stage.run(['umbrella', 'accept', link, '--yes', ...PARTNER], { exit: 2 });
  await stage.run(['umbrella', 'accept', link, '--digest', textOf(sheet, 'digest'), ...PARTNER]);
  const forms = listOf(objectOf(sheet['forms'], 'forms of the sheet')['now'], 'forms of the sheet');
  return forms.map((form) => `${textOf(form, 'name')} ${textOf(form, 'role')}`);
}

async function submit(stage: Stage, site: string, exit = 0): Promise<void> {
  const answers = ['--answer', `site=${site}`, '--answer', 'day=2026-12-01', '--answer', 'reason=inspection'];
  await stage.run(['forms', 'submit', 'Visit', ...answers, ...PARTNER], { exit });
}

/** Uploads of a report of usage: by the account itself, or from its credits. */
async function uploads(stage: Stage, what: 'used' | 'paid', args: readonly string[]): Promise<number> {
  const usage = objectOf(await stage.json(args), 'the usage');
  return numberOf(objectOf(objectOf(usage['total'], 'the total')[what], what), 'upload');
}

/** @returns what must hold of it */
export async function umbrellaChapter(stage: Stage, url: string): Promise<Check[]> {
  await makeBoth(stage, url);
  const promised = await join(stage);
  const visible = await seen(stage);
  await submit(stage, 'AB-101');
  await submit(stage, 'AB-102');
  await submit(stage, 'AB-103', 6);
  await stage.run(['sub-accounts', 'usage', ...GROUP]);
  const records = ['forms', 'records', 'list', 'partner/Visit', ...GROUP];
  await stage.run(records);
  const read = listOf(await stage.json(records), 'the records').length;
  await stage.run(['umbrella', 'unlink', '--yes', ...PARTNER]);
  await stage.run(records, { exit: 5 });
  await submit(stage, 'AB-104');
  await stage.run(['credits', 'verify', ...STAFF]);
  const drift = listOf(await stage.json(['credits', 'verify', ...STAFF]), 'the drift').length;
  const left = await seen(stage);
  return [
    {
      what: 'consent sheet: what it says is what becomes visible',
      expected: promised.join(', '),
      found: visible.join(', '),
      wrong:
        promised.join() === visible.join() ? [] : [`the umbrella sees ${visible.join(', ') || 'nothing'}`],
    },
    counted('records that the umbrella read, up to the cap', read, CAP),
    counted(
      'uploads that the umbrella paid for',
      await uploads(stage, 'paid', ['credits', 'usage', ...GROUP]),
      CAP,
    ),
    counted(
      'uploads that the partner paid for, once it had left',
      await uploads(stage, 'paid', ['credits', 'usage', ...PARTNER]),
      1,
    ),
    counted(
      'uploads of the partner, whoever paid',
      await uploads(stage, 'used', ['credits', 'usage', ...PARTNER]),
      CAP + 1,
    ),
    counted('forms that the umbrella sees after that', left.length, 0),
    counted('balances that their ledger does not come to', drift, 0),
  ];
}
