/** The beginning of a text, of so many UTF-16 units at most. It ends with a whole character. */
export function cutText(text: string, charsMax: number): string {
  return text.length <= charsMax ? text : text.slice(0, charsMax).replace(/[\ud800-\udbff]$/, '');
}
