/** Markup that is safe as it stands. Only `html` makes it. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export type Insert = Html | string | number | null | readonly Insert[];

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
};

function safe(value: Insert): string {
  if (value instanceof Html) return value.text;
  if (value === null) return '';
  if (typeof value === 'string' || typeof value === 'number') {
    return String(value).replaceAll(/[&<>"'`]/g, (character) => entities[character] ?? '');
  }
  return value.map(safe).join('');
}

/** Text, element content or a quoted attribute: everything put in is escaped unless it is Html already. Null is nothing. */
export function html(parts: TemplateStringsArray, ...inserts: readonly Insert[]): Html {
  return new Html(parts.map((part, index) => part + safe(inserts[index] ?? null)).join(''));
}
