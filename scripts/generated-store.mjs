// A store of many realistic results: the committed ones again and again, of other machines and dates, with speeds that vary
// by round, sitting and machine. Seeded.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const MACHINES = ['workstation-16c-64gb', 'laptop-8c-16gb', 'board-4c-8gb', 'intel-xeon-2c-24gb', 'phone-8c-12gb'];
const START = Date.UTC(2026, 0, 1);
const STEP_MS = 50 * 60_000;

/** Writes `count` results below `directory`. @param {string} directory @param {number} count @param {string} templates */
export function generateStore(directory, count, templates = 'results/intel-xeon-2c-24gb') {
  const random = seeded(1);
  const texts = readdirSync(templates)
    .filter((name) => name.endsWith('.json'))
    .map((name) => readFileSync(join(templates, name), 'utf8'))
    // The largest are of a suite that nobody runs daily.
    .filter((text) => text.length < 100_000);
  for (const machine of MACHINES) mkdirSync(join(directory, machine), { recursive: true });
  for (let i = 0; i < count; i++) {
    const place = i % MACHINES.length;
    const document = JSON.parse(texts[Math.floor(i / MACHINES.length) % texts.length]);
    const startedAt = new Date(START + i * STEP_MS).toISOString();
    const pace = (1 + place / 2) * (1 + 0.02 * normal(random)) * (i > count / 2 ? 1.05 : 1);
    document.startedAt = startedAt;
    document.machine.id = MACHINES[place];
    document.tool.commit = Math.floor(i / 10)
      .toString(16)
      .padStart(7, '0')
      .padEnd(40, 'c');
    for (const { rounds } of document.cases)
      for (const round of rounds) {
        const own = pace * (1 + 0.01 * normal(random));
        for (const iteration of round.iterations ?? [])
          if (iteration.tokenMs !== undefined)
            iteration.tokenMs = iteration.tokenMs.map((/** @type {number} */ ms) => Math.round(ms * own * 1000) / 1000);
      }
    const name = `${document.suite.content.name}-${startedAt.replace(/[-:]|\.\d+/g, '')}.json`;
    writeFileSync(join(directory, MACHINES[place], name), JSON.stringify(document));
  }
}

function normal(/** @type {() => number} */ random) {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** Marsaglia's xorshift. */
function seeded(/** @type {number} */ seed) {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
