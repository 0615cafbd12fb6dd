import type { Answer } from '../../contract/shapes.ts';
import type { AccessLink } from '../../contract/types.ts';
import { aboutAccount, type Decision, type Standing } from './access.ts';
import { type Action, type Grant } from './access-table.ts';
import { actionNamed, decisionOn, type Placed } from './actions.ts';
import { isRight } from './condition.ts';
import { type Further, furtherOf } from './conditions.ts';
import { invalid } from './errors.ts';
import { type Question, withFixes } from './fixes.ts';
import { type Scene, type Subject, subjectOf, withinFor } from './subjects.ts';
import type { AccountWork, Input, Work } from './work.ts';

type Asked = Input<'access.explain'>['body'];

/** Work on the account that is asked about: the asker was authorised for asking, and nothing more. */
function workOn(work: Work, standing: Standing): AccountWork {
  return { ...work, standing, tenant: work.tenantOf(standing.account.id) };
}

/** What a rule asks for beyond the table; nothing of what is about no account. */
export async function furtherIn(work: Work, standing: Standing | null, action: Action): Promise<Further> {
  return standing ? await furtherOf(workOn(work, standing), action) : () => [];
}

/** A decision with its rule's further conditions: what the operation answers, as far as its request does not matter. */
function judged(decision: Decision, further: Further) {
  const conditions = further(decision.allowed ? decision.as : null);
  const broken = conditions.find((one) => !one.ok && isRight(one));
  const links = conditions.map((one) => ({
    check: one.check,
    ok: one.ok,
    text: one.text.replace(/\.$/, ''),
    need: isRight(one) ? ('must' as const) : ('now' as const),
  }));
  const code = decision.allowed ? (broken?.code ?? null) : decision.unseen ? 'not_found' : decision.code;
  return { code, chain: [...decision.chain, ...links] };
}

/** As what somebody may do it, its rule's conditions included; null for not at all. */
export function mayAs(action: Action, who: Placed, further: Further): Grant | null {
  const decision = decisionOn(action, who);
  return decision.allowed && judged(decision, further).code === null ? decision.as : null;
}

async function sceneOf(work: Work, action: Action, { account, workspace }: Asked): Promise<Scene> {
  const within = withinFor(action, workspace);
  if (account !== undefined)
    return { standing: await work.authorise(account, 'access.explain', within ?? undefined), within };
  if (aboutAccount(action) !== 'always') return { standing: null, within: null };
  throw invalid('/account', `is needed: ${action} is about an account.`);
}

/** R14: the children are named again when one more is granted. */
async function childrenOf(work: Work, standing: Standing): Promise<string[]> {
  const { parent } = standing;
  if (!parent?.membership) return [];
  const member = await work.tenantOf(parent.account.id).members.find(parent.membership.memberId);
  return member?.children.map(({ slug }) => slug) ?? [];
}

async function chainOf(work: Work, action: Action, scene: Scene, subject: Subject) {
  const standing = aboutAccount(action) === 'never' ? null : subject.standing;
  const decision = decisionOn(action, subject);
  const { code, chain } = judged(decision, await furtherIn(work, standing, action));
  const question: Question | null =
    standing && scene.standing
      ? {
          asker: work.actor,
          asking: scene.standing,
          subject: { ...subject, standing },
          action,
          children: await childrenOf(work, standing),
        }
      : null;
  const as = code === null && decision.allowed ? decision.as : null;
  return { code, as, chain: withFixes(question, chain, code === null) };
}

/** A credential that is refused: nothing else is looked at, as with any request. */
function refusedCredential({ code, text }: NonNullable<Subject['dead']>) {
  const link: AccessLink = { check: 'credential', ok: false, text, need: 'must', fix: null };
  return { code, as: null, chain: [link] };
}

/** The whole chain of a decision, by the function that decides (ADR 30). */
export async function explainAccess(
  work: Work,
  { body }: Input<'access.explain'>,
): Promise<Answer<'access.explain'>> {
  const action = actionNamed(body.action);
  const scene = await sceneOf(work, action, body);
  const subject = await subjectOf(work, scene, body.who);
  const { code, as, chain } = subject.dead
    ? refusedCredential(subject.dead)
    : await chainOf(work, action, scene, subject);
  const account = aboutAccount(action) === 'never' ? null : scene.standing?.account;
  const place = scene.standing?.place;
  return {
    allowed: code === null,
    as,
    code,
    who: subject.who,
    action,
    account: account ? { id: account.id, slug: account.slug } : null,
    workspace: place ? { id: place.workspaceId, slug: place.slug } : null,
    chain,
  };
}
