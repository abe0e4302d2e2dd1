/** The model cannot be served, and starting again would not help: `code` and `message` are the model's own. */
export class EngineRefusedError extends Error {
  override readonly name = 'EngineRefusedError';
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}
