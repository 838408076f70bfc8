// The page of a report in a real browser: accessible, quiet, readable without scripts, safe against what stands in results,
// on phones, wide screens and paper. Screenshots go to EDGEPROOF_REPORT_SHOTS, if that is set.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reportPage } from '../../../src/report/html/page.js';
import { isChromiumRequired, launchChromium, noChromium } from '../../fixtures/chromium.js';
import { fleet } from '../../fixtures/fleet.js';
import { HOSTILE, hostileDocument } from '../../fixtures/hostile.js';
import { storedOf, viewOf } from '../../fixtures/report.js';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const LEVELS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
const folder = mkdtempSync(join(tmpdir(), 'edgeproof-report-page-'));

it.runIf(isChromiumRequired)('Chromium is here, as this machine says it must', () => {
  expect(noChromium).toBeNull();
});

describe.skipIf(noChromium !== null)(`the page${noChromium === null ? '' : ` (skipped: ${noChromium})`}`, () => {
  let browser: Browser;
  const files = {
    fleet: join(folder, 'fleet.html'),
    small: join(folder, 'small.html'),
    hostile: join(folder, 'hostile.html'),
  };
  beforeAll(async () => {
    writeFileSync(files.fleet, reportPage(viewOf(fleet(7), ['results/x/broken.json is not JSON'])));
    // Every section and every kind of row, in fewer elements.
    const small = fleet(2).map(({ path, document }) => ({
      path,
      document: { ...document, cases: document.cases.filter((_, i) => i % 6 === 0) },
    }));
    writeFileSync(files.small, reportPage(viewOf(small, ['results/x/broken.json is not JSON'])));
    writeFileSync(files.hostile, reportPage(viewOf(storedOf(hostileDocument()), [HOSTILE])));
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true });
  });

  /** The page, with all that it asked of the network, said on the console or popped up. */
  async function open(file: keyof typeof files, options: BrowserContextOptions = {}) {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
    const page = await context.newPage();
    const noises: string[] = [];
    page.on('request', (request) => {
      if (request.url() !== pathToFileURL(files[file]).href) noises.push(`asks for ${request.url()}`);
    });
    page.on('console', (message) => noises.push(message.text()));
    page.on('pageerror', (error) => noises.push(error.message));
    page.on('dialog', (dialog) => {
      noises.push(`dialog ${dialog.message()}`);
      void dialog.dismiss();
    });
    await page.goto(pathToFileURL(files[file]).href);
    return { page, noises, context };
  }

  const visible = (page: Page, selector: string) => page.locator(selector).filter({ visible: true }).count();

  it.each(['light', 'dark'] as const)(
    'has no fault of level A or AA that axe finds, in %s, all sections open',
    async (colorScheme) => {
      const { page, noises, context } = await open('small', { colorScheme });
      await page.evaluate(`for (const details of document.querySelectorAll('details')) details.open = true;`);
      await page.evaluate(AXE);
      const faults = await page.evaluate(
        `axe.run({ runOnly: ${JSON.stringify(LEVELS)} }).then(({ violations, passes }) => [passes.length > 20, ...violations.map(({ id, nodes }) => id + ': ' + nodes[0].html)])`,
      );
      expect(faults).toEqual([true]);
      expect(noises).toEqual([]);
      await context.close();
    },
  );

  it.each([320, 390, 820, 1440, 2200])('fits into %i pixels', async (width) => {
    const { page, context } = await open('fleet', { viewport: { width, height: 900 } });
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
    const box = await page.locator('#verdict table').boundingBox();
    expect(box!.y).toBeLessThan(900);
    await context.close();
  });

  it('reads without scripts: verdict, charts and every table, and no control that does nothing', async () => {
    const { page, noises, context } = await open('fleet', { javaScriptEnabled: false });
    expect(await page.locator('.lead').innerText()).toContain('faster than people read');
    expect(await visible(page, '.panel svg')).toBeGreaterThan(30);
    expect(await visible(page, '#filters, #theme, th button')).toBe(0);
    await page.locator('#decode details:not(.more) > summary').click();
    expect(await visible(page, '#decode tbody tr')).toBe(35);
    expect(noises).toEqual([]);
    await context.close();
  });

  it('filters rows, marks and panels alike, says how many are left, and moves bars up', async () => {
    const { page, context } = await open('fleet');
    expect(await page.locator('#filters output').innerText()).toBe('All 37 cases');
    await page.selectOption('select[name=machine]', { label: 'laptop-8c-16gb' });
    await page.selectOption('select[name=dtype]', { label: 'q4' });
    expect(await page.locator('#filters output').innerText()).toBe('7 of 37 cases');
    expect(await visible(page, '#cases tbody tr')).toBe(7);
    expect(await visible(page, '#decode .panel')).toBe(2);
    const bars = page.locator('#decode svg[data-step] g[data-c]:visible');
    const places = await bars.evaluateAll((rows) => rows.map((row) => row.getAttribute('transform')));
    expect(places.slice(0, 6)).toEqual([0, 1, 2, 3, 4, 5].map((i) => `translate(0,${8 + 38 * i})`));
    expect(await visible(page, '#memory-speed .panel [data-c]')).toBe(6);
    await page.locator('#filters button').click();
    await page.waitForFunction(`document.querySelector('#filters output').textContent === 'All 37 cases'`);
    expect(await visible(page, '#cases tbody tr')).toBe(37);
    await context.close();
  });

  it('sorts a table by a column, by keyboard too', async () => {
    const { page, context } = await open('fleet');
    const decode = page.locator('#cases th', { hasText: /^decode/ }).locator('button');
    await decode.focus();
    await page.keyboard.press('Enter');
    const column = await page
      .locator('#cases th', { hasText: /^decode/ })
      .evaluate((head) => (head as unknown as { cellIndex: number }).cellIndex);
    const texts = await page
      .locator('#cases tbody tr')
      .evaluateAll((rows, at) => rows.map((row) => row.children[at as number]!.textContent!), column);
    const values = texts.filter((text) => text !== '').map(Number.parseFloat);
    expect(values.length).toBe(35);
    expect(values).toEqual(values.toSorted((a, b) => a - b));
    expect(await page.locator('#cases th[aria-sort=ascending]').count()).toBe(1);
    await context.close();
  });

  it('tells of a mark when it is pointed at, and Escape takes the words away', async () => {
    const { page, context } = await open('fleet');
    await page.locator('#decode svg g[data-c] rect').first().hover();
    expect(await page.locator('#tip').innerText()).toMatch(
      /^qwen2\.5-0\.5b q4 onnxruntime · .* ± .* tok\/s, \d+ % of the ceiling$/,
    );
    await page.keyboard.press('Escape');
    expect(await visible(page, '#tip')).toBe(0);
    await context.close();
  });

  it('changes between light and dark', async () => {
    const { page, context } = await open('fleet', { colorScheme: 'dark' });
    const colour = () => page.evaluate('getComputedStyle(document.body).backgroundColor');
    expect(await colour()).toBe('rgb(21, 23, 26)');
    await page.locator('#theme').click();
    expect(await colour()).toBe('rgb(255, 254, 251)');
    await context.close();
  });

  it('prints in black on white with every table, without controls and samples, also without scripts', async () => {
    const { page, context } = await open('fleet', { colorScheme: 'dark', javaScriptEnabled: false });
    await page.emulateMedia({ media: 'print' });
    expect(
      await page
        .locator('#decode details table')
        .evaluate((table) => (table as unknown as { offsetHeight: number }).offsetHeight),
    ).toBeGreaterThan(100);
    expect(await page.evaluate('getComputedStyle(document.documentElement).colorScheme')).toBe('light');
    // A4 less its margins: the table that proves the verdict is not cut off.
    await page.setViewportSize({ width: 688, height: 970 });
    const proof = await page.locator('#verdict table').boundingBox();
    expect(proof!.width).toBeLessThanOrEqual(688);
    expect(await visible(page, '#filters, #theme, nav, .source')).toBe(0);
    await context.close();
  });

  it('leads from a figure to the rounds and samples that it comes from', async () => {
    const { page, context } = await open('fleet');
    await page.locator('#verdict tbody a').first().click();
    const source = page.locator('details.source[open]');
    expect(await source.count()).toBe(1);
    expect(await source.innerText()).toMatch(/results\/workstation-16c-64gb\/fleet-\d{8}T\d{6}Z\.json/);
    await source.locator('details.raw > summary').click();
    expect(await source.locator('.samples').first().innerText()).toMatch(
      /^round 1, pass 1 \(warm-up, not counted\): (\d+\.?\d* ?){64}$/,
    );
    await context.close();
  });

  it.each([true, false])('shows markup of a result as text (scripts %s)', async (javaScriptEnabled) => {
    const { page, noises, context } = await open('hostile', { javaScriptEnabled });
    const tags = await page
      .locator('script, img, iframe, link, style, [onload], [onerror], [onfocus], [autofocus]')
      .count();
    expect(tags).toBe(3);
    expect(await page.locator('.lead').innerText()).toContain('<script>alert(1)</script>');
    expect(await page.title()).toContain('</style></script></title><script>alert(1)</script>');
    await page.waitForTimeout(100);
    expect(noises).toEqual([]);
    await context.close();
  });

  it.runIf(process.env.EDGEPROOF_REPORT_SHOTS)('is photographed', async () => {
    const sizes = { phone: [390, 844], desk: [1440, 900] } as const;
    for (const [name, [width, height]] of Object.entries(sizes))
      for (const colorScheme of ['light', 'dark'] as const) {
        const { page, context } = await open('fleet', { viewport: { width, height }, colorScheme });
        await page.screenshot({ path: join(process.env.EDGEPROOF_REPORT_SHOTS!, `${name}-${colorScheme}.png`) });
        await context.close();
      }
    const { page, context } = await open('fleet');
    await page.pdf({ path: join(process.env.EDGEPROOF_REPORT_SHOTS!, 'print.pdf'), format: 'A4' });
    await context.close();
  });
});
