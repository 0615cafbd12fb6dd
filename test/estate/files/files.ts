import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type EstateInput, type ReadEstate, readEstate } from '../../../src/estate/files/read.ts';
import { placeText } from '../../../src/estate/files/source.ts';

/** A folder with files in it; a line of YAML needs no `schema:` where `estate` adds it. */
export class Folder {
  readonly path = mkdtempSync(join(tmpdir(), 'tenantctl-estate-'));

  write(name: string, text: string): this {
    mkdirSync(dirname(join(this.path, name)), { recursive: true });
    writeFileSync(join(this.path, name), text);
    return this;
  }

  /** With the first line that every file of an estate has: what follows begins on line 2. */
  estate(name: string, text: string): this {
    return this.write(name, `schema: tenantctl/v1\n${text}`);
  }

  async read(names: readonly string[], input: Partial<EstateInput> = {}): Promise<ReadEstate> {
    return await readEstate(names, {
      directory: this.path,
      stdin: async () => new Uint8Array(),
      environment: {},
      given: new Map(),
      ...input,
    });
  }

  async mistakes(names: readonly string[], input: Partial<EstateInput> = {}): Promise<string[]> {
    const { mistakes } = await this.read(names, input);
    return mistakes.map((one) => `${placeText(one)}: ${one.message}`);
  }

  remove(): void {
    rmSync(this.path, { recursive: true });
  }
}
