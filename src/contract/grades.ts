// The grades of a round's condition, best first. How a round gets its grade: stats/grade.ts and docs/condition.md.

export const GRADES = ['A', 'B', 'C'] as const;
export type Grade = (typeof GRADES)[number];
