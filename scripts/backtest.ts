/** `npm run backtest`: how good the ETA would have been on recorded journeys, beside simpler methods. */
import { median } from '../domain/eta/quantile.ts';
import { type Box, PASSAGE_BOXES } from '../reference/passages.ts';
import { busiestPassage, byBox, byColumn, byStops, type Journey } from './backtest/journeys.ts';
import { COLUMN_ROLES, TIME_FORMATS } from './backtest/mapping.ts';
import { milestones } from './backtest/milestones.ts';
import { chronological, grouped, SPEED_FLOOR_KNOTS } from './backtest/positions.ts';
import { report, scored } from './backtest/report.ts';
import type { Prediction } from './backtest/score.ts';
import { loadMapping, type Settings } from './backtest/settings.ts';
import { readTracks } from './backtest/tracks.ts';
import { main, numberOption, options, PlainError, progressBar, step } from './support/terminal.ts';

const USAGE = `Usage: npm run backtest -- --format positions|milestones FILE.csv [options]

  Replays recorded journeys through the product's estimator and compares it with simpler methods.
  The last line is JSON: {"mae":{"naive":..,"ours":..},"coverage80":..,"byHorizon":[..]}, in hours.

  --format positions    one position a row: vessel, time, latitude, longitude, maybe speed
  --format milestones   one milestone a row (journey, milestone, time, place), or one journey a row
                        by a mapping file with "wide"

  Columns are found by their usual names. Name the others, each as --ROLE-column NAME:
    ${COLUMN_ROLES.join(', ')}
  A time in two columns is --time-column DATE+TIME.
  --mapping FILE.json   the same and more in a file: {"columns":{"id":"MMSI"},"timeFormat":"iso",
                        "speedUnit":"knots","milestones":{"Vessel departure":"departed"},"target":"arrived"}
  --time-format F       ${TIME_FORMATS.join(', ')} (auto looks at the first rows; without a zone times are UTC)
  --speed-unit U        knots, kmh or ms

  --split S             chronological (default: only journeys that have ended are known)
                        or folds (each voyage is predicted from the other folds' voyages)
  --folds N             number of folds (5)
  --box B               positions: a journey is a transit of this box: a passage's name such as suez,
                        or west,south,east,north in degrees. Without it: the journey column, else the
                        canal that most ships go through, else from stop to stop
  --every MINUTES       positions: at most one a vessel in this time (5)
  --blocked FROM/TO     predictions made within these instants are reported apart
  --target MILESTONE    milestones: what is predicted (the commonest last one)`;

const columnFlags = Object.fromEntries(COLUMN_ROLES.map((role) => [`${role}-column`, { type: 'string' as const }]));

await main(async () => {
  const { values, positionals } = options(USAGE, {
    format: { type: 'string' },
    mapping: { type: 'string' },
    'time-format': { type: 'string' },
    'speed-unit': { type: 'string' },
    split: { type: 'string' },
    folds: { type: 'string' },
    box: { type: 'string' },
    every: { type: 'string' },
    blocked: { type: 'string' },
    target: { type: 'string' },
    ...columnFlags,
  });
  const flags = values as Record<string, string | undefined>;
  const [file, ...more] = positionals;
  if (!file || more.length > 0) throw new PlainError(`Name one file.\n\n${USAGE}`);
  const split = flags.split ?? 'chronological';
  if (split !== 'chronological' && split !== 'folds')
    throw new PlainError(`--split is chronological or folds, not "${split}".`);
  const folds = split === 'folds' ? numberOption('folds', flags.folds, 5, 2, 50) : 0;
  const settings = loadMapping(file, flags);
  if (flags.format === 'positions') await positions(settings, flags, folds);
  else if (flags.format === 'milestones') await milestones(settings, flags.target, folds);
  else throw new PlainError(`--format is positions or milestones, not "${flags.format ?? ''}".\n\n${USAGE}`);
});

