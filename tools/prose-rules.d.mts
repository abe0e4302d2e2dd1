import type { Document } from './documents.mjs';

export interface Finding {
  line: number;
  rule: 'long-sentence' | 'passive-chain' | 'vague-opening' | 'wording';
  message: string;
}
export function proseFindings(document: Document): Finding[];
