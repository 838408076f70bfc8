// HTML and SVG as text that cannot be mixed up with text from files: whatever stands in a template is escaped unless it is
// markup itself. Every element of a report is written through here. Pure.
import { printable } from '../printable.js';

export interface Markup {
  readonly markup: string;
}

type Content = Markup | string | number | null | false | undefined | readonly Content[];

/** `html\`<b>${name}</b>\``: also for SVG, and for values of attributes, which always stand in double quotes. */
export function html(parts: TemplateStringsArray, ...contents: Content[]): Markup {
  return { markup: parts.reduce((before, part, i) => before + markupOf(contents[i - 1]) + part) };
}

function markupOf(content: Content): string {
  if (content === null || content === false || content === undefined) return '';
  if (typeof content === 'string' || typeof content === 'number') return escaped(String(content));
  return isMarkup(content) ? content.markup : content.map(markupOf).join('');
}

function isMarkup(content: Markup | readonly Content[]): content is Markup {
  return 'markup' in content;
}

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
};
/** Halves of surrogate pairs and what no character is: an XML parser stops there. */
const UNFIT = /[\p{Cs}\ufffe\uffff]/gu;

/** Control characters and what turns the direction of writing are replaced too. */
export function escaped(text: string): string {
  return printable(text)
    .replaceAll(UNFIT, '\ufffd')
    .replaceAll(/[&<>"'`]/g, (character) => ENTITIES[character]!);
}

/** Attributes; those that are null are left out. */
export function attributes(values: Record<string, string | number | null | undefined>): Markup {
  const known = Object.entries(values).filter(([, value]) => value !== null && value !== undefined);
  return { markup: known.map(([name, value]) => ` ${name}="${escaped(String(value))}"`).join('') };
}
