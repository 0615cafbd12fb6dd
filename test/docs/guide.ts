/**
 * Runs a guide as a newcomer would: every command of its ```console blocks, in order, in process against a real server,
 * comparing what the guide shows with what comes. A guide that has grown wrong fails, with file and line.
 *
 *     describeGuide('docs/onboarding.md');
 *
 * What stands in the page, and what becomes of it:
 *
 * - ```console blocks are run; blocks of another language are only read, but for those that name a file:
 *   "```csv leavers.csv" puts a file of that name and content into the folder that the commands run in.
 * - `$ tenantctl ...` is a command, with or without `npx`; single and double quotes hold words together, a `\` at the
 *   end of a line goes on in the next one, ` < FILE` is its stdin. `$ export NAME=value` holds for the commands after it.
 *   Nothing else can be typed. `serve` is not run: the server is there, with the profiles `local` (admin@localhost, the
 *   default) and `local-staff`, as `tenantctl serve --dev` makes them, and its mail leaves after every command.
 * - The lines below a command are what the terminal shows of it, both streams, without colours and 120 columns wide. They
 *   must come in this order and be all there is; `...` on a line of its own stands for any lines, inside a line for any
 *   text. No lines at all: nothing is said of what comes.
 * - A line `Error: ...` says that the command is to fail; without one it has to end with 0.
 * - `? QUESTION  ANSWER`, with two spaces between, is a question and what is typed; a question that is not shown fails.
 * - Ids, secrets, mailed links and times differ from run to run. One that is shown stands for whatever comes in its place, and from
 *   then on, wherever it is typed again or stands in a file, for the same one. Times stand for any time.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { fileAtRoot } from '../../scripts/generated-file.ts';
import { MailWorker } from '../../src/server/mail/worker.ts';
import { Cli, runCli, sendTo } from '../support/cli.ts';
import { PASSWORD, startServer, type TestServer } from '../support/server.ts';

const COLUMNS = 120;
/** A command that takes longer waits for an answer that the page does not have. */
const PATIENCE_MS = 20_000;
/** As `serve --dev` says it. */
const PUBLIC_URL = 'http://127.0.0.1:7411';

interface Line {
  readonly text: string;
  /** 1-based, of the page. */
  readonly at: number;
}

export interface Step {
  /** What is typed, without `$ `. */
  readonly command: string;
  readonly at: number;
  readonly answers: readonly (readonly [question: string, typed: string])[];
  readonly shown: readonly Line[];
}

/** A file that the guide has the reader make. */
export interface GuideFile {
  readonly file: string;
  readonly content: string;
}

/** Commands and files of a page, in order. */
export function readGuide(markdown: string): (Step | GuideFile)[] {
  const found: (Step | GuideFile)[] = [];
  for (const { info, lines } of blocksOf(markdown)) {
    const [language, file] = info.split(/\s+/);
    if (language === 'console') found.push(...stepsOf(lines));
    else if (file !== undefined) found.push({ file, content: lines.map(({ text }) => `${text}\n`).join('') });
  }
  return found;
}

