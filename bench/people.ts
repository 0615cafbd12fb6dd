// Rows to invite: believable addresses of many lengths, none of them twice.
import { closeSync, openSync, writeSync } from 'node:fs';

const FIRST = ['ana', 'bert', 'chiara', 'dmitri', 'eleonora', 'farid', 'greta', 'hamza', 'ingeborg', 'jun'];
const LAST = ['lee', 'kowalska', 'papadopoulos', 'ng', 'fernandez', 'oconnor', 'schmidt', 'haddad'];
const DOMAINS = ['example.com', 'mail.example.org', 'north.example.net', 'warehouse-9.example.com'];

export interface Person {
  readonly email: string;
  readonly first_name: string;
}

export function person(n: number): Person {
  const first = FIRST[n % FIRST.length] ?? '';
  const last = LAST[n % LAST.length] ?? '';
  return { email: `${first}.${last}.${n}@${DOMAINS[n % DOMAINS.length]}`, first_name: first };
}

/** A CSV with a heading and so many rows, beginning with person `from`. */
export function writeCsv(file: string, rows: number, from = 0): void {
  const handle = openSync(file, 'w');
  let text = 'email,first_name\n';
  for (let n = from; n < from + rows; n += 1) {
    const { email, first_name } = person(n);
    text += `${email},${first_name}\n`;
    if (text.length > 1_000_000) {
      writeSync(handle, text);
      text = '';
    }
  }
  writeSync(handle, text);
  closeSync(handle);
}
