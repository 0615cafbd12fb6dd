import type { Noun } from '../tree.ts';

export const dev: Noun = {
  summary: 'A --dev server: its captured mail and messages, and its clock',
  verbs: [
    {
      name: 'mail',
      summary: 'List the mail that was captured instead of sent',
      load: async () => (await import('./mail.ts')).mailCommand,
    },
    {
      name: 'messages',
      summary: 'List the messages that were kept instead of sent',
      load: async () => (await import('./messages.ts')).messagesCommand,
    },
    {
      name: 'clock',
      summary: 'Show or move the clock of the server',
      load: async () => (await import('./clock.ts')).clockCommand,
    },
  ],
};
