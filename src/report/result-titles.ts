// Short names of results that stand side by side: their machine, day or time, whichever tells them apart. Pure.

interface Titled {
  machine: string;
  startedAt: string;
}

export function resultTitles(results: readonly Titled[]): string[] {
  const day = ({ startedAt }: Titled) => startedAt.slice(0, 10);
  const time = ({ startedAt }: Titled) => startedAt.slice(11, 16);
  const areSeveral = (of: (result: Titled) => string) => new Set(results.map(of)).size > 1;
  const machine = (result: Titled) => (areSeveral(({ machine }) => machine) ? result.machine : '');
  const moment = (result: Titled) => (areSeveral(day) ? `${day(result)} ${time(result)}` : time(result));
  const seconds = (result: Titled) => `${moment(result)}${result.startedAt.slice(16, 19)}`;
  const candidates = [[machine], [machine, day], [machine, moment], [machine, seconds]].map((parts) =>
    results.map((result) =>
      parts
        .map((part) => part(result))
        .filter((word) => word !== '')
        .join(' '),
    ),
  );
  const distinct = candidates.find((titles) => new Set(titles).size === titles.length && !titles.includes(''));
  return distinct ?? candidates.at(-1)!.map((title, i) => `${title} #${i + 1}`);
}
