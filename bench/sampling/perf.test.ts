import { expect, it } from 'vitest';
import { samplesOf } from './perf.ts';
import { sums } from './sample.ts';

const SCRIPT = `workerd
	    55d7c8 v8::internal::JsonParser<unsigned char>::ParseJson(v8::internal::Handle<v8::internal::Object>)
	    7f1201 JS:+'readInput gateway/index.js:26790:21
	    7f1202 Builtins_AsyncFunctionAwaitResolveClosure
	    7f1203 JS:*fetch gateway/limited.mjs:52:10

workerd
	    55d7c9 do_fsync
	    55d7ca sqlite3PagerCommitPhaseOne
	    55d7cb JS:^#txn database.worker.js:228:13

workerd
	    55d7cc inst
	    7f1204 JS:* tracking/index.js:5476:21
	    7f1205 JS:o+buildRows tracking/index.js:12:1

V8 DefaultWorke
	    55d7cd v8::internal::ScavengerCollector::CollectGarbage()
	    55d7ce start_thread

`;

it('reads the stacks of perf: whose function was under way, what was done, and all functions around it', () => {
  const samples = samplesOf(SCRIPT);
  expect(samples.map(({ hop, kind }) => [hop, kind])).toEqual([
    ['gateway', 'JSON'],
    ['D1, local stand-in', 'disk sync'],
    ['tracking', 'JavaScript'],
    ['no Worker: network, scheduling', 'garbage collection'],
  ]);
  expect(samples.map(({ functions }) => functions)).toEqual([
    ['gateway readInput', 'gateway/limited.mjs fetch'],
    ['database.worker.js #txn'],
    ['tracking (anonymous, line 5476)', 'tracking buildRows'],
    [],
  ]);
});

it('adds up what each sample names, once', () => {
  const at = (ms: number, ...functions: string[]) => ({ ms, hop: 'h', kind: null, functions });
  expect(sums([at(1, 'a', 'b', 'a'), at(2, 'b')], ({ functions }) => functions)).toEqual([
    [3, 'b'],
    [1, 'a'],
  ]);
});
