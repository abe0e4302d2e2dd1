/** Whether a gateway says that Redis did not answer it in time, as it may not on a busy machine. */
export async function isUnanswered(response: Response): Promise<boolean> {
  return response.status === 503 && /The queue does not answer/.test(await response.clone().text());
}

/** Sends a request, and again while Redis did not answer its gateway in time. */
export async function untilAnswered(send: () => Promise<Response>): Promise<Response> {
  const response = await send();
  return (await isUnanswered(response)) ? await untilAnswered(send) : response;
}
