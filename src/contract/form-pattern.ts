/**
 * Patterns of form questions. Whoever edits a form writes them, and the server runs them over whatever somebody submits, so
 * they are matched in time that grows with the length of the text alone: by following all states at once, never by going
 * back. That is why there is nothing that needs going back: no look-around and no back references.
 */

type Node =
  | { readonly kind: 'one'; readonly test: RegExp }
  | { readonly kind: 'sequence' | 'choice'; readonly parts: readonly Node[] }
  | { readonly kind: 'repeat'; readonly part: Node; readonly min: number; readonly max: number };

/** `next` of a state that reads nothing leads to several; the state behind the last is where the pattern has matched. */
type State =
  | { readonly kind: 'read'; readonly test: RegExp; readonly next: number }
  | { readonly kind: 'fork'; readonly next: readonly number[] };

interface Program {
  readonly states: readonly State[];
  readonly start: number;
}

const MOST_STATES = 2000;
const MOST_DEPTH = 50;
const MATCHED = -1;

class NotAPattern extends Error {}

class Reader {
  readonly #source: string;
  #at = 0;

  constructor(source: string) {
    this.#source = source;
  }

  read(): Node {
    const node = this.#choice(0);
    if (this.#at < this.#source.length) throw new NotAPattern('a ) has no (');
    return node;
  }

  #peek(): string {
    return String.fromCodePoint(...[this.#source.codePointAt(this.#at)].flatMap((code) => code ?? []));
  }

  #take(expected?: string): boolean {
    const next = this.#peek();
    if (next === '' || (expected !== undefined && !this.#source.startsWith(expected, this.#at))) return false;
    this.#at += (expected ?? next).length;
    return true;
  }

  #choice(depth: number): Node {
    if (depth > MOST_DEPTH) throw new NotAPattern('groups are nested too deep');
    const parts = [this.#sequence(depth)];
    while (this.#take('|')) parts.push(this.#sequence(depth));
    return { kind: 'choice', parts };
  }

  #sequence(depth: number): Node {
    const parts: Node[] = [];
    while (!['', '|', ')'].includes(this.#peek())) parts.push(this.#repeated(this.#atom(depth)));
    return { kind: 'sequence', parts };
  }

  #repeated(part: Node): Node {
    const bounds = /^(?:([*+?])|\{(\d{1,4})(,(\d{1,4})?)?\})/.exec(this.#source.slice(this.#at));
    if (bounds === null) return part;
    const [text, sign, low, comma, high] = bounds;
    this.#at += text.length;
    if (/^[*+?{]/.test(this.#peek())) throw new NotAPattern('only one *, +, ? or {} may follow a part');
    if (sign !== undefined)
      return { kind: 'repeat', part, min: sign === '+' ? 1 : 0, max: sign === '?' ? 1 : Infinity };
    const min = Number(low);
    const max = high !== undefined ? Number(high) : comma === undefined ? min : Infinity;
    if (max < min) throw new NotAPattern('a {} has its larger number first');
    return { kind: 'repeat', part, min, max };
  }

  #atom(depth: number): Node {
    if (this.#take('(')) {
      if (this.#peek() === '?' && !this.#take('?:'))
        throw new NotAPattern('of the groups that begin with (? only (?: is there');
      const node = this.#choice(depth + 1);
      if (!this.#take(')')) throw new NotAPattern('a ( has no )');
      return node;
    }
    const from = this.#at;
    if (this.#peek() === '[') this.#class();
    else if (this.#peek() === '\\') this.#escape();
    else if (/^[*+?{}\]^$]$/.test(this.#peek()))
      throw new NotAPattern(
        `${this.#peek()} stands where it means nothing; write \\${this.#peek()} for the sign`,
      );
    else this.#take();
    return { kind: 'one', test: oneOf(this.#source.slice(from, this.#at)) };
  }

  #class(): void {
    this.#take('[');
    while (this.#peek() !== ']') {
      if (this.#peek() === '\\') this.#escape();
      else if (!this.#take()) throw new NotAPattern('a [ has no ]');
    }
    this.#take(']');
  }

  #escape(): void {
    this.#take('\\');
    if (/^[bBkux0-9]$/.test(this.#peek()))
      throw new NotAPattern(`\\${this.#peek()} is not there: no word ends, back references or codes`);
    const property = /^[pP]\{[A-Za-z_=]{1,40}\}/.exec(this.#source.slice(this.#at));
    if (!this.#take(property?.[0])) throw new NotAPattern('a \\ stands at the end');
  }
}

/** What one character of the text must be. */
function oneOf(source: string): RegExp {
  try {
    return new RegExp(`^(?:${source})$`, 'u');
  } catch {
    throw new NotAPattern(`${source} is not a character, a class or an escape`);
  }
}

function assemble(node: Node): Program {
  const states: State[] = [];
  const add = (state: State): number => {
    if (states.length === MOST_STATES) throw new NotAPattern('it is too large once its {} are written out');
    return states.push(state) - 1;
  };
  const loop = (part: Node, next: number): number => {
    const ways = [next];
    const fork = add({ kind: 'fork', next: ways });
    ways.push(build(part, fork));
    return fork;
  };
  const build = (part: Node, next: number): number => {
    switch (part.kind) {
      case 'one':
        return add({ kind: 'read', test: part.test, next });
      case 'sequence':
        return part.parts.reduceRight((after, one) => build(one, after), next);
      case 'choice':
        return add({ kind: 'fork', next: part.parts.map((one) => build(one, next)) });
      case 'repeat': {
        let start = part.max === Infinity ? loop(part.part, next) : next;
        const optional = part.max === Infinity ? 0 : part.max - part.min;
        for (let n = 0; n < optional; n++)
          start = add({ kind: 'fork', next: [next, build(part.part, start)] });
        for (let n = 0; n < part.min; n++) start = build(part.part, start);
        return start;
      }
    }
  };
  const start = build(node, MATCHED);
  return { states, start };
}

/** `^` at the begin and `$` at the end say what is so anyway: the whole text must match. */
function bare(pattern: string): string {
  return pattern.replace(/^\^/, '').replace(/(?<!\\)((?:\\\\)*)\$$/, '$1');
}

function programOf(pattern: string): Program {
  return assemble(new Reader(bare(pattern)).read());
}

/** What is wrong with a pattern, to follow "must be a pattern: "; null for nothing. */
export function patternMistake(pattern: string): string | null {
  try {
    programOf(pattern);
    return null;
  } catch (error) {
    if (error instanceof NotAPattern) return error.message;
    throw error;
  }
}

/** States that matching may still visit: shared by all that one request has to match. */
export interface Effort {
  left: number;
}

/**
 * Does the whole text match? The pattern is one that `patternMistake` found nothing wrong with.
 * @returns what answers it for a text; null when that took more than was left
 */
export function patternMatcher(
  pattern: string,
  effort: Effort = { left: Number.POSITIVE_INFINITY },
): (text: string) => boolean | null {
  const { states, start } = programOf(pattern);
  // When each state was last reached, so that none is followed twice for one character.
  const reached = new Uint32Array(states.length);
  let moment = 0;

  /** Follows what reads nothing. @returns whether the pattern has matched by then */
  const follow = (todo: number[], reading: number[]): boolean => {
    let matched = false;
    moment += 1;
    for (let at = todo.pop(); at !== undefined; at = todo.pop()) {
      const state = states[at];
      if (state === undefined) matched = true;
      if (state === undefined || reached[at] === moment) continue;
      reached[at] = moment;
      effort.left -= 1;
      if (state.kind === 'read') reading.push(at);
      else todo.push(...state.next);
    }
    return matched;
  };

  return (text) => {
    let reading: number[] = [];
    let matched = follow([start], reading);
    for (const character of text) {
      if (effort.left < 0) return null;
      const next = reading.flatMap((at) => {
        const state = states[at];
        return state?.kind === 'read' && state.test.test(character) ? [state.next] : [];
      });
      if (next.length === 0) return false;
      reading = [];
      matched = follow(next, reading);
    }
    return matched;
  };
}
