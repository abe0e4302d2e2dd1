// The search, in the browser: MiniSearch over an index that is loaded when the field is first entered.
const box = document.querySelector('.search');
const [field, list] = box.children;
const options = { fields: ['title', 'heading', 'text'], storeFields: ['title', 'heading', 'link'] };
const query = {
  prefix: true,
  fuzzy: (term) => (term.length > 4 ? 0.2 : 0),
  combineWith: 'AND',
  boost: { title: 4, heading: 3 },
};
let index;

field.disabled = false;
field.addEventListener('focus', () => void loadIndex());
field.addEventListener('input', () => void show());
document.addEventListener('keydown', (event) => {
  if (event.key === '/' && !/^(INPUT|TEXTAREA)$/.test(document.activeElement.tagName)) {
    event.preventDefault();
    field.focus();
  } else if (event.key === 'Escape') close();
});
box.addEventListener('keydown', (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const links = [...list.querySelectorAll('a')];
  if (step === undefined || links.length === 0) return;
  event.preventDefault();
  const next = links.indexOf(document.activeElement) + step;
  if (next < 0) field.focus();
  else links[Math.min(next, links.length - 1)].focus();
});
box.addEventListener('focusout', ({ relatedTarget }) => {
  if (!box.contains(relatedTarget)) close();
});

/** A failed load is tried again by the next key. */
function loadIndex() {
  index ??= fetch(box.dataset.index)
    .then((answer) => answer.text())
    .then((json) => window.MiniSearch.loadJSON(json, options))
    .catch((error) => {
      index = undefined;
      throw error;
    });
  return index;
}

async function show() {
  const words = field.value.trim();
  if (words === '') return close();
  try {
    const found = (await loadIndex()).search(words, query).slice(0, 12);
    if (field.value.trim() !== words) return;
    list.replaceChildren(...(found.length > 0 ? found.map(entry) : [note('Nothing found.')]));
  } catch {
    list.replaceChildren(note('The index of the search could not be loaded.'));
  }
  list.hidden = false;
}

function close() {
  list.hidden = true;
}

function entry({ title, heading, link }) {
  const anchor = Object.assign(document.createElement('a'), { href: box.dataset.root + link });
  anchor.append(Object.assign(document.createElement('strong'), { textContent: heading }));
  if (heading !== title) anchor.append(` ${title}`);
  const item = document.createElement('li');
  item.append(anchor);
  return item;
}

function note(textContent) {
  return Object.assign(document.createElement('li'), { textContent });
}
