/** Forms (application/x-www-form-urlencoded): bounded, and each field at most once (RFC 6749 section 3.1). */
import { readBody } from './body.ts';

const FORM_MAX_BYTES = 16_384;

/** Why a form is not taken. */
export type FormFault = 'too_large' | 'not_a_form' | 'repeated';

/** The fields of a form. */
export async function readForm(request: Request): Promise<Record<string, string> | FormFault> {
  if (!/^application\/x-www-form-urlencoded\s*(;|$)/i.test(request.headers.get('content-type') ?? '')) {
    return 'not_a_form';
  }
  const body = await readBody(request, FORM_MAX_BYTES);
  return body === 'too_large' ? body : fieldsOf(new URLSearchParams(new TextDecoder().decode(body)));
}

/** Parameters by name; an empty one counts as left out. */
export function fieldsOf(parameters: URLSearchParams): Record<string, string> | 'repeated' {
  const fields: Record<string, string> = {};
  for (const [name, value] of parameters) {
    if (Object.hasOwn(fields, name)) return 'repeated';
    fields[name] = value;
  }
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== ''));
}
