import { stripVTControlCharacters } from 'node:util';
import type { CliResult } from './cli.ts';

/** A run as a whole, without what differs from run to run: ids, request ids, secrets, colours. */
export function plain({ code, stdout, stderr }: CliResult): [code: number, stdout: string, stderr: string] {
  return [code, steady(stdout), steady(stderr)];
}

export function steady(text: string): string {
  return stripVTControlCharacters(text)
    .replaceAll(/\b(acc|usr|mbr|inv|wsp|res|lnk|tok|evt|rcp|prs|frm|rec|msg)_[0-9a-z]{26}\b/g, '$1_1')
    .replaceAll(/tctl_([a-z]+)_[0-9A-Za-z]+/g, 'tctl_$1_1')
    .replaceAll(/Request ID: \S+/g, 'Request ID: 1');
}

/** Lines of text as a stream has them. */
export const lines = (...texts: string[]): string => texts.map((text) => `${text}\n`).join('');
