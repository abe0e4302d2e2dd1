/** An image: a file or its bytes, or where the server finds it (`https:` or `data:`). */
export type ImageSource = Blob | ArrayBuffer | Uint8Array | URL | string;

/** The body of a submit: a form with the file, or JSON with the image's URL. */
export function bodyOf(image: ImageSource, { params, ...asked }: Record<string, unknown>): unknown {
  if (typeof image === 'string' || image instanceof URL) return { ...asked, params, image: { url: String(image) } };
  const form = new FormData();
  for (const [name, value] of Object.entries({ ...asked, ...(params as object) })) {
    for (const one of [value].flat()) {
      if (one != null) form.append(name, typeof one === 'object' ? JSON.stringify(one) : String(one));
    }
  }
  form.set('image', image instanceof Blob ? image : new Blob([image as ArrayBuffer]), 'image');
  return form;
}
