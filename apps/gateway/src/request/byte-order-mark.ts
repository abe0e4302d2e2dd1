const mark = Buffer.from('\ufeff');

/** Leaves out the byte order mark that a text may begin with, which comes in pieces: programs on Windows write one. */
export class ByteOrderMark {
  #seen = 0;

  /** The piece without what it has of the mark. */
  skip(piece: Buffer): Buffer {
    let at = 0;
    while (at < piece.length && this.#seen < mark.length && piece[at] === mark[this.#seen]) {
      at += 1;
      this.#seen += 1;
    }
    if (this.#seen === mark.length || at === piece.length) return piece.subarray(at);
    const rest = Buffer.concat([mark.subarray(0, this.#seen), piece.subarray(at)]);
    this.#seen = mark.length;
    return rest;
  }
}
