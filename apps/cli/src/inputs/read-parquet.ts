import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects, parquetSchema } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';

/** Rows that are held at once: data sets keep whole images in them. */
const rowsAtOnce = 64;

/** The values of one column of a Parquet file, in the order of rows. */
export async function* readParquet(path: string, choose: (columns: string[]) => string): AsyncGenerator<unknown> {
  const file = await asyncBufferFromFile(path);
  const metadata = await parquetMetadataAsync(file);
  const column = choose(parquetSchema(metadata).children.map(({ element }) => element.name));
  const rows = Number(metadata.num_rows);
  for (let rowStart = 0; rowStart < rows; rowStart += rowsAtOnce) {
    const rowEnd = Math.min(rowStart + rowsAtOnce, rows);
    // Bytes stay bytes: an image is no text.
    const options = { file, metadata, columns: [column], rowStart, rowEnd, compressors, utf8: false };
    for (const row of await parquetReadObjects(options)) yield row[column];
  }
}
