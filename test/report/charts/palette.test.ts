// Contrast of the colours of a report, by the formula of WCAG 2, and whether hues stay apart for the colour-blind, as
// simulated by Viénot, Brettel and Mollon (1999).
import { describe, expect, it } from 'vitest';
import { HUES, PALETTE } from '../../../src/report/charts/palette.js';

type Rgb = [number, number, number];
const THEMES = ['light', 'dark'] as const;
const hues = (theme: 'light' | 'dark') => Array.from({ length: HUES }, (_, i) => PALETTE[`hue${i}` as 'hue0'][theme]);

function linear(hex: string): Rgb {
  const parts = [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255);
  return parts.map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)) as Rgb;
}

const luminance = ([r, g, b]: Rgb) => 0.2126 * r + 0.7152 * g + 0.0722 * b;

function contrast(a: string, b: string): number {
  const [dark, light] = [luminance(linear(a)), luminance(linear(b))].sort((x, y) => x - y);
  return (light! + 0.05) / (dark! + 0.05);
}

/** Linear light as a deuteranope and a protanope see it. */
const SEEN = {
  deuteranope: ([r, g, b]: Rgb): Rgb => [
    0.29275 * r + 0.70725 * g,
    0.29275 * r + 0.70725 * g,
    -0.02234 * r + 0.02234 * g + b,
  ],
  protanope: ([r, g, b]: Rgb): Rgb => [
    0.11238 * r + 0.88762 * g,
    0.11238 * r + 0.88762 * g,
    0.00401 * r - 0.00401 * g + b,
  ],
  trichromat: (colour: Rgb): Rgb => colour,
};

/** CIE 1976 distance. */
function distance(a: Rgb, b: Rgb): number {
  const [p, q] = [lab(a), lab(b)];
  return Math.hypot(p[0] - q[0], p[1] - q[1], p[2] - q[2]);
}

function lab([r, g, b]: Rgb): Rgb {
  const f = (t: number) => (t > 0.008856 ? Math.cbrt(t) : 7.787 * t + 16 / 116);
  const x = f((0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505);
  const y = f(0.2126 * r + 0.7152 * g + 0.0722 * b);
  const z = f((0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

describe.each(THEMES)('%s', (theme) => {
  it('has text of 4.5:1 and marks of 3:1 against the page', () => {
    const { page, ink, muted } = PALETTE;
    expect(contrast(ink[theme], page[theme])).toBeGreaterThan(12);
    expect(contrast(muted[theme], page[theme])).toBeGreaterThan(4.5);
    for (const hue of hues(theme)) expect(contrast(hue, page[theme])).toBeGreaterThan(3);
  });

  it.each(Object.entries(SEEN))('has hues that a %s tells apart', (_, seen) => {
    const colours = hues(theme).map((hue) => seen(linear(hue)));
    const distances = colours.flatMap((a, i) => colours.slice(i + 1).map((b) => distance(a, b)));
    expect(Math.min(...distances)).toBeGreaterThan(15);
  });
});
