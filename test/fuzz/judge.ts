/** What an answer must be, whatever was asked: documented, matching its schema, and no defect of ours. */
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import type { OpenApi } from '../support/openapi.ts';
import type { FuzzCase } from './cases.ts';

/** Where guessing at a password is answered 429 in time, which the run does. */
const MAY_PAUSE = /^\/v1\/me\/(password|second-factor)/;

/** An answer, read. */
export interface FuzzAnswer {
  status: number;
  contentType: string;
  text: string;
}

/** Judges answers by the document. */
export class Judge {
  readonly #ajv: Ajv2020;
  readonly #compiled = new Map<string, ValidateFunction>();

  constructor(document: OpenApi) {
    this.#ajv = new Ajv2020({ strict: false, allErrors: false });
    formats.default(this.#ajv);
    this.#ajv.addSchema(document, 'document');
  }

  /** What is wrong with an answer; nothing when all is well. */
  faults(sent: FuzzCase, answer: FuzzAnswer): string[] {
    const { op, kind } = sent;
    const faults: string[] = [];
    if (answer.status >= 500) faults.push(`a defect: ${answer.status} ${answer.text.slice(0, 200)}`);
    const declared = op.responses[String(answer.status)];
    if (!declared) return [...faults, `an undocumented ${answer.status}: ${answer.text.slice(0, 200)}`];
    const secured = !['public', 'ticket', 'signature'].includes(op.access ?? '');
    if (kind === 'no token' && secured && answer.status !== 401) faults.push(`no token, yet ${answer.status}`);
    const wants4xx = ['unknown property', 'unknown parameter', 'oversized', 'broken body'].includes(kind);
    // A caller that is not let in any more looks at nothing.
    const lost = secured && !['no token', 'odd headers'].includes(kind) && [401, 429].includes(answer.status);
    if (lost && !MAY_PAUSE.test(op.path)) faults.push(`the run's own caller was refused with ${answer.status}`);
    if (wants4xx && answer.status < 400) faults.push(`${kind} was taken: ${answer.status}`);
    return [...faults, ...this.#mismatch(sent, answer)];
  }

  #mismatch({ op }: FuzzCase, { status, contentType, text }: FuzzAnswer): string[] {
    const content = op.responses[String(status)]!.content;
    if (!content) return [];
    const type = contentType.split(';')[0]!.trim();
    if (status === 304 || (status === 303 && text === '')) return [];
    if (!content[type]) return [`${status} came as ${type || 'nothing'}, not as ${Object.keys(content).join(' or ')}`];
    if (!/[/+]json$/.test(type)) return [];
    const escape = (part: string): string => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'));
    const pointer = ['paths', op.path, op.method.toLowerCase(), 'responses', String(status), 'content', type, 'schema'];
    const reference = `document#/${pointer.map(escape).join('/')}`;
    const validate = this.#compiled.get(reference) ?? this.#ajv.compile({ $ref: reference });
    this.#compiled.set(reference, validate);
    if (validate(JSON.parse(text))) return [];
    return [`${status} does not match its schema: ${this.#ajv.errorsText(validate.errors)} in ${text.slice(0, 300)}`];
  }
}
