// All that the page draws goes through here. Texts become text nodes, never HTML, whoever wrote them; the page's content
// security policy refuses anything else (`require-trusted-types-for 'script'`).

/** @param {string} id @returns {HTMLElement} */
export function at(id) {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`the page has no #${id}`);
  return found;
}

/**
 * An element with attributes and content.
 * @param {string} tag @param {Record<string, string>} attributes @param {...(Node | string)} content
 */
export function element(tag, attributes = {}, ...content) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...content);
  return made;
}

/** Changes a text only where it differs, so that nothing is announced or deselected for nothing. */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** @param {HTMLElement} list @param {[string, string][]} entries of a description list */
export function describe(list, entries) {
  reconcile(list, entries, {
    key: ([term]) => term,
    make: ([term]) => element('div', {}, element('dt', {}, term), element('dd')),
    update: (node, [, text]) => setText(node.lastElementChild, text),
  });
}

/**
 * A table whose rows are found again by their keys, so that what has the focus or is selected stays.
 * @param {HTMLElement} table
 * @param {{ label: string, cell: (row: any) => { text: string, href?: string, level?: string } }[]} columns
 * @param {any[]} rows @param {(row: any) => string} key @param {string} empty said in place of no rows
 */
export function tabulate(table, columns, rows, key, empty) {
  if (table.tHead === null) {
    // Narrow pages show tables as blocks, for which browsers forget what they are.
    table.setAttribute('role', 'table');
    const heads = columns.map(({ label }) => element('th', { role: 'columnheader', scope: 'col' }, label));
    table.append(
      element('thead', { role: 'rowgroup' }, element('tr', { role: 'row' }, ...heads)),
      element('tbody', { role: 'rowgroup' }),
    );
  }
  const shown = rows.length > 0 ? rows : [{ isEmpty: true }];
  reconcile(table.tBodies[0], shown, {
    key: (row) => (row.isEmpty ? '' : key(row)),
    make: (row) => rowOf(row.isEmpty ? [{ label: '' }] : columns),
    update: (node, row) => {
      if (row.isEmpty) return setText(node.firstElementChild, empty);
      columns.forEach(({ cell }, i) => {
        fill(node.children[i], cell(row));
      });
    },
  });
}

function rowOf(columns) {
  const cells = columns.map(({ label }) => element('td', { role: 'cell', 'data-label': label }));
  if (cells.length === 1) cells[0].setAttribute('colspan', '99');
  return element('tr', { role: 'row' }, ...cells);
}

function fill(cell, { text, href, level = '' }) {
  if (cell.className !== level) cell.className = level;
  const link = cell.querySelector('a');
  if ((link?.getAttribute('href') ?? undefined) === href) return setText(link ?? holder(cell), text);
  cell.replaceChildren(
    href === undefined ? element('span') : element('a', { href, target: '_blank', rel: 'noopener' }),
  );
  cell.firstElementChild.textContent = text;
}

function holder(cell) {
  if (cell.firstElementChild === null) cell.append(element('span'));
  return cell.firstElementChild;
}

/** Makes, updates, orders and removes the children of a node, one for each entry. */
export function reconcile(parent, entries, { key, make, update }) {
  const old = new Map([...parent.children].map((node) => [node.key, node]));
  entries.forEach((entry, i) => {
    const name = key(entry);
    const node = old.get(name) ?? Object.assign(make(entry), { key: name });
    old.delete(name);
    update(node, entry);
    if (parent.children[i] !== node) parent.insertBefore(node, parent.children[i] ?? null);
  });
  for (const node of old.values()) node.remove();
}
