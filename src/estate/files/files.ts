import { readdir, realpath, stat } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { usageError } from '../../errors.ts';
import type { Source } from './document.ts';
import { type Sources, sourceOf, unreadable } from './source.ts';

/** Files that are laid over the layers before them as one: a file, or all of a folder. */
export interface Layer {
  readonly name: string;
  readonly files: readonly FoundFile[];
}

export interface FoundFile {
  /** As a person would name it. */
  readonly name: string;
  /** The folder that `file:` in it is relative to. */
  readonly folder: string;
}

/** All files of an estate together: what is read is held in memory until it is understood. */
const MOST_TOTAL_BYTES = 64 * 1024 * 1024;
const MOST_FILES = 10_000;

/** The files of an estate, and those that they name. Nothing outside the folders of the given ones is ever read. */
export class EstateFiles {
  readonly #sources: Sources;
  /** As they were named, and where every symbolic link has been followed. */
  readonly #roots = new Set<string>();
  #bytes = 0;
  #files = 0;

  constructor(sources: Sources) {
    this.#sources = sources;
  }

  /** Every name in its order; one given twice is an honest mistake that would change nothing, and is told. */
  async layers(names: readonly string[]): Promise<Layer[]> {
    const twice = names.find((name, at) => names.indexOf(name) !== at);
    if (twice !== undefined) throw usageError(`${twice} is named twice`, { code: 'invalid_value' });
    const layers: Layer[] = [];
    for (const name of names) layers.push(await this.#layer(name));
    return layers;
  }

  async #layer(name: string): Promise<Layer> {
    const { directory } = this.#sources;
    if (name === '-') {
      await this.#allow(directory);
      return { name: 'stdin', files: [{ name, folder: directory }] };
    }
    const path = resolve(directory, name);
    try {
      const found = await stat(path);
      await this.#allow(found.isDirectory() ? path : dirname(path));
      if (!found.isDirectory()) return { name, files: [{ name, folder: dirname(path) }] };
      const files = (await readdir(path)).filter((file) => /\.(?:ya?ml|json)$/i.test(file)).sort();
      if (files.length > 0)
        return { name, files: files.map((file) => ({ name: join(name, file), folder: path })) };
    } catch (cause) {
      throw unreadable(name, cause);
    }
    throw usageError(`${name} has no .yaml, .yml or .json file in it`, { code: 'no_files' });
  }

  /** One of a layer. What a folder holds is read under the same guard as what a file names. */
  async read(layer: Layer, { name }: FoundFile): Promise<Source> {
    if (layer.files.length > 1 || layer.name !== name) {
      const refusal = name === '-' ? null : await this.#refusal(resolve(this.#sources.directory, name));
      if (refusal !== null) throw usageError(`${name}: ${refusal}`, { code: 'bad_input_file' });
    }
    return this.#counted(await sourceOf(name, 'an estate', this.#sources));
  }

  /** What `file:` names, or why it is not read. */
  async named(from: FoundFile, path: string, what: string): Promise<Source | { readonly refusal: string }> {
    if (isAbsolute(path) || /^[A-Za-z]:|^\\/.test(path))
      return { refusal: 'is an absolute path; it is relative to the folder of the file that names it' };
    const target = resolve(from.folder, path);
    const refusal = await this.#refusal(target);
    if (refusal !== null) return { refusal };
    const name = from.name === '-' ? path : join(dirname(from.name), path);
    return this.#counted(await sourceOf(name, what, this.#sources));
  }

  async #allow(folder: string): Promise<void> {
    this.#roots.add(resolve(folder)).add(await realpath(folder));
  }

  async #refusal(path: string): Promise<string | null> {
    if (!this.#isInside(path)) return 'is outside the folders of the files that were given';
    try {
      const real = await realpath(path);
      if (!this.#isInside(real))
        return 'is a link to somewhere outside the folders of the files that were given';
      return (await stat(real)).isFile() ? null : 'is no file';
    } catch {
      return 'is not there, or cannot be read';
    }
  }

  #isInside(path: string): boolean {
    return [...this.#roots].some((root) => {
      const way = relative(root, path);
      return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
    });
  }

  #counted(source: Source): Source {
    this.#bytes += source.bytes.byteLength;
    this.#files += 1;
    if (this.#bytes > MOST_TOTAL_BYTES)
      throw usageError(`the files are larger than ${MOST_TOTAL_BYTES / 1024 / 1024} MiB together`, {
        code: 'bad_input_file',
        why: `With ${source.name} they are. Split the estate, and apply its parts one after the other.`,
      });
    if (this.#files > MOST_FILES)
      throw usageError(`there are more than ${MOST_FILES} files`, { code: 'bad_input_file' });
    return source;
  }
}
