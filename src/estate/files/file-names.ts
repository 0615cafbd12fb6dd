/** Windows opens a device instead of a file of these names, whatever its ending. */
const DEVICE = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i;

/**
 * Names of files for parsers or forms, `Invoice DE` -> `Invoice-DE.yaml`: safe on every system, and never twice in one folder,
 * not even where `a` and `A` are one.
 */
export function fileNames(what: 'parser' | 'form' = 'parser'): (called: string) => string {
  const taken = new Set<string>();
  return (called) => {
    const plain = called.replaceAll(/[^A-Za-z0-9._-]+/g, '-').replace(DEVICE, (name) => `${what}-${name}`);
    let name = `${plain}.yaml`;
    for (let more = 2; taken.has(name.toLowerCase()); more += 1) name = `${plain}-${more}.yaml`;
    taken.add(name.toLowerCase());
    return name;
  };
}
