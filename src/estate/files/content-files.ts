import type { Mistake, Source } from './document.ts';
import type { EstateFiles, FoundFile } from './files.ts';
import { nameText } from './issues.ts';
import type { ReadParts } from './parts.ts';
import type { Place } from './places.ts';
import { type Origin, spotAt } from './tree.ts';

export interface ContentInput {
  readonly files: EstateFiles;
  /** The file that each place is in: what its `file:` is relative to. */
  readonly origins: ReadonlyMap<Origin, FoundFile>;
  readonly mistakes: Mistake[];
}

interface Named<Content> {
  readonly name: string;
  readonly content: Content;
}

/** What `file:` of parsers, or of forms, leads to: each file is read once, and its mistakes are told once. */
export class ContentFiles<Content> {
  readonly #input: ContentInput;
  readonly #what: 'parser' | 'form';
  readonly #read: (source: Source) => Promise<ReadParts<Named<Content>>>;
  readonly #opened = new Map<string, Promise<readonly Named<Content>[] | string>>();

  constructor(
    input: ContentInput,
    what: 'parser' | 'form',
    read: (source: Source) => Promise<ReadParts<Named<Content>>>,
  ) {
    this.#input = input;
    this.#what = what;
    this.#read = read;
  }

  /** The content of a file's only one; of several, of the one that is called like the key. Null where that is told to be wrong. */
  async contentAt<Said>({ part, path, name }: Place<Said>, file: string): Promise<Content | null> {
    const from = this.#input.origins.get(spotAt(part.tree, [...path, 'file']).origin);
    if (from === undefined) throw new Error('a place in no file');
    const key = `${from.folder}\n${file}`;
    const opening = this.#opened.get(key) ?? this.#open(from, file);
    this.#opened.set(key, opening);
    const found = await opening;
    if (typeof found === 'string') {
      part.wrong([...path, 'file'], `${nameText(file)} ${found}`);
      return null;
    }
    const [first] = found;
    const meant = found.length > 1 ? found.find((one) => one.name === name) : first;
    if (meant === undefined && found.length > 1)
      part.wrong(
        [...path, 'file'],
        `${nameText(file)} has ${found.length} ${this.#what}s, and none is called ${nameText(name)}`,
      );
    return meant?.content ?? null;
  }

  async #open(from: FoundFile, file: string): Promise<readonly Named<Content>[] | string> {
    const { files, mistakes } = this.#input;
    const source = await files.named(from, file, `a ${this.#what}`);
    if ('refusal' in source) return source.refusal;
    const read = await this.#read(source);
    mistakes.push(...read.mistakes);
    return read.found;
  }
}
