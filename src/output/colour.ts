import type { Env, OutputStream } from './streams.ts';

export type ColourFlag = 'always' | 'never' | 'auto';

/** The tool's only uses of colour; the words beside them always say the same. */
export type Tone = 'bold' | 'dim' | 'good' | 'warn' | 'bad';
export type Paint = (tone: Tone, text: string) => string;

/**
 * One resolver, per stream: flag > NO_COLOR > FORCE_COLOR > CLICOLOR_FORCE > CLICOLOR=0 > TERM=dumb > TTY.
 * chalk alone ignores NO_COLOR and CLICOLOR on a terminal.
 */
export function hasColour(stream: Pick<OutputStream, 'isTTY'>, env: Env, flag: ColourFlag = 'auto'): boolean {
  if (flag !== 'auto') return flag === 'always';
  if (env.NO_COLOR) return false;
  if (env.FORCE_COLOR) return env.FORCE_COLOR !== '0' && env.FORCE_COLOR !== 'false';
  if (env.CLICOLOR_FORCE && env.CLICOLOR_FORCE !== '0') return true;
  if (env.CLICOLOR === '0' || env.TERM === 'dumb') return false;
  return stream.isTTY === true;
}

const plain: Paint = (_tone, text) => text;

/** chalk is loaded only where there is colour. */
export async function paintWith(colour: boolean): Promise<Paint> {
  if (!colour) return plain;
  const { Chalk } = await import('chalk');
  const chalk = new Chalk({ level: 1 });
  const styles = { bold: chalk.bold, dim: chalk.dim, good: chalk.green, warn: chalk.yellow, bad: chalk.red };
  return (tone, text) => (text === '' ? text : styles[tone](text));
}
