import type { Root } from 'mdast';

export interface Document {
  text: string;
  tree: Root;
}
export interface Heading {
  depth: number;
  text: string;
  anchor: string;
}
/** The paths of all Markdown files of the repository. */
export function documents(): string[];
export function readDocument(path: string): Document;
export function headingsOf(tree: Root): Heading[];
export function targetsOf(tree: Root): string[];
