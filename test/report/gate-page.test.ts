// What a gate prints, writes for JUnit and tells GitHub: read by eye, and by parsers of others.
import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { describe, expect, it } from 'vitest';
import type { Finding, Gate } from '../../src/contract/views/gate.js';
import { gatePage, verdictOf } from '../../src/report/gate-page.js';
import { annotation, jobSummary } from '../../src/report/github.js';
import { junit } from '../../src/report/junit.js';
import { render } from '../../src/report/render.js';
import { PLAIN } from '../../src/report/table.js';
import { generateCase, steadyRound } from '../fixtures/document.js';

const { id, key } = generateCase([steadyRound(100, 10)]);
const other = generateCase([steadyRound(100, 10)], { key: { threads: 4 } });
const NONE = { baseline: null, candidate: null, change: null, wouldShow: null, reason: null };
const quiet: Finding = { ...NONE, id, key, metric: 'prefillRate', outcome: 'not shown', isNo: false, wouldShow: 0.04 };
const worse: Finding = {
  ...NONE,
  id,
  key,
  metric: 'decodeRate',
  outcome: 'worse',
  isNo: true,
  baseline: 54.4,
  candidate: 51.03,
  change: -0.062,
};
const broken: Finding = {
  ...NONE,
  id: other.id,
  key: other.key,
  metric: null,
  outcome: 'failed',
  isNo: true,
  reason: 'killed by <SIGSEGV> & "friends"\u0007',
};
const gate = (findings: Finding[], exitCode: Gate['exitCode'] = 1, isPaired = false): Gate => ({
  ...{ exitCode, isPaired, findings, suite: 'quick', machine: 'box' },
  ...{ baseline: 'results/box/a.json', candidate: 'results/box/b.json' },
});
const whole = {
  heading: ['baseline   a', 'candidate  b'],
  columns: [],
  rows: [],
  notes: ['a note'],
  json: null,
  records: [],
};

describe('the verdict', () => {
  it.each<[Gate, string]>([
    [
      gate([quiet, worse, broken]),
      'Worse: decode rate of 2 threads pp512 tg5, −6.2 % (54.4 → 51.0 tok/s); and 1 more.',
    ],
    [gate([broken]), 'Failed: pp512 tg5, killed by <SIGSEGV> & "friends"\u0007.'],
    [
      gate([quiet, { ...quiet, metric: 'decodeRate', wouldShow: 0.09 }], 0),
      'Pass: none of 2 figures of 1 case is shown to be worse; changes of 4.0 to 9.0 % would have been, nine times in ten.',
    ],
    [
      gate([{ ...quiet, outcome: 'pass' }], 0, true),
      'Pass: a slowdown by the margin is excluded for 1 figure of 1 case.',
    ],
    [gate([], 2), 'No answer: no figure of both sides could be compared.'],
  ])('is one line: %#', (view, line) => {
    expect(verdictOf(view)).toBe(line);
  });
});

it('the page names what led to the verdict, why this baseline, and how much it leaves out', () => {
  const page = gatePage(gate([quiet, worse, broken]), whole, 'the newest earlier result of suite quick on box');
  expect(render(page, 'table', PLAIN)).toBe(
    `Worse: decode rate of 2 threads pp512 tg5, −6.2 % (54.4 → 51.0 tok/s); and 1 more.
baseline   a
candidate  b
why this baseline: the newest earlier result of suite quick on box

case                  metric        unit    baseline   candidate   change   outcome
2 threads pp512 tg5   decode rate   tok/s       54.4        51.0   −6.2 %   worse
4 threads pp512 tg5                                                         failed: killed by <SIGSEGV> & "friends"\ufffd

Without a change to name: 1 figure; edgeproof compare shows them all.
a note
`,
  );
});

describe('JUnit', () => {
  const parse = (xml: string) => {
    expect(XMLValidator.validate(xml)).toBe(true);
    return new XMLParser({
      ignoreAttributes: false,
      attributeNamePrefix: '',
      isArray: (name) => name === 'testcase',
    }).parse(xml).testsuites.testsuite;
  };

  it('has a test case for each finding, and failures for those that say no', () => {
    const suite = parse(junit(gate([quiet, worse, broken, { ...quiet, outcome: 'too few rounds' }])));
    expect(suite).toMatchObject({
      name: 'edgeproof regress: quick on box',
      tests: '4',
      failures: '2',
      skipped: '1',
      errors: '0',
    });
    expect(suite.testcase).toMatchObject([
      { classname: '2 threads pp512 tg5', name: 'prefill rate', 'system-out': expect.stringContaining('not shown') },
      {
        name: 'decode rate',
        failure: { type: 'worse', message: 'worse: decode rate of 2 threads pp512 tg5, −6.2 % (54.4 → 51.0 tok/s)' },
      },
      { classname: '4 threads pp512 tg5', name: 'runs', failure: { '#text': 'killed by <SIGSEGV> & "friends"\ufffd' } },
      { skipped: { message: expect.stringContaining('too few rounds') } },
    ]);
  });

  it('has an error where there is no answer, and stays XML whatever a name holds', () => {
    expect(parse(junit(gate([], 2))).testcase).toMatchObject([
      { error: { message: expect.stringMatching(/^No answer/) } },
    ]);
    const hostile = { ...broken, reason: ']]>\ud800\ufffe\u0000<script>&amp;' };
    expect(parse(junit(gate([hostile]))).testcase[0].failure['#text']).toBe(']]>\ufffd\ufffd\ufffd<script>&amp;');
  });
});

describe('GitHub', () => {
  it('gets one annotation, whose text cannot be taken for another command', () => {
    expect(annotation(gate([worse]))).toBe(
      '::error title=edgeproof%3A quick on box::Worse: decode rate of pp512 tg5, −6.2 %25 (54.4 → 51.0 tok/s).',
    );
    const hostile = annotation(gate([{ ...broken, reason: 'x\n::warning::y' }]));
    expect(hostile.split('\n')).toHaveLength(1);
    expect(annotation(gate([quiet], 0))).toMatch(/^::notice /);
    expect(annotation(gate([], 2))).toMatch(/^::warning /);
  });

  it('gets a summary in Markdown, and a short one where it would drop the long one', () => {
    const page = gatePage(gate([worse]), whole, null);
    expect(jobSummary(page)).toContain(
      '### Worse: decode rate of pp512 tg5, −6.2 % (54.4 → 51.0 tok/s).\n\n- baseline   a',
    );
    expect(jobSummary(page)).toContain('| pp512 tg5 | decode rate | tok/s | 54.4 | 51.0 | −6.2 % | worse |');
    const long = { ...page, notes: ['x'.repeat(20_000), ...Array.from({ length: 60 }, () => 'y'.repeat(19_000))] };
    expect(jobSummary(long)).toContain('too long for a summary');
  });
});
