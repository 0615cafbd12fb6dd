import { PassThrough } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { safeLine } from '../../src/output/text.ts';
import { createPrompt, type PromptOptions } from '../../src/prompt/prompt.ts';

/** A person at a terminal: real inquirer on streams that say they are one. */
export function terminal(
  over: Partial<Omit<PromptOptions, 'stdin' | 'stderr'>> = {},
  tty = { stdin: true, stderr: true },
) {
  const stdin = Object.assign(new PassThrough(), { isTTY: tty.stdin, setRawMode: () => stdin });
  const stderr = Object.assign(new PassThrough(), { isTTY: tty.stderr, columns: 80, rows: 24 });
  let raw = '';
  stderr.on('data', (chunk) => {
    raw += String(chunk);
  });
  const prompt = createPrompt({ stdin, stderr, env: {}, clean: safeLine, ...over });

  /** Waits until the text stands on the terminal, then types. */
  const when = async (text: string, keys: string) => {
    while (!stripVTControlCharacters(raw).includes(text)) await new Promise((go) => setImmediate(go));
    // Inquirer listens for keys from the tick after its first drawing.
    await new Promise((go) => setImmediate(go));
    stdin.write(keys);
  };
  return { prompt, stdin, stderr, when, raw: () => raw, shown: () => stripVTControlCharacters(raw) };
}
