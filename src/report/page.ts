// A page: one answer, ready to be printed in any form. Made of a derived view, printed by render.ts.
export interface Column {
  key: string;
  title: string;
  unit?: string;
  align?: 'left' | 'right';
}

export interface Page {
  /** Lines above the table: what this is about. */
  heading: string[];
  columns: Column[];
  rows: Record<string, string>[];
  /** Lines below the table: conclusion first, then warnings. */
  notes: string[];
  /** The derived view, printed by `-o json`. */
  json: unknown;
  /** One flat record a line for `-o jsonl` and `-o csv`; numbers bare, unknowns null. */
  records: Record<string, string | number | boolean | null>[];
}

/** A row of a page that lists facts. */
export type Fact = [fact: string, value: string];

export function factTable(facts: readonly Fact[]): Pick<Page, 'columns' | 'rows'> {
  const columns = ['fact', 'value'].map((key) => ({ key, title: key }));
  return { columns, rows: facts.map(([fact, value]) => ({ fact, value })) };
}
