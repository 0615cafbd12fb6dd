import { type OperationId, operationOf } from '../contract/operations.ts';

/** The last words of operations that take away, or end what nobody else can begin again. */
const takingAway: ReadonlySet<string> = new Set([
  'cancel',
  'delete',
  'end',
  'leave',
  'lock',
  'release',
  'remove',
  'revoke',
  'suspend',
  'unlink',
]);

/** Fan-out never deletes or suspends (cli.md, Prompts and safety): a slip would do it to everybody at once. */
export function takesAway(id: OperationId): boolean {
  return operationOf(id).method === 'DELETE' || takingAway.has(id.slice(id.lastIndexOf('.') + 1));
}
