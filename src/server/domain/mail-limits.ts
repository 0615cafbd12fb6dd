const DAY_MS = 86_400_000;

/** Mails a day to one address, from whichever account (D23). */
export const mailsPerRecipient = 20;

/** The start of the day by which mail is counted (D23): UTC. */
export function dayStart(now: Date): string {
  return `${now.toISOString().slice(0, 10)}T00:00:00.000Z`;
}

/** When mail that the day's limit holds back goes on. */
export function nextDay(now: Date): string {
  return new Date(Date.parse(dayStart(now)) + DAY_MS).toISOString();
}
