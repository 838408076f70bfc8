// The colours of a report, for light and dark, and the rules that charts are drawn with. Hues stay apart for the colour-blind
// and reach 3:1 against the page, text 4.5:1. Pure.

export const PALETTE = {
  page: { light: '#fffefb', dark: '#15171a' },
  ink: { light: '#1d1d1b', dark: '#e9e7e2' },
  muted: { light: '#5b5a55', dark: '#a9a69e' },
  rule: { light: '#d9d6cd', dark: '#3a3c40' },
  accent: { light: '#8f1d14', dark: '#ff9d8f' },
  hue0: { light: '#164e9d', dark: '#61c8ff' },
  hue1: { light: '#d9380a', dark: '#ff7a52' },
  hue2: { light: '#008755', dark: '#2eda84' },
  hue3: { light: '#b64785', dark: '#db78b4' },
  hue4: { light: '#698f22', dark: '#ffe647' },
  hue5: { light: '#4b3548', dark: '#c7f0de' },
} as const;
export type Colour = keyof typeof PALETTE;

export const HUES = 6;

const SANS = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif';

/** `colour` says how a colour is written: as a variable on a page, as itself in a picture. */
export function chartRules(colour: (name: Colour) => string): string {
  const hues = Array.from({ length: HUES }, (_, i) => `.h${i}{color:${colour(`hue${i}` as Colour)}}`).join('');
  return `.chart text{font:12px ${SANS};fill:${colour('ink')};font-variant-numeric:tabular-nums}
.chart .quiet{fill:${colour('muted')}}
.chart .strong{font-weight:600}
.grid{stroke:${colour('rule')};stroke-width:1;fill:none}
.axis{stroke:${colour('muted')};stroke-width:1;fill:none}
.roof{stroke:${colour('ink')};stroke-width:1.5;fill:none}
.dash{stroke-dasharray:4 3}
.halo{stroke:${colour('page')};stroke-width:3;paint-order:stroke;stroke-linejoin:round}
.ink{color:${colour('ink')}}
.soft{color:${colour('muted')}}
${hues}`;
}
