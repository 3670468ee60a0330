/** The observer's contract: the audit trail. */
import { contract } from '../kit/operation.ts';
import { readinessOperation } from '../kit/readiness.ts';
import { auditOperations } from './audit.ts';

/** The observer's operations. */
export const observer = contract('observer', { ...auditOperations, ...readinessOperation });
