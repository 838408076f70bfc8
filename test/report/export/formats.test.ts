// The export formats: golden text read by eye, and each held against the definition of the tool that reads it.
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { ResultDocument } from '../../../src/contract/result.js';
import { exportRowSchema } from '../../../src/contract/views/export.js';
import { EXPORT_FORMATS, type ExportFormatName } from '../../../src/contract/vocabulary.js';
import { exportFormat } from '../../../src/report/export/formats.js';
import { caseWords } from '../../../src/report/labels.js';
import { exportCases } from '../../../src/stats/export-cases.js';
import { exportRows } from '../../../src/stats/export-rows.js';
import { documentOf, generateCase, steadyRound } from '../../fixtures/document.js';
import { readOpenMetrics } from '../../fixtures/openmetrics.js';

/** Two rounds: 512 tokens in 100 ms, then 5 ms a token, and 120 ms, 5 ms. */
const DOCUMENT = documentOf([generateCase([steadyRound(100, 5), steadyRound(120, 5)])]);

function exported(name: ExportFormatName, document: ResultDocument = DOCUMENT, better: 'higher' | 'lower' = 'higher') {
  const format = exportFormat(name);
  if (format.kind === 'cases') return format.document(exportCases(document, caseWords), better);
  return format.header + exportRows(document, 'results/a.json').map(format.line).join('');
}

const hostile = (text: string) =>
  documentOf([generateCase([steadyRound(100, 5)], { key: { model: text, weights: 'real', layout: null } })]);
const HOSTILE = 'a"b\\c\nd,e\u001b[31m';

describe('rows', () => {
  it('have the columns of the schema, in its order, in every line', () => {
    const columns = Object.keys(exportRowSchema.shape);
    const lines = exported('jsonl').trimEnd().split('\n');
    for (const line of lines) {
      expect(Object.keys(JSON.parse(line))).toEqual(columns);
      exportRowSchema.parse(JSON.parse(line));
    }
    // TTFT, both rates, TPOT, load and memory, of two rounds.
    expect(lines).toHaveLength(12);
    expect(exported('csv').split('\n')[0]).toBe(columns.join(','));
  });

  it('say the same in CSV', () => {
    const values = exported('csv')
      .trimEnd()
      .split('\n')
      .slice(1)
      .map((line) => line.split(','));
    const records = exported('jsonl')
      .trimEnd()
      .split('\n')
      .map((line) => Object.values(JSON.parse(line)).map((value) => (value === null ? '' : String(value))));
    expect(values).toEqual(records);
  });

  it('quote text in CSV, and escape what a terminal would obey', () => {
    const line = exported('csv', hostile(HOSTILE)).split('\n').slice(1, 4).join('\n');
    expect(line).toContain('"a""b\\c\nd,e\ufffd[31m"');
    expect(JSON.parse(exported('jsonl', hostile(HOSTILE)).split('\n')[0]!).model).toBe(HOSTILE);
    expect(exported('jsonl', hostile(HOSTILE))).not.toContain('\u001b');
  });
});

describe('github-action-benchmark', () => {
  /** As src/extract.ts of the action has it. */
  const BenchmarkResults = z.array(
    z.strictObject({
      name: z.string().min(1),
      value: z.number(),
      range: z.string().optional(),
      unit: z.string(),
      extra: z.string().optional(),
    }),
  );

  it('has the figures of one direction, each once', () => {
    expect(JSON.parse(exported('github-action-benchmark'))).toEqual([
      {
        name: 'testbox-2c-8gb · qwen2.5-0.5b · tuned q4 · onnxruntime · cpu · 2 threads · pp512 tg5 · synthetic weights · prefill rate',
        unit: 'tok/s',
        value: (5120 + 512 / 0.12) / 2,
        range: expect.stringMatching(/^± [\d.>]+ %$/),
        extra: 'median of 2 rounds, measured 2025-01-01T12:00:00.000Z',
      },
      expect.objectContaining({ value: 200, name: expect.stringContaining('decode rate') }),
    ]);
    const lower = BenchmarkResults.parse(JSON.parse(exported('github-action-benchmark', DOCUMENT, 'lower')));
    expect(lower.map(({ unit, value }) => [unit, value])).toEqual([
      ['ms', 400],
      ['bytes', 800_000_000],
    ]);
  });

  it('is what the action reads', () => {
    expect(() =>
      BenchmarkResults.parse(JSON.parse(exported('github-action-benchmark', hostile(HOSTILE)))),
    ).not.toThrow();
  });
});

