import type { OutputStream } from './streams.ts';

/** The human side stream. Lines push a live line (a bar) down instead of tearing it. */
export interface Notes {
  line(text: string): void;
  /** Redraws the one live line; undefined takes it away. Terminal only. */
  live(text: string | undefined): void;
}

const WIPE = '\r\u001b[2K';

export function notesOn(stderr: OutputStream): Notes {
  let drawn: string | undefined;
  let gone = false;
  // Nobody reads the notes any more: no reason to stop the work.
  stderr.on('error', () => {
    gone = true;
  });
  const write = (text: string) => {
    if (!gone) stderr.write(text);
  };
  return {
    line(text) {
      write(drawn === undefined ? `${text}\n` : `${WIPE}${text}\n${drawn}`);
    },
    live(text) {
      if (text === undefined && drawn === undefined) return;
      drawn = text;
      write(`${WIPE}${text ?? ''}`);
    },
  };
}
