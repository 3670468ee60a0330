/** Files that a tenant uploads itself: read as the deliveries of a connection are. */
import { z } from 'zod';
import { operation } from '../kit/operation.ts';
import { described, idInput, oneOf } from '../kit/primitives.ts';
import { ingestAnswer } from './connections.ts';

/** Characters of an uploaded file: with what JSON escapes of it, it must fit a request. */
const UPLOAD_MAX_CHARS = 200_000;

const upload = z
  .strictObject({
    contentType: oneOf(['text/csv', 'application/x-ndjson', 'application/json'], 'What the text is'),
    text: described(
      z.string().min(1).max(UPLOAD_MAX_CHARS),
      'The file, or a part of it with its header',
      'container,event,time,place\nCSQU3054383,LOAD,2026-11-26T08:30:00+08:00,CNSHA',
    ),
  })
  .meta({ id: 'Upload', description: 'A file to read as a delivery of the connection' });

/** The operations. */
export const uploadOperations = {
  uploadFile: operation({
    permission: 'connections:manage',
    summary: 'Upload a file as a delivery of a connection',
    description:
      'The file is in the connection’s format and read as its webhooks are: a table by the mapping of its options. ' +
      `Up to ${UPLOAD_MAX_CHARS} characters, in a request of 256 KiB at most, and 5,000 items; larger files go in parts, each with its header. Posted again it ` +
      'changes nothing. The receipt says what became of every row.',
    input: upload.extend({ id: idInput('con', 'Id of the connection') }),
    output: ingestAnswer,
    failures: ['not_found', 'nothing_acceptable', 'credit.exhausted'],
  }),
};
