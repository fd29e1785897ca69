import type { Line } from '@/api/usage';

export interface Group {
  id: string;
  name: string;
  total: number;
  /** The figure of each bucket, by its start in seconds. */
  at: ReadonlyMap<number, number>;
}

/** The largest groups, and what is left as one more, so that the whole stays the whole. */
export function groups(lines: readonly Line[], by: string, most: number, value: (line: Line) => number, names: { other: string; none: string }): Group[] {
  const found = new Map<string, { id: string; name: string; total: number; at: Map<number, number> }>();
  for (const line of lines) {
    const id = line.by[by] ?? '';
    const group = found.get(id) ?? { id, name: line.names[by] ?? (id || names.none), total: 0, at: new Map<number, number>() };
    const figure = value(line);
    group.total += figure;
    if (line.start) {
      const second = Date.parse(line.start) / 1000;
      group.at.set(second, (group.at.get(second) ?? 0) + figure);
    }
    found.set(id, group);
  }
  const sorted = [...found.values()].sort((a, b) => b.total - a.total);
  if (sorted.length <= most) return sorted;
  const rest = sorted.slice(most - 1);
  const at = new Map<number, number>();
  for (const group of rest) for (const [time, figure] of group.at) at.set(time, (at.get(time) ?? 0) + figure);
  return [...sorted.slice(0, most - 1), { id: '', name: `${names.other} (${rest.length})`, total: rest.reduce((all, group) => all + group.total, 0), at }];
}
