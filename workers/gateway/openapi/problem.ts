/** Error answers of the API description. */
import { z } from 'zod';
import { described, text, whole } from '../../../contracts/kit/primitives.ts';
import { ERROR_CODES, type ErrorCode } from '../../../contracts/kit/result.ts';
import { PROBLEMS, QUOTA_EXCEEDED } from '../http/problems.ts';

/** RFC 9457 problem document. */
export const problemSchema = z
  .looseObject({
    type: text('What kind of problem; about:blank when the status says it all', 'about:blank'),
    title: text('The kind in words', 'Not found'),
    status: whole('The HTTP status', 404),
    detail: text('What is wrong with this request', 'There is no such container'),
    correlationId: text('Names the request in logs', '2f1e7a34-6b0f-4d0a-9a1e-0d6f3f1f0c11'),
    code: described(z.enum(ERROR_CODES), 'Stable code to decide by; see the error catalogue', 'not_found').optional(),
    errors: z
      .array(
        z.strictObject({
          pointer: text(
            'JSON pointer to the fault: into the body, or /path, /query, /header and a name',
            '/containers/0/number',
          ),
          code: text('What kind of fault', 'invalid'),
          detail: text('The fault in words', 'must be 4 to 17 letters and digits'),
        }),
      )
      .meta({ description: 'Every fault of the request' })
      .optional(),
    'violated-policies': z
      .array(z.string())
      .meta({ description: 'The limits that are used up', examples: [['subject']] })
      .optional(),
  })
  .meta({ id: 'Problem', description: 'A problem document (RFC 9457)' });

/** An OAuth error (RFC 6749 section 5.2). */
export const oauthErrorSchema = z
  .strictObject({
    error: text('The code of RFC 6749, RFC 7009 or RFC 9449', 'invalid_client'),
    error_description: text('What is wrong', 'The client could not be authenticated'),
  })
  .meta({ id: 'OAuthError', description: 'An OAuth error (RFC 6749 section 5.2)' });

/** A problem document of a status, as one of its codes makes it. */
export function problemExample(status: number, codes: readonly ErrorCode[]): object {
  const code = codes.find((known) => PROBLEMS[known].status === status);
  const correlationId = '2f1e7a34-6b0f-4d0a-9a1e-0d6f3f1f0c11';
  const { title, type } = code ? PROBLEMS[code] : { title: 'Not possible', type: undefined };
  const detail = code === 'not_found' ? 'There is no such thing' : title;
  const base = { type: type ?? 'about:blank', title, status, detail, correlationId, ...(code ? { code } : {}) };
  if (code === 'invalid') {
    const errors = [{ pointer: '/query/limit', code: 'too_big', detail: 'Too big: expected number to be <=500' }];
    return { ...base, detail: 'The request has faults', errors };
  }
  return type === QUOTA_EXCEEDED ? { ...base, 'violated-policies': ['subject'] } : base;
}
