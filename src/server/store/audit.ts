import { keysOf } from '../../contract/keys.ts';
import type { AuditEvent } from '../../contract/types.ts';
import type { AuditEntry, AuditFilter, AuditListPort, AuditPort, Facts } from '../domain/ports/audit.ts';
import { toObject } from './columns.ts';
import { jsonRows } from './json-rows.ts';
import { toPage } from './keyset.ts';
import type { Row } from './schema.ts';
import type { Trx } from './transaction.ts';

const text = (facts: Facts | null): string | null => (facts === null ? null : JSON.stringify(facts));

function actorColumns(actor: AuditEntry['actor']) {
  if (actor === 'system') return { actor_kind: 'system', actor_id: null, actor_name: null };
  switch (actor.kind) {
    case 'anonymous':
      return { actor_kind: 'anonymous', actor_id: null, actor_name: null };
    case 'account_token':
    case 'key':
      return { actor_kind: actor.kind, actor_id: actor.tokenId, actor_name: actor.name };
    default:
      return { actor_kind: actor.kind, actor_id: actor.userId, actor_name: actor.email };
  }
}

const columns = {
  id: 'text',
  account_id: 'text',
  actor_kind: 'text',
  actor_id: 'text',
  actor_name: 'text',
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

const kinds = ['user', 'api', 'account_token', 'key', 'staff', 'system', 'anonymous'] as const;

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
        query = query.where('actor_id', 'in', (eb) =>
          eb
            .selectFrom('members')
            .where('members.account_id', '=', actorsOf)
            .select('members.user_id as id')
            .union(
              eb
                .selectFrom('tokens')
                .where('tokens.account_id', '=', actorsOf)
                .where('tokens.owner', '=', 'account')
                .select('tokens.id as id'),
            ),
        );
      }
      if (filter.since !== undefined) query = query.where('at', '>=', filter.since);
      if (filter.until !== undefined) query = query.where('at', '<', filter.until);
      return toPage(await query.execute(), page.limit, (row) => [row.id], toEvent);
    },
  };
}
