import { questionsInOrder } from '../../contract/form-order.ts';
import type { Question } from '../../contract/form-questions.ts';
import type { SmsMode } from '../../contract/limits.ts';
import { parsePhone } from '../../contract/phone.ts';
import type { Answer } from '../../contract/shapes.ts';
import { makerOf } from './actor.ts';
import { spend } from './credits.ts';
import { messagesPerDay } from './entitlements.ts';
import { DomainError, invalid } from './errors.ts';
import { formNamed, formTarget } from './forms.ts';
import { dayStart, nextDay } from './mail-limits.ts';
import type { FormRow } from './ports/forms.ts';
import type { MessageBody, NewMessage } from './ports/messages.ts';
import type { Input, PlaceWork } from './work.ts';

/** Messages a day to one telephone, from whichever account: nobody is pestered through us. */
const messagesPerRecipient = 20;
/** What fits into one message, cut into ten parts by the network. */
const TEXT_MAX = 1500;
/** A dialogue that anybody answers to its end. */
const DIALOGUE_MAX = 50;

type Outcome = Answer<'forms.sms'>['outcomes'][number];

function mustHaveGateway({ deps }: PlaceWork): void {
  if (deps.setup.sms !== 'none') return;
  throw new DomainError(
    'sms_not_configured',
    'This server has no gateway for messages, so none can leave. Start it with --sms-webhook URL, or with --dev to capture them.',
  );
}

function promptOf(question: Question): string {
  const offered = 'choices' in question ? ` (${question.choices.map(({ value }) => value).join(', ')})` : '';
  return `${question.label}${offered}`;
}

/** What goes out: the same words for everybody. */
function bodyOf(work: PlaceWork, form: FormRow, mode: SmsMode, text: string): MessageBody {
  const questions = questionsInOrder(form.questions).map(({ question }) => ({
    name: question.name,
    text: promptOf(question),
  }));
  const { id, name, revision } = form;
  const about = { account: work.standing.account.id, id, name, revision };
  if (mode === 'interactive') {
    mustFit(questions.length, DIALOGUE_MAX, 'questions', 'A dialogue');
    for (const prompt of questions)
      mustFit(prompt.text.length, TEXT_MAX, 'characters', `The question ${prompt.name}`);
    return { text, form: about, questions };
  }
  const asked = questions.map((prompt, at) => `${at + 1}) ${prompt.text}`).join(' ');
  const whole = `${text}. Reply with your answers in this order, divided by ; - ${asked}`;
  mustFit(whole.length, TEXT_MAX, 'characters', 'One message with all questions');
  return { text: whole, form: about, questions: [] };
}

function mustFit(size: number, most: number, unit: string, what: string): void {
  if (size <= most) return;
  throw invalid(
    '/mode',
    `does not suit this form: ${what} would have ${size} ${unit}, and can have ${most}.`,
  );
}

/** A dialogue takes one message to open it and one for each question, all of them paid before it begins. */
const messagesEach = ({ questions }: MessageBody): number => 1 + questions.length;

/** What becomes of each number. One that is bad, there twice, or was sent too much today goes without. */
async function outcomesOf(work: PlaceWork, to: readonly string[]): Promise<Outcome[]> {
  const read = to.map((written) => ({ written, phone: parsePhone(written) }));
  const numbers = [...new Set(read.flatMap(({ phone }) => (phone.ok ? [phone.number] : [])))];
  const today = await work.platform.messageQueue.toRecipientsSince(numbers, dayStart(work.now));
  const seen = new Set<string>();
  return read.map(({ written, phone }): Outcome => {
    const say = (
      outcome: Outcome['outcome'],
      number: string | null,
      detail: string | null,
      id: string | null,
    ) => ({
      to: written,
      number,
      outcome,
      detail,
      message_id: id,
    });
    if (!phone.ok) return say('invalid_number', null, phone.reason, null);
    const { number } = phone;
    if (seen.has(number)) return say('duplicate', number, 'the number is there already', null);
    seen.add(number);
    if ((today.get(number) ?? 0) >= messagesPerRecipient)
      return say('recipient_limit', number, `it was sent ${messagesPerRecipient} forms today`, null);
    return say('queued', number, null, work.deps.newId('message'));
  });
}

/** In a day an account sends what a month's messages are: what a stolen credential can do at most. */
async function withinDay(work: PlaceWork, credits: number): Promise<void> {
  const limit = messagesPerDay(work.standing.account);
  if (limit === null) return;
  const used = await work.tenant.messages.creditsSince(dayStart(work.now));
  if (used + credits <= limit) return;
  const tomorrow = nextDay(work.now);
  throw new DomainError(
    'message_limit',
    `This takes ${credits} messages; ${work.standing.account.slug} can send ${limit} a day, of which ${used} are used until ${tomorrow}. Nothing was sent.`,
    { retryAfter: Math.ceil((Date.parse(tomorrow) - work.now.getTime()) / 1000) },
  );
}

/**
 * Sends a form by SMS (R42): to all numbers that can be sent to, or with too few credits to nobody. What it costs is charged
 * here and now, to the payer of the form's account; a gateway that gives a message up gives nothing back.
 */
export async function sendForm(work: PlaceWork, input: Input<'forms.sms'>): Promise<Answer<'forms.sms'>> {
  const { id: account } = work.standing.account;
  await work.authorise(account, 'forms.show', { noun: 'workspace', reference: work.place.workspaceId });
  mustHaveGateway(work);
  const form = await formNamed(work, input);
  const { to, mode, text = form.title } = input.body;
  const body = bodyOf(work, form, mode, text);
  const outcomes = await outcomesOf(work, to);
  const each = messagesEach(body);
  const messages = outcomes.flatMap(({ number, message_id: id }): NewMessage[] => {
    if (number === null || id === null) return [];
    const by = makerOf(work.actor);
    return [
      { id, formId: form.id, mode, recipient: number, body, credits: each, by, at: work.now.toISOString() },
    ];
  });
  const credits = messages.length * each;
  if (messages.length > 0) await send(work, form, mode, messages, credits);
  return { queued: messages.length, messages_each: each, credits, outcomes };
}

async function send(
  work: PlaceWork,
  form: FormRow,
  mode: SmsMode,
  messages: readonly NewMessage[],
  credits: number,
): Promise<void> {
  const { id: account } = work.standing.account;
  await withinDay(work, credits);
  await spend(work, { account, unit: 'message', amount: credits, cause: 'forms.sms', key: null });
  await work.tenant.messages.enqueue(messages);
  work.record({ target: formTarget(form), after: { mode, telephones: messages.length, messages: credits } });
  work.afterCommit(work.deps.messagesQueued);
}
