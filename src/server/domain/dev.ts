import { parsePhone } from '../../contract/phone.ts';
import type { Answer } from '../../contract/shapes.ts';
import { CLOCK_SETTING } from './clock.ts';
import { DomainError, invalid } from './errors.ts';
import { listAnswer, pageRequest } from './list.ts';
import { readAddress } from './users.ts';
import type { Input, Work } from './work.ts';

/** What a `--dev` server has beside the rest; elsewhere these operations are not there. */
export async function listCapturedMail(work: Work, input: Input<'dev.mail'>): Promise<Answer<'dev.mail'>> {
  const { to } = input.query;
  const folded = to === undefined ? null : readAddress(to, '?to').emailFolded;
  const { items, next } = await work.platform.capturedMail.list(folded, pageRequest(input));
  return listAnswer({
    next,
    items: items.map((mail) => ({ ...mail, links: linksIn(mail.text, work.deps.setup.publicUrl) })),
  });
}

/** Messages stay where they are: what was captured are those that are marked sent. */
export async function listMessages(
  work: Work,
  input: Input<'dev.messages'>,
): Promise<Answer<'dev.messages'>> {
  const { to } = input.query;
  const phone = to === undefined ? null : parsePhone(to);
  if (phone?.ok === false) throw invalid('?to', `is no telephone number: ${phone.reason}.`);
  const page = await work.platform.messageQueue.list(phone?.number ?? null, pageRequest(input));
  return listAnswer({
    ...page,
    items: page.items.map(({ id, accountId, recipient, mode, body, state, at }) => ({
      id,
      account_id: accountId,
      to: recipient,
      mode,
      text: body.text,
      questions: body.questions.map((prompt) => ({ ...prompt })),
      state,
      at,
    })),
  });
}

/** Our own links stand alone on their line. */
function linksIn(text: string, publicUrl: string): string[] {
  return text.split(/\s+/).filter((word) => word.startsWith(`${publicUrl}/`));
}

export async function showClock(work: Work): Promise<Answer<'dev.clock'>> {
  return { now: work.deps.clock.now().toISOString() };
}

/** Only forward: what was written in a future that never was would never expire. */
export async function setClock(
  work: Work,
  { body }: Input<'dev.clock_set'>,
): Promise<Answer<'dev.clock_set'>> {
  const { clock } = work.deps;
  const { moveTo } = clock;
  if (!moveTo) throw new DomainError('not_found', 'The clock of this server does not move.');
  const time =
    'now' in body ? new Date(body.now) : new Date(work.now.getTime() + body.advance_seconds * 1000);
  if (time < work.now)
    throw invalid(
      '/now',
      `is before the server's time, ${work.now.toISOString()}; the clock only goes forward.`,
    );
  const offset = time.getTime() - Date.now();
  await work.platform.settings.set(CLOCK_SETTING, String(offset), work.now.toISOString());
  work.record({
    target: { kind: 'clock', id: 'clock', name: null },
    before: { now: work.now.toISOString() },
    after: { now: time.toISOString() },
  });
  work.afterCommit(() => {
    moveTo(time);
    work.deps.clockMoved();
  });
  return { now: time.toISOString() };
}
