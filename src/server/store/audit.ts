import { sql } from 'kysely';
import { keysOf } from '../../contract/keys.ts';
import type { AuditEvent } from '../../contract/types.ts';
import type { AuditEntry, AuditFilter, AuditListPort, AuditPort, Facts } from '../domain/ports/audit.ts';
import { toObject } from './columns.ts';
import { jsonRows } from './json-rows.ts';
import { toPage } from './keyset.ts';
import type { Row } from './schema.ts';
import { dialectOf, type Trx } from './transaction.ts';

const text = (facts: Facts | null): string | null => (facts === null ? null : JSON.stringify(facts));

/** Who acts, as the trail and the ledger name them. */
export function actorColumns(actor: AuditEntry['actor']) {
  if (actor === 'system') return { actor_kind: 'system', actor_id: null, actor_name: null };
  switch (actor.kind) {
    case 'anonymous':
      return { actor_kind: 'anonymous', actor_id: null, actor_name: null };
    case 'account_token':
      return { actor_kind: 'account_token', actor_id: actor.tokenId, actor_name: actor.name };
    case 'delegation':
      return { actor_kind: 'user', actor_id: actor.userId, actor_name: actor.email };
    case 'key':
    case 'meter':
      return { actor_kind: actor.kind, actor_id: actor.tokenId, actor_name: actor.name };
    default:
      return { actor_kind: actor.kind, actor_id: actor.userId, actor_name: actor.email };
  }
}

type Subject = AuditEvent['subject'];

/** By what right the person acted, where it was not their own place in the account. */
function subjectOf(actor: AuditEntry['actor']): string | null {
  if (actor === 'system' || actor.kind !== 'delegation') return null;
  const { tokenId: id, master, mode, reason } = actor;
  return JSON.stringify({ kind: 'delegation', id, account: master, mode, reason } satisfies Subject);
}

function toSubject(json: string): Subject {
  // oxlint-disable-next-line typescript/no-unsafe-assignment -- this store's own words: `subjectOf` alone writes them
  const subject: Subject = JSON.parse(json);
  return subject;
}

/** The id of the master whose person acted, read out of the JSON. */
function subjectAccount(trx: Trx) {
  const subject = sql.ref('subject');
  return dialectOf(trx) === 'sqlite'
    ? sql<string | null>`(${subject} ->> '$.account.id')`
    : sql<string | null>`(${subject}::jsonb -> 'account' ->> 'id')`;
}

const columns = {
  id: 'text',
  account_id: 'text',
  actor_kind: 'text',
  actor_id: 'text',
  actor_name: 'text',
  subject: 'text',
  action: 'text',
  target_kind: 'text',
  target_id: 'text',
  target_name: 'text',
  before_json: 'text',
  after_json: 'text',
  reason: 'text',
  request_id: 'text',
  at: 'text',
} as const;

export function auditStore(trx: Trx): AuditPort {
  return {
    async append(entries) {
      const rows = entries.map((entry) => ({
        id: entry.id,
        account_id: entry.accountId,
        ...actorColumns(entry.actor),
        subject: subjectOf(entry.actor),
        action: entry.action,
        target_kind: entry.target.kind,
        target_id: entry.target.id,
        target_name: entry.target.name,
        before_json: text(entry.before),
        after_json: text(entry.after),
        reason: entry.reason,
        request_id: entry.requestId,
        at: entry.at,
      }));
      const names = keysOf(columns);
      await trx
        .insertInto('audit_events')
        .columns(names)
        .expression((eb) =>
          eb.selectFrom(jsonRows(trx, 'r', columns, rows)).select(names.map((name) => `r.${name}` as const)),
        )
        .execute();
    },
  };
}

const kinds = ['user', 'api', 'account_token', 'key', 'staff', 'meter', 'system', 'anonymous'] as const;

function toEvent(row: Row<'audit_events'>): AuditEvent {
  const facts = (json: string | null) => (json === null ? null : toObject(json));
  return {
    id: row.id,
    at: row.at,
    account_id: row.account_id,
    actor: {
      kind: kinds.find((kind) => kind === row.actor_kind) ?? 'system',
      id: row.actor_id,
      name: row.actor_name,
    },
    subject: row.subject === null ? null : toSubject(row.subject),
    action: row.action,
    target: { kind: row.target_kind ?? '', id: row.target_id ?? '', name: row.target_name },
    reason: row.reason,
    before: facts(row.before_json),
    after: facts(row.after_json),
    request_id: row.request_id,
  };
}

/** The trail of one account, or with null the events of no account: platform events. */
export function auditListStore(trx: Trx, accountId: string | null): AuditListPort {
  return {
    async list(filter: AuditFilter, page) {
      let query = trx
        .selectFrom('audit_events')
        .selectAll()
        .where('account_id', accountId === null ? 'is' : '=', accountId)
        .orderBy('id', 'desc')
        .limit(page.limit + 1);
      const [after] = page.after ?? [];
      if (after !== undefined) query = query.where('id', '<', after);
      if (filter.action !== undefined) query = query.where('action', '=', filter.action);
      if (filter.target !== undefined) {
        const { target } = filter;
        query = query.where((eb) => eb.or([eb('target_id', '=', target), eb('target_name', '=', target)]));
      }
      if (filter.actor !== undefined) {
        const { actor } = filter;
        query = query.where((eb) => eb.or([eb('actor_id', '=', actor), eb('actor_name', '=', actor)]));
      }
      if (filter.actorsOf !== undefined) {
        const { actorsOf } = filter;
        query = query.where((eb) => {
          const people = eb
            .selectFrom('members')
            .where('members.account_id', '=', actorsOf)
            .select('members.user_id as id');
          const tokens = eb
            .selectFrom('tokens')
            .where('tokens.account_id', '=', actorsOf)
            .where('tokens.owner', '=', 'account')
            .select('tokens.id as id');
          // By delegation: whose it was then is written there. A former master's acts are not this one's to read.
          return eb.or([
            eb.and([eb('subject', 'is', null), eb('actor_id', 'in', people.union(tokens))]),
            eb(subjectAccount(trx), '=', actorsOf),
          ]);
        });
      }
      if (filter.since !== undefined) query = query.where('at', '>=', filter.since);
      if (filter.until !== undefined) query = query.where('at', '<', filter.until);
      return toPage(await query.execute(), page.limit, (row) => [row.id], toEvent);
    },
  };
}