describe('Bencher Metric Format', () => {
  /** https://bencher.dev/bmf.json */
  const BMF = z.record(
    z.string().min(1),
    z.record(
      z.string().min(1),
      z.strictObject({ value: z.number(), lower_value: z.number().optional(), upper_value: z.number().optional() }),
    ),
  );

  it('has value and limits of each measure', () => {
    const [[name, measures]] = Object.entries(BMF.parse(JSON.parse(exported('bencher')))) as [
      [string, z.output<typeof BMF>[string]],
    ];
    expect(name).toBe(
      'testbox-2c-8gb/generate/model=qwen2.5-0.5b/layout=tuned/dtype=q4/runtime=onnxruntime/ep=cpu/threads=2/prompt=512/new=5',
    );
    expect(Object.keys(measures)).toEqual([
      'ttft-ms',
      'prefill-rate',
      'decode-rate',
      'tpot-ms',
      'load-ms',
      'peak-rss-bytes',
    ]);
    // Student t of one degree of freedom, 12.706, and a standard error of 10 ms.
    expect(measures['ttft-ms']).toMatchObject({ value: 110, lower_value: expect.closeTo(110 - 127.06, 1) });
  });
});

describe('OpenMetrics', () => {
  it('is text of the grammar, in base units', () => {
    const samples = readOpenMetrics(exported('openmetrics'));
    expect(samples.map(({ name, value }) => [name, value])).toEqual([
      ['edgeproof_time_to_first_token_seconds', 0.11],
      ['edgeproof_prefill_rate_tokens_per_second', expect.closeTo((5120 + 512 / 0.12) / 2, 6)],
      ['edgeproof_decode_rate_tokens_per_second', 200],
      ['edgeproof_time_per_output_token_seconds', 0.005],
      ['edgeproof_load_time_seconds', 0.4],
      ['edgeproof_peak_memory_bytes', 800_000_000],
    ]);
    expect(samples[0]!.labels).toMatchObject({
      machine: 'testbox-2c-8gb',
      model: 'qwen2.5-0.5b',
      weights: 'synthetic',
    });
  });

  it('reads by eye', () => {
    expect(exported('openmetrics').split('\n').slice(0, 4)).toEqual([
      '# TYPE edgeproof_time_to_first_token_seconds gauge',
      '# UNIT edgeproof_time_to_first_token_seconds seconds',
      '# HELP edgeproof_time_to_first_token_seconds time to first token, median over rounds',
      'edgeproof_time_to_first_token_seconds{machine="testbox-2c-8gb",suite="quick",model="qwen2.5-0.5b",layout="tuned",dtype="q4",runtime="onnxruntime",ep="cpu",threads="2",prompt="512",new="5",weights="synthetic",workload="generate"} 0.11',
    ]);
  });

  it('escapes labels, and keeps line breaks out of them', () => {
    const [sample] = readOpenMetrics(exported('openmetrics', hostile(HOSTILE)));
    expect(sample!.labels.model).toBe('a"b\\c d,e\ufffd[31m');
  });

  it('has a label of its own name for each option', () => {
    const config = { 'session.a_b': '1' };
    const tuned = documentOf([generateCase([steadyRound(100, 5)], { key: { options: { spinning: false, config } } })]);
    expect(readOpenMetrics(exported('openmetrics', tuned))[0]!.labels).toMatchObject({
      option_spinning: 'off',
      option_session_a_b: '1',
    });
  });

  it('is whole where there is nothing to say', () => {
    expect(exportFormat('openmetrics')).toMatchObject({ kind: 'cases' });
    expect(exported('openmetrics', documentOf([generateCase(['failed'])]))).toBe('# EOF\n');
  });
});

it('every format is tried here', () => {
  expect([...EXPORT_FORMATS].sort()).toEqual(['bencher', 'csv', 'github-action-benchmark', 'jsonl', 'openmetrics']);
});
