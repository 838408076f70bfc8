// A gate as JUnit XML, which GitLab, Jenkins and others read: a test case for each finding. Pure.
// Format: https://github.com/testmoapp/junitxml and docs.gitlab.com/ci/testing/unit_test_reports.
import type { Finding, Gate } from '../contract/views/gate.js';
import { METRICS } from '../stats/metrics.js';
import { sentenceOf, verdictOf } from './gate-page.js';
import { caseLabel, type Labels, labelsOf } from './labels.js';
import { printable } from './printable.js';

/** Nothing could be said of these. */
const UNANSWERED = new Set<Finding['outcome']>(['too few rounds', 'not compared', 'missing']);

export function junit(gate: Gate): string {
  const labels = labelsOf(gate.findings);
  const failures = gate.findings.filter(({ isNo }) => isNo).length;
  const skipped = gate.findings.filter(isSkipped).length;
  const name = `edgeproof regress: ${gate.suite} on ${gate.machine}`;
  const counts = { tests: gate.findings.length, failures, skipped, errors: gate.exitCode === 2 ? 1 : 0 };
  const cases = gate.findings.map((finding) => testCase(finding, labels));
  const unanswered =
    gate.exitCode === 2
      ? [
          element(
            'testcase',
            { classname: 'edgeproof', name: 'comparison' },
            element('error', { message: verdictOf(gate) }),
          ),
        ]
      : [];
  const suite = element(
    'testsuite',
    { name, ...counts, tests: counts.tests + unanswered.length },
    [...cases, ...unanswered].join('\n'),
  );
  return `<?xml version="1.0" encoding="UTF-8"?>\n${element('testsuites', { name }, suite)}\n`;
}

function isSkipped({ isNo, outcome }: Finding): boolean {
  return !isNo && UNANSWERED.has(outcome);
}

function testCase(finding: Finding, labels: Labels): string {
  const { metric, outcome, isNo, reason } = finding;
  const name = metric === null ? 'runs' : METRICS[metric].title;
  const message = `${outcome}: ${sentenceOf(finding, labels)}`;
  const inside = isNo
    ? element('failure', { type: outcome, message }, text(reason ?? message))
    : isSkipped(finding)
      ? element('skipped', { message })
      : element('system-out', {}, text(message));
  return element('testcase', { classname: caseLabel(labels, finding), name }, inside);
}

function element(name: string, attributes: Record<string, string | number>, inside = ''): string {
  const pairs = Object.entries(attributes).map(([key, value]) => ` ${key}="${text(String(value))}"`);
  return inside === '' ? `<${name}${pairs.join('')}/>` : `<${name}${pairs.join('')}>${inside}</${name}>`;
}

/** XML 1.0 has no control characters, half pairs or U+FFFE and U+FFFF, as references neither. */
function text(value: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
  return printable(value.replace(/[\p{Cs}\ufffe\uffff]/gu, '\ufffd')).replace(
    /[&<>"]/g,
    (character) => entities[character]!,
  );
}
