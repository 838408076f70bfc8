// The page of a report as text: its verdict, what it admits to, its size, and what it never contains.
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { sceneOf } from '../../../src/report/charts/scene.js';
import { reportPage } from '../../../src/report/html/page.js';
import { verdictOf } from '../../../src/report/html/verdict.js';
import { documentOf, generateCase, steadyRound } from '../../fixtures/document.js';
import { fleet } from '../../fixtures/fleet.js';
import { HOSTILE, hostileDocument } from '../../fixtures/hostile.js';
import { storedOf, viewOf } from '../../fixtures/report.js';

const words = (markup: string) => markup.replaceAll(/<[^>]*>/g, '');
const leadOf = (...parameters: Parameters<typeof viewOf>) =>
  words(verdictOf(sceneOf(viewOf(...parameters))).lead.markup);
const oneCase = (tpotMs: number, model = 'qwen2.5-0.5b', machine = 'laptop') =>
  documentOf([generateCase([steadyRound(500, tpotMs)], { key: { model } })], { machine });

describe('the verdict', () => {
  it('of one case says how it answers', () => {
    expect(leadOf(storedOf(oneCase(20)))).toBe(
      'On laptop, qwen2.5-0.5b (tuned q4, onnxruntime, cpu, 2 threads) answers a prompt of 512 tokens after 500 ms and then writes 50.0 tokens a second, 10 times as fast as people read; it needs 800 MB of memory.',
    );
  });

  it('of one model says on which machines it is faster than people read', () => {
    expect(leadOf(storedOf(oneCase(20), oneCase(400, 'qwen2.5-0.5b', 'board')))).toBe(
      'qwen2.5-0.5b writes faster than people read (5.16 tokens a second) on 1 of 2 machines: fastest on laptop with 50.0 tokens a second, slowest on board with 2.50.',
    );
  });

  it('of several models says which are, and the largest of them', () => {
    const large = oneCase(100, 'qwen2.5-3b');
    large.cases[0]!.checkpoint!.parameters = 3e9;
    expect(leadOf(storedOf(oneCase(20), large, oneCase(300, 'qwen2.5-7b')))).toBe(
      '2 of 3 models write faster than people read (5.16 tokens a second) on laptop. Fastest is qwen2.5-0.5b with 50.0 tokens a second; the largest that does is qwen2.5-3b with 10.0 tokens a second; it needs 800 MB of memory.',
    );
  });

  it('names what must be known before it is quoted', () => {
    const failed = documentOf([generateCase(['failed'], { key: { model: 'other' } })], { machine: 'laptop' });
    const { notes } = verdictOf(sceneOf(viewOf(storedOf(oneCase(20), failed), ['x.json is not JSON'])));
    expect(notes).toEqual([
      '1 case failed.',
      '1 file could not be read and is named under “Left out”.',
      'Weights are synthetic in every case: speed and memory are those of the real graph, the generated text is noise.',
    ]);
  });

  it('of nothing measured is none', () => {
    expect(leadOf(storedOf(documentOf([generateCase(['failed'])])))).toBe(
      'No case here was measured well enough for a verdict.',
    );
  });
});

describe('the page', () => {
  const stored = fleet(8);
  const page = reportPage(viewOf(stored, ['results/x/cut.json is not JSON: line 3']));

  it('names what was left out, with the reason', () => {
    const leftOut = page.slice(page.indexOf('<section id="left-out">'), page.indexOf('<section id="machines">'));
    expect(words(leftOut)).toContain('results/x/cut.json is not JSON: line 3');
    expect(leftOut.match(/It failed; round 1: killed; round 2: killed/g)).toHaveLength(2);
  });

  it('has the arrival of every token of a round that it shows, as stored', () => {
    const newest = stored.at(-1)!.document;
    const round = newest.cases[0]!.rounds[0]!;
    const [pass] = round.status === 'ok' ? round.iterations : [];
    const text = 'tokenMs' in pass! ? pass.tokenMs.map((ms) => String(Math.round(ms * 100) / 100)).join(' ') : '';
    expect([text.length > 100, page.includes(text)]).toEqual([true, true]);
  });

  it('is under 2 MB for an ordinary store', () => {
    expect(Buffer.byteLength(page)).toBeLessThan(2e6);
  });

  it('allows its own style and script by their hashes, and nothing else', () => {
    const [, policy] = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(page)!;
    const hash = (tag: string) =>
      createHash('sha256')
        .update(new RegExp(`<${tag}>([\\s\\S]*?)</${tag}>`).exec(page)![1]!)
        .digest('base64');
    expect(policy!.replaceAll('&#39;', "'")).toBe(
      `default-src 'none'; style-src 'sha256-${hash('style')}'; script-src 'sha256-${hash('script')}'; base-uri 'none'; form-action 'none'`,
    );
    expect(page.replace(/<script[\s\S]*?<\/script>/g, '').match(/ style="| on\w+="|https?:\/\//)).toBeNull();
  });

  it('has one heading of the first level, and an id once', () => {
    expect(page.match(/<h1>/g)).toHaveLength(1);
    const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe('a result full of markup', () => {
  const page = reportPage(viewOf(storedOf(hostileDocument()), [HOSTILE]));

  it('stays text everywhere', () => {
    expect(page.match(/<script/g)).toHaveLength(2);
    expect(page.match(/<\/script>/g)).toHaveLength(2);
    expect(page.match(/<\/style>/g)).toHaveLength(1);
    expect(page.match(/<img|<iframe|[\u2028\u2029\u202e]/)).toBeNull();
    expect(page.match(/&lt;script&gt;alert\(1\)/g)!.length).toBeGreaterThan(20);
  });

  it('leaves the data of the filters JSON that names the same entries', () => {
    const [, json] = /<script type="application\/json" id="entries">(.*?)<\/script>/s.exec(page)!;
    expect(Object.keys(JSON.parse(json!).entries)).toEqual(['c1', 'c2', 'c3']);
  });
});
