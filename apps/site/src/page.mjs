import { addressOf, linkBetween } from './document-paths.mjs';

const escaped = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');

/**
 * A whole page.
 *
 * @param page `path`, `html`, `document` (from renderDocument), `navigation` and `assets` (their addresses by name)
 */
export function page({ path, html, document, navigation, assets }) {
  const address = addressOf(path);
  const to = (place) => linkBetween(address, place);
  const up = linkBetween(address, 'index');
  return `<!DOCTYPE html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>${escaped(document.title)} · BlipQ</title>
    <link rel="icon" href="${to(assets.icon)}" type="image/svg+xml">
    <link rel="stylesheet" href="${to(assets.style)}">
    <script src="${to(assets.minisearch)}" defer></script>
    <script src="${to(assets.search)}" defer></script>
  </head>
  <body>
    <a class="skip" href="#content">Skip to the content</a>
    <header>
      <a class="name" href="${up}">BlipQ</a>
      <search class="search" data-index="${to(assets.index)}" data-root="${up}">
        <input type="search" placeholder="Search (press /)" aria-label="Search the documents" autocomplete="off" spellcheck="false" disabled>
        <ol class="results" hidden></ol>
      </search>
      <nav class="service" aria-label="This server"><a href="${up}../playground">Playground</a> <a href="${up}../">API</a></nav>
    </header>
    <div class="columns">
      <nav class="menu" aria-label="Documents"><details open><summary>Documents</summary>${menu(navigation, path, to)}</details></nav>
      <main id="content">${html}</main>
      ${onThisPage(document)}
    </div>
  </body>
</html>
`;
}

function menu(navigation, path, to) {
  return navigation
    .map(({ title, links }) => {
      const items = links.map((link) => {
        const current = link.path === path ? ' aria-current="page"' : '';
        return `<li><a href="${to(addressOf(link.path))}"${current}>${escaped(link.text)}</a></li>`;
      });
      return `<h2>${escaped(title)}</h2><ul>${items.join('')}</ul>`;
    })
    .join('');
}

function onThisPage({ headings }) {
  const shown = headings.filter(({ depth }) => depth === 2 || depth === 3);
  if (shown.length < 3) return '';
  const items = shown.map(
    ({ depth, text, id }) => `<li class="depth-${depth}"><a href="#${id}">${escaped(text)}</a></li>`,
  );
  return `<nav class="contents" aria-label="On this page"><h2>On this page</h2><ul>${items.join('')}</ul></nav>`;
}
