export type Cell = string | number;

/** The first column is text, the others numbers; columns are padded to be read unrendered, too. */
export function table(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const widths = head.map((title, column) => Math.max(3, title.length, ...rows.map((row) => `${row[column]}`.length)));
  const line = (cells: readonly Cell[]) =>
    `| ${cells.map((cell, column) => (column === 0 ? `${cell}`.padEnd(widths[0]!) : `${cell}`.padStart(widths[column]!))).join(' | ')} |`;
  const rule = `| ${widths.map((width, column) => (column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`;
  return [line(head), rule, ...rows.map(line)].join('\n');
}

export function list(items: readonly string[]): string {
  return items.map((item) => `- ${item}`).join('\n');
}

export function mega(bytes: number): string {
  return (bytes / 1e6).toFixed(0);
}

export function giga(perSecond: number): string {
  return (perSecond / 1e9).toFixed(0);
}

export function percent(share: number): string {
  return `${(share * 100).toFixed(0)} %`;
}