async function positions(settings: Settings, flags: Record<string, string | undefined>, folds: number): Promise<void> {
  const every = numberOption('every', flags.every, 5, 0, 1_440);
  const { tracks, notes } = await step(`Reading ${settings.file}`, () => readTracks(settings, every * 60_000));
  for (const note of notes) console.log(`  ${note}`);
  const { journeys, how } = journeysOf(tracks, flags.box);
  const ended = journeys.filter(({ arrivalAt }) => arrivalAt !== null).length;
  console.log(
    `  ${tracks.length} tracks; ${ended} journeys with an arrival and ${journeys.length - ended} without: ${how}`,
  );
  if (ended < 2) throw new PlainError('There are too few journeys with an arrival to compare anything.');
  const predictions = predict(journeys, folds);
  const blocked = windowOf(flags.blocked);
  const outside = blocked ? predictions.filter(({ at }) => at < blocked[0] || at >= blocked[1]) : predictions;
  const known = folds > 0 ? `from the other ${folds - 1} of ${folds} folds` : 'from what had ended before';
  console.log(`\nEvery position is a prediction, ${known}. Hours; bias + is too late.`);
  console.log(
    `naive: distance to go / last speed (at least ${SPEED_FLOOR_KNOTS} kn); ewma: / smoothed progress; lane: the lane's median time to go.\n`,
  );
  const summary = report(outside, console.log);
  const inside = scored(predictions).length - scored(outside).length;
  if (blocked) console.log(`\n${inside} predictions made while blocked are left out above.`);
  const still = stillReport(predictions);
  console.log(`\n${still.text}`);
  console.log(JSON.stringify({ ...summary, still: still.figures }));
}

function predict(journeys: Journey[], folds: number): Prediction[] {
  if (folds === 0) return chronological(journeys);
  const progress = progressBar('Folds', folds);
  return grouped(journeys, folds, progress);
}

function journeysOf(tracks: Awaited<ReturnType<typeof readTracks>>['tracks'], box: string | undefined) {
  if (box !== undefined) {
    const edges = boxOf(box);
    return { journeys: byBox(tracks, edges), how: `transits of ${box}` };
  }
  if (tracks.some((track) => track.voyage)) return { journeys: byColumn(tracks), how: 'by the journey column' };
  const passage = busiestPassage(tracks);
  if (passage) {
    const how = `transits of ${passage.name} (${passage.box.join(', ')}), from entering its box to leaving it`;
    return { journeys: byBox(tracks, passage.box), how };
  }
  return { journeys: byStops(tracks), how: 'from one stop of three hours to the next' };
}

function boxOf(text: string): Box {
  const named = PASSAGE_BOXES.find(([name]) => name === text);
  if (named) return named[1];
  const edges = text.split(',').map(Number);
  const [west, south, east, north] = edges as Box;
  if (edges.length === 4 && edges.every(Number.isFinite) && west < east && south < north) return edges as Box;
  const names = PASSAGE_BOXES.map(([name]) => name).join(', ');
  throw new PlainError(`--box is west,south,east,north in degrees, or one of ${names}; not "${text}".`);
}

function windowOf(text: string | undefined): [number, number] | null {
  if (text === undefined) return null;
  const [from, to] = text.split('/').map((part) => Date.parse(part));
  if (from !== undefined && to !== undefined && from < to) return [from, to];
  throw new PlainError(`--blocked is two instants such as 2021-03-23T05:40Z/2021-03-29T13:00Z, not "${text}".`);
}

/** What becomes of the interval at the first position that shows a ship standing still. */
function stillReport(predictions: Prediction[]): { text: string; figures: object } {
  const stops: { before: number; after: number; held: boolean }[] = [];
  for (let i = 1; i < predictions.length; i++) {
    const [before, now] = [predictions[i - 1]!, predictions[i]!];
    if (before.journey !== now.journey || before.waiting !== 'no' || now.waiting === 'no') continue;
    stops.push({ before: before.p90 - before.p10, after: now.p90 - now.p10, held: now.waiting === 'held' });
  }
  const held = stops.filter((stop) => stop.held);
  const wider = held.filter(({ before, after }) => after > before).length;
  const figures = {
    stops: stops.length,
    held: held.length,
    wider,
    widthBefore: Math.round(median(held.map(({ before }) => before)) * 10) / 10 || null,
    widthAfter: Math.round(median(held.map(({ after }) => after)) * 10) / 10 || null,
  };
  const text =
    held.length === 0
      ? 'No ship was held where ships do not usually wait.'
      : `Ships held where others do not usually wait: ${held.length} times (of ${stops.length} stops). At the first position ` +
        `that shows it the interval grew ${wider} times; median width ${figures.widthBefore} h before, ${figures.widthAfter} h after.`;
  return { text, figures };
}
