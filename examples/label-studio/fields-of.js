import { XMLParser } from 'fast-xml-parser';

const parser = new XMLParser({ ignoreAttributes: false, attributeNamePrefix: '', preserveOrder: true });

/**
 * Where the images are and captions go, by a project's labelling configuration (XML): the first `TextArea` for an `Image`.
 *
 * @returns {{ textArea: string, image: string, variable: string }} `variable` is the key of a task's data
 * @throws {Error} with `status` 400
 */
export function fieldsOf(config) {
  const tags = tagsOf(parser.parse(String(config ?? '')));
  for (const textArea of tags.filter(({ tag }) => tag === 'TextArea')) {
    const image = tags.find(({ tag, name }) => tag === 'Image' && name === textArea.toName);
    if (image) return { textArea: textArea.name, image: image.name, variable: image.value.replace(/^\$/, '') };
  }
  throw Object.assign(new Error('the labelling configuration has no <TextArea> for an <Image>'), { status: 400 });
}

function tagsOf(nodes) {
  return nodes.flatMap(({ ':@': attributes, ...node }) =>
    Object.entries(node).flatMap(([tag, inner]) =>
      Array.isArray(inner) ? [{ tag, name: '', value: '', ...attributes }, ...tagsOf(inner)] : [],
    ),
  );
}