function blocksOf(markdown: string): { info: string; lines: Line[] }[] {
  const blocks: { info: string; lines: Line[] }[] = [];
  let open: { info: string; lines: Line[] } | null = null;
  for (const [index, text] of markdown.split('\n').entries()) {
    const [, fence] = /^```(.*)$/.exec(text) ?? [];
    if (fence === undefined) open?.lines.push({ text, at: index + 1 });
    else if (open === null) open = { info: fence.trim(), lines: [] };
    else {
      blocks.push(open);
      open = null;
    }
  }
  if (open !== null) throw new Error(`the block "${open.info}" is not closed`);
  return blocks;
}

function stepsOf(lines: readonly Line[]): Step[] {
  const steps: { command: string; at: number; answers: [string, string][]; shown: Line[] }[] = [];
  let continued = false;
  for (const line of lines) {
    const step = steps.at(-1);
    const [, typed] = /^\$ (.*)$/.exec(line.text) ?? [];
    if (typed !== undefined) steps.push({ command: typed, at: line.at, answers: [], shown: [] });
    else if (step === undefined) throw new Error(`line ${line.at}: a console block begins with "$ "`);
    else if (continued) step.command += line.text.trim();
    else if (line.text.startsWith('? ')) step.answers.push(answerIn(line));
    else step.shown.push(line);
    const last = steps.at(-1);
    continued = last !== undefined && last.shown.length === 0 && last.command.endsWith('\\');
    if (continued && last !== undefined) last.command = last.command.slice(0, -1);
  }
  return steps;
}

function answerIn({ text, at }: Line): [string, string] {
  const [question, typed] = text.slice(2).split(/ {2,}/);
  if (question !== undefined && typed !== undefined) return [question, typed];
  throw new Error(`line ${at}: a question is "? QUESTION  ANSWER", with two spaces between`);
}

/** Words as a shell splits them. */
function wordsOf(command: string): string[] {
  return [...command.matchAll(/(?:[^\s"']|"[^"]*"|'[^']*')+/g)].map(([word]) => word.replaceAll(/["']/g, ''));
}

const TIME = /\d{4}-\d\d-\d\d(?:T\d\d:\d\d:\d\d(?:\.\d+)?Z| \d\d:\d\dZ)/;
const ID = /[a-z]{3}_[0-9a-z]{26}/;
const SECRET = /tctl_[a-z]+_[\w.-]+/;
/** Each alternative in a group of its own: time, thing, anything. */
const VARIABLE = new RegExp(`(${TIME.source})|(${ID.source}|${SECRET.source})|(\\.\\.\\.)`, 'g');

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** What stands for what: an id as the page shows it, and the one of this run. */
export class Names {
  readonly #known = new Map<string, string>();

  /** The page's words with the things of this run in them. */
  real(text: string): string {
    return text.replaceAll(VARIABLE, (word) => this.#known.get(word) ?? word);
  }

  /** Does the line look as shown? Remembers what it names. */
  matches(shown: string, actual: string): boolean {
    const unknown: string[] = [];
    let pattern = '';
    let from = 0;
    for (const match of shown.matchAll(VARIABLE)) {
      const [word, time, thing] = match;
      pattern += escaped(shown.slice(from, match.index));
      from = match.index + word.length;
      const known = this.#known.get(word);
      if (known !== undefined) pattern += escaped(known);
      else if (time !== undefined) pattern += TIME.source;
      else if (thing === undefined) pattern += '.*';
      else {
        unknown.push(word);
        pattern += `(${word.startsWith('tctl_') ? SECRET.source : ID.source})`;
      }
    }
    const found = new RegExp(`^${pattern}${escaped(shown.slice(from))}$`).exec(actual);
    if (found === null) return false;
    for (const [index, word] of unknown.entries()) this.#known.set(word, found[index + 1] ?? '');
    return true;
  }
}

/** The first shown line that did not come, or what came beyond them; null when all is as shown. */
export function difference(shown: readonly Line[], actual: readonly string[], names: Names): string | null {
  let at = 0;
  let skipping = false;
  for (const line of shown) {
    if (line.text.trim() === '...') {
      skipping = true;
      continue;
    }
    const found = skipping
      ? actual.findIndex((text, index) => index >= at && names.matches(line.text, text))
      : at < actual.length && names.matches(line.text, actual[at] ?? '')
        ? at
        : -1;
    if (found === -1)
      return `line ${line.at} shows\n  ${names.real(line.text)}\nand there is\n${indented(actual)}`;
    at = found + 1;
    skipping = false;
  }
  return skipping || at === actual.length ? null : `not shown, but there is\n${indented(actual.slice(at))}`;
}

function indented(lines: readonly string[]): string {
  return lines.map((line) => `  ${line}`).join('\n');
}

/** The terminal's lines: no colours, no questions, no blank ends. */
function screenOf(written: string): string[] {
  const lines = stripVTControlCharacters(written)
    .split('\n')
    .map((line) => line.slice(line.lastIndexOf('\r') + 1).trimEnd())
    .filter((line) => !/^[?✔✓] /.test(line));
  while (lines.at(-1) === '') lines.pop();
  return lines;
}

/** A machine with the tool and a server beside it, on which a guide is followed. */
class Reader {
  readonly #server: TestServer;
  readonly #cli: Cli;
  readonly #names = new Names();
  readonly #env: Record<string, string> = {};

  constructor(server: TestServer) {
    this.#server = server;
    this.#cli = new Cli(server);
  }

  /** What `tenantctl serve --dev` does on an empty database. */
  async begin(): Promise<void> {
    const staff = await this.#server.staffToken('admin@localhost');
    await this.#cli.ok('login --with-token --profile local-staff', { stdin: staff });
    await this.#cli.ok('login --email admin@localhost --password-stdin --profile local', { stdin: PASSWORD });
    await this.#cli.ok('profiles use local');
  }

  write({ file, content }: GuideFile): void {
    writeFileSync(join(this.#cli.configDir, file), this.#names.real(content));
  }

  async follow(step: Step): Promise<void> {
    const [typed = '', input] = this.#names.real(step.command).split(' < ');
    const words = wordsOf(typed);
    if (words[0] === 'npx') words.shift();
    const [program, ...rest] = words;
    if (program === 'export') return this.#export(rest);
    if (program !== 'tenantctl') throw new Error(`line ${step.at}: ${program} is no command of a guide`);
    if (rest[0] === 'serve') return;
    let screen = '';
    let seen = { out: 0, err: 0 };
    const run = runCli(rest, {
      send: sendTo(this.#server.app),
      configDir: this.#cli.configDir,
      now: this.#server.clock.now().getTime(),
      columns: COLUMNS,
      tty: true,
      env: { NO_COLOR: '1', ...this.#env },
      ...(input === undefined
        ? { answers: step.answers.map(([question, answer]) => [question, this.#names.real(answer)] as const) }
        : { stdin: readFileSync(join(this.#cli.configDir, input.trim()), 'utf8'), tty: false }),
      onStdout: (text) => {
        screen += text.slice(seen.out);
        seen = { ...seen, out: text.length };
      },
      onStderr: (text) => {
        screen += text.slice(seen.err);
        seen = { ...seen, err: text.length };
      },
    });
    const { code } = await inTime(run, () => `line ${step.at}: ${typed} does not end:\n${screen}`);
    await this.#sendMail();
    const lines = screenOf(screen);
    const fails = step.shown.some(({ text }) => text.startsWith('Error:'));
    expect(code === 0, `line ${step.at}: ${typed} ended with ${code}:\n${indented(lines)}`).toBe(!fails);
    if (step.shown.length === 0) return;
    const wrong = difference(trimmed(step.shown), lines, this.#names);
    expect(wrong, `line ${step.at}: ${typed}`).toBeNull();
  }

  #export(words: readonly string[]): void {
    for (const word of words) {
      const at = word.indexOf('=');
      this.#env[word.slice(0, at)] = word.slice(at + 1);
    }
  }

  async #sendMail(): Promise<void> {
    const { transactions, clock, setup } = this.#server.deps;
    const transport = { kind: 'captured' } as const;
    const worker = new MailWorker({ transactions, clock, transport, publicUrl: setup.publicUrl });
    while ((await worker.round()) > 0);
  }
}

async function inTime<T>(work: Promise<T>, told: () => string): Promise<T> {
  const late = AbortSignal.timeout(PATIENCE_MS);
  const never = new Promise<never>((_, reject) => {
    late.addEventListener('abort', () => reject(new Error(told())));
  });
  return await Promise.race([work, never]);
}

/** A blank line before the next command is for the eye. */
function trimmed(shown: readonly Line[]): readonly Line[] {
  const end = shown.findLastIndex(({ text }) => text.trim() !== '');
  return shown.slice(0, end + 1);
}

/** Follows a page from beginning to end, as one test. */
export function describeGuide(page: string): void {
  describe(page, () => {
    it('can be followed, command by command', { timeout: 120_000 }, async () => {
      const steps = readGuide(readFileSync(fileAtRoot(page), 'utf8'));
      expect(steps.filter((step) => 'command' in step).length).toBeGreaterThan(0);
      const server = await startServer({ setup: { dev: true, publicUrl: PUBLIC_URL } });
      const reader = new Reader(server);
      await reader.begin();
      for (const step of steps) {
        if ('command' in step) await reader.follow(step);
        else reader.write(step);
      }
      await server.close();
    });
  });
}
