import {
  type AccountRole,
  accountRoles,
  type KeyRole,
  keyRoles,
  type Module,
  modules,
  type WorkspaceRole,
  workspaceRoles,
} from '../../contract/limits.ts';

/** What text and JSON columns hold, read back as the types they were written from. */

function oneOf<T extends string>(names: readonly T[], text: unknown): T | null {
  return names.find((name) => name === text) ?? null;
}

/** A role as the tokens table keeps it, in text; null for anything that is not one. */
export function toRole(text: string | null): AccountRole | null {
  return oneOf(accountRoles, text);
}

export function toKeyRole(text: string | null): KeyRole | null {
  return oneOf(keyRoles, text);
}

export function toStrings(json: string): string[] {
  const value: unknown = JSON.parse(json);
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

/** Names in a list of modules that are none any more. */
export function unknownModules(json: string): string[] {
  return toStrings(json).filter((text) => oneOf(modules, text) === null);
}

/** A name that is no module any more is left out. */
export function toModules(json: string): Module[] {
  return toStrings(json).flatMap((text) => oneOf(modules, text) ?? []);
}

export function toWorkspaces(json: string): { workspace: string; role: WorkspaceRole }[] {
  const value: unknown = JSON.parse(json);
  if (!Array.isArray(value)) return [];
  return value.flatMap((item: unknown) => {
    if (typeof item !== 'object' || item === null || !('workspace' in item) || !('role' in item)) return [];
    const role = oneOf(workspaceRoles, item.role);
    return typeof item.workspace === 'string' && role !== null ? [{ workspace: item.workspace, role }] : [];
  });
}

type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** An object that this server itself has written as JSON. */
export function toObject(json: string): Record<string, Json> {
  // oxlint-disable-next-line typescript/no-unsafe-assignment -- JSON.parse makes nothing but Json
  const value: Json = JSON.parse(json);
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
}

/** A mail's payload: only text, or nothing. */
export function toPayload(json: string): Record<string, string | null> {
  const fields = Object.entries(toObject(json)).map(([name, value]) => {
    if (typeof value !== 'string' && value !== null)
      throw new Error(`the store holds a payload whose ${name} is no text`);
    return [name, value] as const;
  });
  return Object.fromEntries(fields);
}

/** An account's labels. */
export function toLabels(json: string): Record<string, string> {
  const texts = Object.entries(toObject(json)).flatMap(([name, value]) =>
    typeof value === 'string' ? [[name, value] as const] : [],
  );
  return Object.fromEntries(texts);
}
