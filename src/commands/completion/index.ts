import type { Entry, Noun } from '../tree.ts';

const shells = ['bash', 'zsh', 'fish'] as const;

/** The tree comes from the program, the only one that knows all nouns. */
export const completionOf = (tree: readonly Entry[]): Noun => ({
  summary: 'Completion of commands, flags and names in the shell',
  verbs: [
    ...shells.map((shell) => ({
      name: shell,
      summary: `Print the completion script for ${shell}`,
      load: async () => (await import('./scripts.ts')).scriptCommand(shell),
    })),
    {
      name: 'words',
      summary: 'Say what may stand at the end of a command line (the scripts ask it)',
      load: async () => (await import('./words.ts')).wordsCommand(tree),
    },
  ],
});
