import type { z } from 'zod';

/** What a settings schema says of one of its variables. */
export interface SettingDescription {
  /** Completes the sentence "VARIABLE takes …". */
  readonly takes: string;
  /** What the variable is for, in Markdown; links are relative to docs/. Empty where the schema does not say. */
  readonly purpose: string;
  /** The value of an unset variable, in words where it depends on the machine; undefined where there is none. */
  readonly initial: string | undefined;
  readonly required: boolean;
  /** Whether an operator should know the variable from the first day: the README lists it. */
  readonly essential: boolean;
}

/**
 * Reads a field of a settings schema. `.describe()` on the type says what it takes; `.meta()` on the type or on what wraps
 * it (`.default()`, `.optional()`) has `purpose`, `essential` and, for defaults that depend on the machine, `initially`.
 */
export function describeSetting(type: z.core.$ZodType): SettingDescription {
  const meta = metaOf(type);
  const parsed = (type as z.ZodType).safeParse(undefined);
  return {
    takes: String(meta.description ?? 'another value'),
    purpose: String(meta.purpose ?? ''),
    initial: parsed.success ? ((meta.initially as string | undefined) ?? inWords(parsed.data)) : undefined,
    required: !parsed.success,
    essential: meta.essential === true,
  };
}

/** What is said of a type and of those that it wraps; the outermost word counts. */
function metaOf(type: z.core.$ZodType): Readonly<Record<string, unknown>> {
  const { innerType } = type._zod.def as { innerType?: z.core.$ZodType };
  return { ...(innerType && metaOf(innerType)), ...(type as z.ZodType).meta() };
}

function inWords(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'boolean') return value ? '1' : '0';
  return Array.isArray(value) ? value.join(' ') : String(value);
}
